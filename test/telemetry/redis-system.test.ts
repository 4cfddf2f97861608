/**
 * Which server a Redis store says that it runs on: nothing of who is logged in there.
 */
import { Cluster, Redis } from 'ioredis';
import { createClient, createClientPool, createCluster, createSentinel } from 'redis';
import { describe, expect, test } from 'vitest';

import { type RedisClientLike, RedisStore } from '../../src/stores/redis/index.ts';

const URL = 'redis://ada:pa55word@redis.internal:6380/3';
const PLACE = { name: 'redis', namespace: '3', address: 'redis.internal', port: 6380 };
const DEFAULT = { name: 'redis', namespace: '0', address: 'localhost', port: 6379 };
const UNKNOWN = { name: 'redis' };

const lazy = { lazyConnect: true };
const ends: (() => unknown)[] = [];

function ended(client: RedisClientLike & { disconnect(): unknown }): RedisClientLike {
  ends.push(() => client.disconnect());
  return client;
}

describe('a store over', () => {
  test.each<[string, () => RedisClientLike, object]>([
    ['a node-redis client of a URL', () => createClient({ url: URL }), PLACE],
    ['a node-redis client without options', () => createClient(), DEFAULT],
    [
      'a node-redis client of a Unix socket',
      () => createClient({ socket: { path: '/run/redis.sock', tls: false } }),
      { name: 'redis', namespace: '0', address: '/run/redis.sock' },
    ],
    ['a node-redis pool', () => createClientPool({ url: URL }), UNKNOWN],
    ['a node-redis cluster', () => createCluster({ rootNodes: [{ url: URL }] }), UNKNOWN],
    [
      'a node-redis sentinel',
      () => createSentinel({ name: 'm', sentinelRootNodes: [{ host: 'h', port: 1 }] }),
      UNKNOWN,
    ],
    ['an ioredis client of a URL', () => ended(new Redis(URL, lazy)), PLACE],
    ['an ioredis client without options', () => ended(new Redis(lazy)), DEFAULT],
    [
      'an ioredis client of a Unix socket',
      () => ended(new Redis({ path: '/run/redis.sock', ...lazy })),
      { name: 'redis', namespace: '0', address: '/run/redis.sock' },
    ],
    [
      'an ioredis client of a sentinel',
      () => ended(new Redis({ sentinels: [{ host: 'h', port: 1 }], name: 'm', ...lazy })),
      UNKNOWN,
    ],
    ['an ioredis cluster', () => ended(new Cluster([URL], lazy)), UNKNOWN],
    ['a sender', () => ({ send: async () => null }), UNKNOWN],
  ])('%s tells where that leads', (_, newClient, system) => {
    expect(new RedisStore(newClient()).system()).toEqual(system);
    for (const end of ends.splice(0)) end();
  });

  test.each([
    [URL, PLACE],
    ['redis://localhost', DEFAULT],
    ['rediss://redis.internal/1', { ...PLACE, namespace: '1', port: 6379 }],
    ['redis://[::1]:7000', { ...DEFAULT, address: '::1', port: 7000 }],
  ])('its URL %s tells where that leads', async (url, system) => {
    const store = RedisStore.open(url);
    expect(store.system()).toEqual(system);
    await store.close();
  });
});
