import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeStores, JSONSession } from '../../../src/index.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { type RedisCluster, startCluster } from '../../servers/redis-cluster.ts';
import { type RedisSentinel, startSentinel } from '../../servers/redis-sentinel.ts';
import { sharedRedisUrl } from '../../servers/shared-redis.ts';
import { CLIENT_KINDS, type ConnectedClient } from './client-kinds.ts';
import { exerciseStore, userItem } from './main-operations.ts';

let cluster: RedisCluster;
let sentinel: RedisSentinel;

beforeAll(async () => {
  [cluster, sentinel] = await Promise.all([startCluster(), startSentinel()]);
});

afterAll(async () => {
  await Promise.all([cluster.stop(), sentinel.stop()]);
});

describe.each(CLIENT_KINDS)('$name', ({ connect }) => {
  let connected: ConnectedClient;
  let store: RedisStore;

  beforeAll(async () => {
    const { sentinels, masterName } = sentinel;
    connected = await connect({
      url: sharedRedisUrl(),
      clusterUrls: cluster.urls,
      sentinels,
      masterName,
    });
    store = new RedisStore(connected.client);
  });

  afterAll(() => {
    connected.end();
  });

  test('carries every operation', async () => {
    expect(await exerciseStore(store, `test ${randomUUID()}`)).toBe('deleted');
  });

  test('carries operations on several sessions at once', async () => {
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const options = { store, sessionId: `test ${randomUUID()}`, ttl: 600 };
        const session = new JSONSession(options);
        await Promise.all([
          session.addItems([userItem(`${index} a`)]),
          session.addItems([userItem(`${index} b`)]),
        ]);
        await session.addMessage({ role: 'user', content: `${index} c` });
        const messages = await session.getMessages();
        expect(messages.map((message) => message.content)).toEqual(
          ['a', 'b', 'c'].map((name) => `${index} ${name}`),
        );
      }),
    );
  });

  test('is not closed with the session, the stores or the store', async () => {
    const session = await JSONSession.create({
      store: new RedisStore(connected.client),
      sessionId: `test ${randomUUID()}`,
      ttl: 600,
    });
    await session.close();
    await closeStores();
    const own = new RedisStore(connected.client);
    await own.close();
    await expect(
      new JSONSession({ store: own, sessionId: session.sessionId }).getItems(),
    ).rejects.toMatchObject({ code: 'store_closed' });

    expect(String(await connected.ping())).toBe('PONG');
  });
});

describe.each(CLIENT_KINDS.filter(({ name }) => name.includes('cluster')))(
  '$name',
  ({ connect }) => {
    test('finds sessions in all slots, also with braces in their ids', async () => {
      const { sentinels, masterName } = sentinel;
      const clusterUrls = cluster.urls;
      const connected = await connect({ url: '', clusterUrls, sentinels, masterName });
      const store = new RedisStore(connected.client);
      const keyPrefix = `test-${randomUUID()}:`;
      const ids = ['{a}', '{b}c', '}{', '{}x', 'a{', '{{a}}', '{a}{b}', 'plain', 'more'];

      for (const sessionId of ids) {
        const session = new JSONSession({ store, keyPrefix, sessionId, ttl: 600 });
        await session.addItems([userItem(sessionId)]);
      }
      for (const sessionId of ids) {
        const session = await JSONSession.load(sessionId, { store, keyPrefix });
        expect(await session.getItems()).toEqual([userItem(sessionId)]);
      }
      const counts = await Promise.all(
        cluster.nodes.map(async (node) => {
          const keys = JSON.parse(await node.cli('KEYS', `${keyPrefix}*`)) as string[];
          return keys.length;
        }),
      );
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(ids.length);
      expect(counts.filter((count) => count > 0).length).toBeGreaterThan(1);
      connected.end();
    });
  },
);
