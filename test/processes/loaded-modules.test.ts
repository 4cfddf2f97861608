/**
 * What the package loads, and when: each process has loaded nothing before.
 *
 * @module
 */
import { describe, expect, test } from 'vitest';

import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { runModule, SOURCES } from './run-script.ts';
import { ownPrefix, temporaryFolder } from './shared-stores.ts';

const INDEX = `${SOURCES}index.ts`;
const REDIS = `${SOURCES}stores/redis/index.ts`;
const SQLITE = `${SOURCES}stores/sqlite/index.ts`;
const OPENTELEMETRY = `${SOURCES}otel/index.ts`;
const TESTING = `${SOURCES}testing/index.ts`;

/** What takes long to load, and what only some users need. */
const ON_DEMAND = [
  '@openai/agents',
  '@opentelemetry/api',
  'hono',
  'ioredis',
  'node:sqlite',
  'redis',
];

/** Gives which of the modules on demand a process has loaded after some lines of code. */
async function loadedBy(code: string): Promise<string[]> {
  const { output, errors } = await runModule(`
    import { registerHooks } from 'node:module';
    const urls = [];
    registerHooks({
      load(url, context, next) {
        urls.push(url);
        return next(url, context);
      },
    });
    ${code}
    console.log(JSON.stringify(urls));`);
  expect(errors).toBe('');
  const urls = JSON.parse(output) as string[];
  expect(urls.some((url) => url.includes('/node_modules/@openai/agents-core/'))).toBe(true);
  return ON_DEMAND.filter((name) =>
    urls.some((url) => url === name || url.includes(`/node_modules/${name}/`)),
  );
}

describe('an import', () => {
  test.each([
    ['of the main entry', INDEX],
    ['of the Redis store', REDIS],
    ['of the SQLite store', SQLITE],
    ['of the contract for stores', TESTING],
  ])('%s loads no client, no database and no other package of the SDK', async (_, entry) => {
    expect(await loadedBy(`await import('${entry}');`)).toEqual([]);
  });

  test('of the inspector loads its server, and no client or database', async () => {
    const code = `await import('${SOURCES}inspector/index.ts');`;
    expect(await loadedBy(code)).toEqual(['hono']);
  });

  test('of the instrumentation loads nothing but the API of OpenTelemetry', async () => {
    const code = `await import('${INDEX}'); await import('${OPENTELEMETRY}');`;
    expect(await loadedBy(code)).toEqual(['@opentelemetry/api']);
  });
});

describe('a session', () => {
  const keyPrefix = ownPrefix();
  const say = `await session.addMessage({ role: 'user', content: 'x' });`;

  test('in a SQLite file loads SQLite alone', async () => {
    const url = `sqlite:${temporaryFolder()}/sessions.db`;
    const session = `const session = new JSONSession({ url: '${url}' });`;
    const code = `const { JSONSession } = await import('${INDEX}'); ${session} ${say}`;
    expect(await loadedBy(code)).toEqual(['node:sqlite']);
  });

  test('in Redis by its URL loads node-redis alone', async () => {
    const options = JSON.stringify({ url: sharedRedisUrl(), keyPrefix, ttl: 60 });
    const session = `const session = new JSONSession(${options});`;
    const code = `const { JSONSession } = await import('${INDEX}'); ${session} ${say}`;
    expect(await loadedBy(code)).toEqual(['redis']);
  });

  test('over a client of ioredis loads nothing beside it', async () => {
    const code = `const { JSONSession } = await import('${INDEX}');
      const { RedisStore } = await import('${REDIS}');
      const { Redis } = await import('ioredis');
      const client = new Redis('${sharedRedisUrl()}');
      const store = new RedisStore(client);
      const session = new JSONSession({ store, keyPrefix: '${keyPrefix}', ttl: 60 });
      ${say}
      client.disconnect();`;
    expect(await loadedBy(code)).toEqual(['ioredis']);
  });
});
