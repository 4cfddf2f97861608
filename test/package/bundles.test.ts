/**
 * What bundlers make of the packed package, for edge runtimes and for servers.
 */
import { mkdtemp } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Configuration, type Stats, webpack } from 'webpack';

import manifest from '../../package.json' with { type: 'json' };
import { RedisStore } from '../../src/stores/redis/index.ts';
import type { SessionStore } from '../../src/store.ts';
import { ownRedis } from '../servers/own-redis.ts';
import { Consumer, outputOf } from './consumer.ts';
import { runOnEdge } from './edge-runtime.ts';

/** What runs where there is no Node. */
const EDGE_SUBPATHS = [
  '',
  '/directory',
  '/encryption',
  '/opentelemetry',
  '/retention',
  '/transfer',
];

/** What `handler.js` exports. */
interface Handler {
  handle(request: Request, binding: { store: SessionStore; sessionId: string }): Promise<Response>;
  handleByUrl(url?: string): Promise<Response>;
}

const { url } = await ownRedis();

let consumer: Consumer;

beforeAll(async () => {
  consumer = await Consumer.copy('edge');
});

/**
 * Bundles with esbuild for an edge runtime.
 *
 * @param conditions - Those of the runtime, beside what all have.
 * @returns What the bundle still imports, and its code.
 */
async function esbuild(
  conditions: readonly string[],
  options: BuildOptions,
): Promise<{ imports: string[]; code: string }> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: consumer.folder,
    bundle: true,
    platform: 'neutral',
    mainFields: ['browser', 'module', 'main'],
    conditions: [...conditions, 'worker', 'browser'],
    // They stay in the bundle, to be found there.
    external: [...builtinModules, 'node:*'],
    logLevel: 'silent',
    ...options,
    metafile: true,
    write: false,
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  return {
    imports: imports.filter(({ external }) => external).map(({ path }) => path),
    code: outputFiles.map(({ text }) => text).join(''),
  };
}

/**
 * Bundles with webpack what is not of the SDK, which takes it long.
 *
 * @returns What the bundle still imports, and the path of its file.
 */
async function bundleByWebpack(
  options: Configuration,
): Promise<{ imports: string[]; file: string }> {
  const path = await mkdtemp(join(consumer.folder, 'bundle-'));
  const config: Configuration = {
    mode: 'production',
    context: consumer.folder,
    externals: [/^@openai\//u],
    externalsType: 'module',
    experiments: { outputModule: true },
    // Modules that are put together have no names.
    optimization: { minimize: false, concatenateModules: false },
    output: { path, filename: 'main.js', module: true, chunkFormat: 'module' },
    ...options,
  };
  const stats = await new Promise<Stats>((resolve, reject) => {
    webpack(config, (error, result) => (result ? resolve(result) : reject(error!)));
  });
  const { errors = [], modules = [] } = stats.toJson({ all: false, errors: true, modules: true });
  expect(errors.map(({ message }) => message)).toEqual([]);
  const names = modules.map(({ name = '' }) => /^external "(?<name>.*)"$/u.exec(name)?.[1] ?? '');
  return { imports: names.filter((name) => name !== ''), file: join(path, 'main.js') };
}

describe.concurrent('for an edge runtime', () => {
  const everything = EDGE_SUBPATHS.map(
    (subpath, index) => `export * as all${index} from '${manifest.name}${subpath}';`,
  ).join('\n');

  test('esbuild leaves no import, of the SDK either', async () => {
    const stdin = { contents: everything, resolveDir: consumer.folder };
    const { imports } = await esbuild(['edge-light'], { stdin });

    expect(imports).toEqual([]);
  });

  test.each([
    ['workerd', ['workerd']],
    ['any other', []],
  ])('esbuild leaves the SDK alone, on %s', async (_runtime, conditions) => {
    const stdin = { contents: everything, resolveDir: consumer.folder };
    // For workerd the SDK itself imports modules of Node, which Cloudflare can have.
    const external = ['@openai/*', ...builtinModules, 'node:*'];
    const { imports } = await esbuild(conditions, { stdin, external });

    expect(imports).toContain('@openai/agents-core');
    expect(imports.filter((name) => !name.startsWith('@openai/'))).toEqual([]);
  });

  test('webpack leaves the SDK alone, in Next.js', async () => {
    const conditionNames = ['edge-light', 'worker', 'browser', 'import', 'module', 'default'];
    const resolve = { conditionNames };
    const { imports } = await bundleByWebpack({
      entry: './handler.js',
      target: 'webworker',
      resolve,
    });

    expect(imports).toContain('@openai/agents-core');
    expect(imports.filter((name) => !name.startsWith('@openai/'))).toEqual([]);
  });

  test('a run keeps its session in a store that it is given', async () => {
    const { code } = await esbuild(['edge-light'], {
      entryPoints: ['handler.js'],
      globalName: 'bundle',
      format: 'iife',
    });
    const handler = runOnEdge(code) as Handler;
    const store = RedisStore.open(url);
    const request = new Request('https://edge.test', { method: 'POST', body: 'I am Ada.' });
    const response = await handler.handle(request, { store, sessionId: 'edge' });
    await store.close();

    expect(await response.json()).toEqual(['user: I am Ada.', 'assistant: Hello, Ada.']);
    const failure = { code: 'invalid_input', field: 'url' };
    expect(await (await handler.handleByUrl(url)).json()).toEqual(failure);
    expect(await (await handler.handleByUrl()).json()).toEqual(failure);
  });
});

describe('for Node', () => {
  test('webpack takes the stores by URL along', async () => {
    const { file } = await bundleByWebpack({ entry: './node.js', target: 'node22' });

    expect(await outputOf(consumer.node([file], { REDIS_URL: url }))).toBe('Hello\n');
    expect(await outputOf(consumer.node([file]))).toBe('Hello\n');
  });
});
