import type { UserConfig } from 'tsdown';

// One entry for each subpath of "exports" in package.json; publint fails when one is missing.
const config: UserConfig = {
  entry: {
    index: 'src/index.ts',
    redis: 'src/stores/redis/index.ts',
    sqlite: 'src/stores/sqlite/index.ts',
    testing: 'src/testing/index.ts',
  },
  format: 'esm',
  // The main entry also runs where there is no Node; entries that need Node import `node:` modules.
  platform: 'neutral',
  // The oldest Node of "engines": newer syntax (`await using`) is translated.
  target: 'node22.13',
  dts: true,
  fixedExtension: false,
  deps: { neverBundle: [/^node:/] },
};

export default config;
