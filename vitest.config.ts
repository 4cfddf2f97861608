import { fileURLToPath } from 'node:url';

import { defineConfig, type ViteUserConfig } from 'vitest/config';

function alias(find: RegExp, path: string): { find: RegExp; replacement: string } {
  return { find, replacement: fileURLToPath(new URL(path, import.meta.url)) };
}

const config: ViteUserConfig = defineConfig({
  resolve: {
    // Tests that import the package by its name run its sources. Keep in step with tsconfig.json.
    alias: [
      alias(/^agents-json-session$/u, 'src/index.ts'),
      alias(/^agents-json-session\/redis$/u, 'src/stores/redis/index.ts'),
      alias(/^agents-json-session\/sqlite$/u, 'src/stores/sqlite/index.ts'),
      alias(/^agents-json-session\/testing$/u, 'src/testing/index.ts'),
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: './test/servers/global-setup.ts',
    pool: 'forks',
    // Cases of the contract run side by side: most of their time is waiting for expiry.
    maxConcurrency: 20,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // .ci/run takes its counts from the JSON file.
    reporters: process.env['CI'] === 'true' ? ['default', 'json'] : ['default'],
    outputFile: { json: '.cache/vitest.json' },
  },
});

export default config;
