import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { closeStores, JSONSession, type JSONSessionOptions } from '../../../src/index.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { freePort } from '../../servers/free-port.ts';
import { type RedisServer, startRedis } from '../../servers/redis-server.ts';
import { PATIENCE } from '../../processes/patience.ts';

const ends: (() => unknown)[] = [];

afterEach(async () => {
  await closeStores();
  for (const end of ends.splice(0).toReversed()) await end();
});

/** With a log, so that sessions are there after a restart. */
async function start(port?: number): Promise<RedisServer> {
  const server = await startRedis({
    args: ['--appendonly', 'yes', '--appendfsync', 'always'],
    ...(port !== undefined && { port }),
  });
  ends.push(() => server.stop());
  return server;
}

const ignore = (): void => {};

const WAYS: readonly (readonly [
  name: string,
  way: (url: string) => Promise<JSONSessionOptions>,
])[] = [
  ['a URL', async (url) => ({ url })],
  [
    'a node-redis client',
    async (url) => {
      const client = createClient({ url }).on('error', ignore);
      client.connect().catch(ignore);
      ends.push(() => client.destroy());
      return { store: new RedisStore(client) };
    },
  ],
  [
    'an ioredis client',
    async (url) => {
      const client = new Redis(url).on('error', ignore);
      ends.push(() => client.disconnect());
      return { store: new RedisStore(client) };
    },
  ],
];

function texts(items: readonly unknown[]): unknown[] {
  return items.map((item) => (item as { content: unknown }).content);
}

function user(content: string): { role: 'user'; content: string } {
  return { role: 'user', content };
}

describe.each(WAYS)('through %s', (_, way) => {
  test('the same session works after the server has restarted', async () => {
    const server = await start();
    const session = new JSONSession({ ...(await way(server.url)), timeoutMs: 20_000 });
    await session.addItems([user('before')]);
    for (const text of ['first', 'second']) {
      await server.restart();
      await session.addItems([user(text)]);
    }
    await server.restart();
    expect(texts(await session.getItems())).toEqual(['before', 'first', 'second']);
    await session.close();
  });

  test('calls made while the server is down are answered when it is back in time', async () => {
    const server = await start();
    const options = { ...(await way(server.url)), timeoutMs: 25_000 };
    const session = new JSONSession(options);
    await session.addItems([user('before')]);
    server.kill('SIGKILL');
    await vi.waitUntil(() => refused(server), PATIENCE);

    const other = new JSONSession({ ...options, sessionId: 'other' });
    const calls = Promise.all([
      session.getItems(),
      session.addItems([user('during')]),
      session.addItems([user('during, too')]),
      other.create(),
    ]);
    await server.restart();

    const [items] = await calls;
    expect(texts(items)[0]).toBe('before');
    expect(texts(await session.getItems())).toEqual(['before', 'during', 'during, too']);
    expect(await other.getItems()).toEqual([]);
    await Promise.all([session.close(), other.close()]);
  });

  test('calls in flight when the server is killed are applied once or not at all, as they say', async () => {
    const server = await start();
    const session = new JSONSession({ ...(await way(server.url)), timeoutMs: 20_000 });
    await session.create();
    const written: string[] = [];
    const unsure: string[] = [];
    const state = { writing: true };
    const writer = (async () => {
      for (let index = 0; state.writing; index += 1) {
        const text = String(index);
        await session.addItems([user(text)]).then(
          () => written.push(text),
          () => unsure.push(text),
        );
      }
    })();
    for (const rounds of [1, 2, 3]) {
      await vi.waitUntil(() => written.length > rounds * 50, PATIENCE);
      await server.restart();
    }
    const after = written.length;
    await vi.waitUntil(() => written.length > after + 50, PATIENCE);
    state.writing = false;
    await writer;

    const stored = texts(await session.getItems()) as string[];
    expect(stored.filter((text) => !unsure.includes(text))).toEqual(written);
    expect(new Set(stored).size).toBe(stored.length);
    await session.close();
  });

  test('a server that is down at first can come up within the time of the first call', async () => {
    const port = await freePort();
    const options = await way(`redis://127.0.0.1:${port}`);
    const session = new JSONSession({ ...options, timeoutMs: 25_000 });
    let settled = false;
    const first = session.addItems([user('hello')]).finally(() => (settled = true));
    await expect(
      new JSONSession({ ...options, sessionId: 'hasty', timeoutMs: 100 }).getItems(),
    ).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(settled).toBe(false);
    await start(port);

    await first;
    expect(texts(await session.getItems())).toEqual(['hello']);
    await session.close();
  });

  test('a server that is still loading its data is waited for', async () => {
    const server = await startRedis({
      // Slow enough to be seen: a pause at each key that is loaded.
      args: ['--key-load-delay', '1000', '--loading-process-events-interval-bytes', '1024'],
    });
    ends.push(() => server.stop());
    const session = new JSONSession({ ...(await way(server.url)), timeoutMs: 25_000 });
    await session.addItems([user('hello')]);
    await fillAndSave(server);
    server.kill('SIGKILL');
    await vi.waitUntil(() => refused(server), PATIENCE);

    const calls = Promise.all([session.getItems(), session.addItems([user('again')])]);
    await server.restart();
    expect(texts((await calls)[0])[0]).toBe('hello');
    expect(texts(await session.getItems())).toEqual(['hello', 'again']);
    await session.close();
  });
});

function refused(server: RedisServer): Promise<boolean> {
  return server.cli('PING').then(
    () => false,
    () => true,
  );
}

async function fillAndSave(server: RedisServer): Promise<void> {
  const keys = Array.from({ length: 500 }, (_, index) => [`key ${index}`, 'x'.repeat(100)]);
  await server.cli('MSET', ...keys.flat());
  await server.cli('SAVE');
}
