import { Cluster, Redis } from 'ioredis';
import {
  createClient,
  createClientPool,
  createCluster,
  createSentinel,
  type RedisClientType,
} from 'redis';
import { describe, expect, test } from 'vitest';
import {
  type RedisClientLike,
  type RedisCommandSender,
  RedisStore,
} from '../../../src/stores/redis/index.ts';

// What matters here is that `tsc` accepts these lines, and refuses those marked so.

const URL = 'redis://127.0.0.1:1';

describe('the type of a client', () => {
  test('is that of every client of node-redis, without a cast', () => {
    const client = createClient({ url: URL });
    const general: RedisClientType = createClient({ url: URL, RESP: 3 }) as RedisClientType;
    const stores = [
      new RedisStore(client),
      new RedisStore(general),
      new RedisStore(createClient({ url: URL, RESP: 2 })),
      new RedisStore(client.withTypeMapping({ 36: Buffer })),
      new RedisStore(client.withCommandOptions({ timeout: 100 })),
      new RedisStore(createClientPool({ url: URL })),
      new RedisStore(createClientPool({ url: URL, RESP: 2 })),
      new RedisStore(createCluster({ rootNodes: [{ url: URL }] })),
      new RedisStore(createCluster({ rootNodes: [{ url: URL }], RESP: 2 })),
      new RedisStore(createSentinel({ name: 'm', sentinelRootNodes: [{ host: 'h', port: 1 }] })),
    ];
    expect(stores).toHaveLength(10);
  });

  test('is that of every client of ioredis, without a cast', () => {
    const client = new Redis({ lazyConnect: true });
    const cluster = new Cluster([URL], { lazyConnect: true });
    expect([new RedisStore(client), new RedisStore(cluster)]).toHaveLength(2);
    client.disconnect();
    cluster.disconnect();
  });

  test('is that of anything which sends one command', () => {
    const sender: RedisCommandSender = { send: async ({ args }) => args.length };
    const ready: RedisCommandSender = { send: async ({ key }) => key, isReady: () => false };
    const like: RedisClientLike = sender;
    expect([new RedisStore(sender), new RedisStore(ready), new RedisStore(like)]).toHaveLength(3);
  });

  test('is no other', () => {
    const wrong = [
      // @ts-expect-error - a URL is no client
      (): unknown => new RedisStore(URL),
      // @ts-expect-error - nothing is no client
      (): unknown => new RedisStore(null),
      // @ts-expect-error - what has no way to send a command is no client
      (): unknown => new RedisStore({ get: async () => null }),
      // @ts-expect-error - a number cannot be called
      (): unknown => new RedisStore({ send: 1 }),
    ];
    for (const make of wrong) {
      expect(make).toThrow(expect.objectContaining({ code: 'invalid_input', field: 'client' }));
    }
  });
});
