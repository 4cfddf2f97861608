import type { TsdownPlugin, UserConfig } from 'tsdown';

/**
 * Leaves it to "imports" of package.json which stores can be opened by URL: none where there is no
 * Node. What runs the sources, and knows no build, finds those of Node.
 */
const chooseOpeners: TsdownPlugin = {
  name: 'choose-openers',
  resolveId: (id) => (id === './openers.ts' ? { id: '#openers', external: true } : null),
};

// One entry for each target of "exports" and "imports" in package.json; publint fails when one is
// missing.
const config: UserConfig = {
  entry: {
    index: 'src/index.ts',
    directory: 'src/directory/index.ts',
    encryption: 'src/encryption/index.ts',
    inspector: 'src/inspector/index.ts',
    redis: 'src/stores/redis/index.ts',
    retention: 'src/retention/index.ts',
    sqlite: 'src/stores/sqlite/index.ts',
    opentelemetry: 'src/otel/index.ts',
    testing: 'src/testing/index.ts',
    cli: 'src/cli/main.ts',
    transfer: 'src/transfer/index.ts',
    openers: 'src/openers.ts',
    'no-openers': 'src/no-openers.ts',
  },
  plugins: [chooseOpeners],
  format: 'esm',
  // The main entry also runs where there is no Node; entries that need Node import `node:` modules.
  platform: 'neutral',
  // The oldest Node of "engines": newer syntax (`await using`) is translated.
  target: 'node22.13',
  dts: true,
  // What vite has built stays.
  clean: ['dist/*', '!dist/inspector-ui'],
  fixedExtension: false,
  deps: { neverBundle: [/^node:/] },
};

export default config;
