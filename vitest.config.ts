import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

import {
  configDefaults,
  defineConfig,
  type UserWorkspaceConfig,
  type ViteUserConfig,
} from 'vitest/config';

import manifest from './package.json' with { type: 'json' };
import { PATIENCE } from './test/processes/patience.ts';
import { lowestSdkPlugin } from './test/sdk-versions/lowest-sdk-plugin.ts';

type ProjectConfig = NonNullable<UserWorkspaceConfig['test']>;

function alias(find: RegExp, path: string): { find: RegExp; replacement: string } {
  return { find, replacement: fileURLToPath(new URL(path, import.meta.url)) };
}

const resolve = {
  // Tests that import the package by its name run its sources. Keep in step with tsconfig.json.
  alias: [
    alias(/^agents-json-session$/u, 'src/index.ts'),
    alias(/^agents-json-session\/directory$/u, 'src/directory/index.ts'),
    alias(/^agents-json-session\/encryption$/u, 'src/encryption/index.ts'),
    alias(/^agents-json-session\/inspector$/u, 'src/inspector/index.ts'),
    alias(/^agents-json-session\/redis$/u, 'src/stores/redis/index.ts'),
    alias(/^agents-json-session\/retention$/u, 'src/retention/index.ts'),
    alias(/^agents-json-session\/sqlite$/u, 'src/stores/sqlite/index.ts'),
    alias(/^agents-json-session\/opentelemetry$/u, 'src/otel/index.ts'),
    alias(/^agents-json-session\/testing$/u, 'src/testing/index.ts'),
    alias(/^agents-json-session\/transfer$/u, 'src/transfer/index.ts'),
  ],
};

// Most of the processes that tests start live for less time than it takes to compile what they load.
const compileCache = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('.cache/compile', import.meta.url)),
};

const test: ProjectConfig = {
  env: compileCache,
  include: ['test/**/*.test.ts'],
  setupFiles: ['./test/processes/file-set-up.ts'],
  pool: 'forks',
  // Loading the SDK and the sources for each file anew takes as long as many of the tests.
  isolate: false,
  // Most tests wait most of the time, so three workers are not too many for two cores.
  maxWorkers: Math.max(3, availableParallelism() - 1),
  // Cases of the contract run side by side: most of their time is waiting for expiry.
  maxConcurrency: 10,
  // What hangs ends; what only shares a slow machine with others does not.
  testTimeout: 240_000,
  hookTimeout: 240_000,
  expect: { poll: PATIENCE },
};

// Where the SDK takes no part, one version of it shows as much as two.
const WITHOUT_SDK = [
  'test/contract/{broken-stores,encrypted}.test.ts',
  'test/contract/redis-{clients,cluster,durability,projection}.test.ts',
  'test/encryption/!(resends|stored-bytes|whole-sessions).test.ts',
  'test/runs/exclusive.test.ts',
  'test/{bench,cli,docs,doctor,document,examples,inspector,processes,protocol,query,retention,scripts,search,security,servers,stores,telemetry,transfer}/**/*.test.ts',
];

// What goes wrong is a project of its own: `npm run test:faults`.
const FAULTS = 'test/{faults,soak}/**';

// The packed package is installed before the first of these.
const PACKAGE = 'test/package/**';

// Of other runtimes, which are large to download: `npm run test:runtimes`.
const RUNTIMES = 'test/runtimes/**';

// Goes to the worker and, with its environment, to every process that a test starts.
const useLowestSdk = `--import ${new URL('test/sdk-versions/use-lowest-sdk.ts', import.meta.url).href}`;
const nodeOptions = process.env['NODE_OPTIONS'] ?? '';

const config: ViteUserConfig = defineConfig({
  test: {
    // One Redis for all projects.
    globalSetup: ['./test/servers/global-setup.ts', './test/inspector/page-setup.ts'],
    // .ci/run takes its counts from the JSON file.
    reporters: process.env['CI'] === 'true' ? ['default', 'json'] : ['default'],
    outputFile: { json: '.cache/vitest.json' },
    projects: [
      {
        resolve,
        test: {
          ...test,
          name: 'sdk-newest',
          exclude: [...configDefaults.exclude, ...WITHOUT_SDK, FAULTS, PACKAGE, RUNTIMES],
          provide: { sdkVersion: manifest.devDependencies['@openai/agents-core'] },
        },
      },
      {
        resolve,
        test: {
          ...test,
          name: 'without-sdk',
          include: WITHOUT_SDK,
          provide: { sdkVersion: manifest.devDependencies['@openai/agents-core'] },
        },
      },
      {
        resolve,
        plugins: [lowestSdkPlugin()],
        test: {
          ...test,
          name: 'sdk-lowest',
          exclude: [...configDefaults.exclude, ...WITHOUT_SDK, FAULTS, PACKAGE, RUNTIMES],
          // Node 22, the lowest that is supported, follows functions across waits in another way.
          env: {
            ...compileCache,
            NODE_OPTIONS: `${nodeOptions} ${useLowestSdk} --no-async-context-frame`,
          },
          provide: {
            sdkVersion: manifest.devDependencies['agents-lowest'].split('@').at(-1) ?? '',
          },
        },
      },
      {
        resolve,
        test: {
          ...test,
          name: 'faults',
          include: ['test/{faults,soak}/**/*.test.ts'],
          // Rows wait for connections and servers; more at once would wait for the processor.
          maxConcurrency: 6,
          // Each row prints one line.
          disableConsoleIntercept: true,
        },
      },
      {
        resolve,
        test: {
          ...test,
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          globalSetup: './test/package/global-setup.ts',
        },
      },
      {
        resolve,
        test: {
          ...test,
          name: 'runtimes',
          include: ['test/runtimes/**/*.test.ts'],
          globalSetup: './test/package/global-setup.ts',
        },
      },
    ],
  },
});

export default config;
