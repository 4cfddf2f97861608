import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { JSONSession } from '../../../src/index.ts';
import { type RedisClientLike, RedisStore } from '../../../src/stores/redis/index.ts';
import { ownPrefix } from '../../processes/shared-stores.ts';
import { type RedisCluster, startCluster } from '../../servers/redis-cluster.ts';
import { type RedisSentinel, startSentinel } from '../../servers/redis-sentinel.ts';
import type { RedisServer } from '../../servers/redis-server.ts';
import { CLIENT_KINDS } from '../clients/client-kinds.ts';
import { exerciseStore } from '../clients/main-operations.ts';
import { sharedRedisUrl } from '../../servers/shared-redis.ts';
import { PATIENCE } from '../../processes/patience.ts';
import { type WatchedCommands, watchCommands } from './watched-commands.ts';

let cluster: RedisCluster;
let sentinel: RedisSentinel;
let servers: readonly RedisServer[];

beforeAll(async () => {
  [cluster, sentinel] = await Promise.all([startCluster(), startSentinel()]);
  servers = [...cluster.nodes, sentinel.master];
  for (const server of servers) await server.cli('CONFIG', 'SET', 'appendonly', 'yes');
});

afterAll(() => Promise.all([cluster.stop(), sentinel.stop()]));

interface Opened {
  readonly store: RedisStore;
  readonly end: () => Promise<void>;
}

async function open(connect: (typeof CLIENT_KINDS)[number]['connect']): Promise<Opened> {
  const { sentinels, masterName, master } = sentinel;
  const { url } = master;
  const connected = await connect({ url, clusterUrls: cluster.urls, sentinels, masterName });
  const store = new RedisStore(connected.client, { durability: 'fsync', timeoutMs: 20_000 });
  return { store, end: () => store.close().then(() => connected.end()) };
}

const STORES: readonly (readonly [name: string, open: () => Promise<Opened>])[] = [
  ...CLIENT_KINDS.map(({ name, connect }) => [name, () => open(connect)] as const),
  [
    'a URL',
    async () => {
      const { url } = sentinel.master;
      const store = RedisStore.open(url, { durability: 'fsync', timeoutMs: 20_000 });
      return { store, end: () => store.close() };
    },
  ],
];

/** What was seen of connections that carried a write, once the last wait has been seen too. */
async function writesAndWaits(watched: readonly WatchedCommands[]): Promise<string[]> {
  return vi.waitUntil(() => {
    const lines = watched.flatMap(({ byConnection }) => [...byConnection.values()]);
    const writing = lines.filter((line) => /[WPE]/u.test(line));
    return writing.length > 0 && writing.every((line) => line.endsWith('A')) && writing;
  }, PATIENCE);
}

describe.each(STORES)('through %s', (_, openStore) => {
  test('every operation works, and each write is followed by its wait on the same connection', async () => {
    const { store, end } = await openStore();
    expect(await exerciseStore(store, ownPrefix())).toBe('deleted');
    const watched = await Promise.all(servers.map(({ url }) => watchCommands(url)));
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        const session = new JSONSession({ store, keyPrefix: ownPrefix() });
        for (const content of ['a', 'b', 'c']) await session.addMessage({ role: 'user', content });
        expect(await session.getItems()).toHaveLength(3);
        await session.exclusive(() => session.popItem());
        expect(await session.delete()).toBe(true);
      }),
    );
    const lines = await writesAndWaits(watched);
    expect(lines.join('').replaceAll(/[^A]/gu, '').length).toBeGreaterThanOrEqual(6 * 7);
    // A wait by itself is the question that comes with a new connection.
    for (const line of lines) expect(line).toMatch(/^A?(?:WE?(?:PE?)?A)+$/u);
    watched.forEach((each) => each.end());
    await end();
  });
});

describe('a client of one’s own', () => {
  const send = async (): Promise<unknown> => null;

  test('is refused when it gives no connections', () => {
    const client: RedisClientLike = { send };
    expect(() => new RedisStore(client, { durability: 'replicated' })).toThrow(
      expect.objectContaining({ code: 'invalid_input', field: 'durability' }),
    );
    expect(new RedisStore(client, { durability: 'acknowledged' })).toBeInstanceOf(RedisStore);
  });

  test('is asked for the master of each key', async () => {
    const { url } = sentinel.master;
    const inner = await CLIENT_KINDS[0]!.connect({
      url,
      clusterUrls: [],
      sentinels: [],
      masterName: '',
    });
    const { toSender } = await import('../../../src/stores/redis/clients/client.ts');
    const sender = toSender(inner.client);
    const keys: string[] = [];
    const client: RedisClientLike = {
      send: (command) => sender.send(command),
      masterOf(key) {
        keys.push(key);
        return sender.masterOf!(key);
      },
    };
    const store = new RedisStore(client, { durability: 'fsync' });
    const keyPrefix = ownPrefix();
    const session = new JSONSession({ store, keyPrefix, sessionId: 'chat' });
    await session.addMessage({ role: 'user', content: 'hello' });
    expect(keys).toEqual([`${keyPrefix}chat`]);
    await store.close();
    inner.end();
  });
});

test('the provisioned server has no append-only file: nothing is written', async () => {
  const store = RedisStore.open(sharedRedisUrl(), { durability: 'fsync' });
  const session = new JSONSession({ store, keyPrefix: ownPrefix() });
  const write = session.addMessage({ role: 'user', content: 'hello' });
  await expect(write).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringContaining('appendonly yes') as string,
  });
  expect(await session.getItems()).toEqual([]);
  await store.close();
});
