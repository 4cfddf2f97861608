/**
 * Being told of changes by the server.
 *
 * @module
 */
import { Redis } from 'ioredis';
import { createClient, createClientPool } from 'redis';
import { describe, expect, onTestFinished, test } from 'vitest';

import { JSONSession } from '../../../src/index.ts';
import { type RedisClientLike, RedisStore } from '../../../src/stores/redis/index.ts';
import { until } from '../../../src/testing/until.ts';
import { ownPrefix } from '../../processes/shared-stores.ts';
import { startRedis } from '../../servers/redis-server.ts';
import { sharedRedisUrl } from '../../servers/shared-redis.ts';

const url = sharedRedisUrl();
const keyPrefix = ownPrefix();

/** A store, what it has told of a key, and what stops it. */
async function watched(store: RedisStore, sessionId: string) {
  const told = { changes: 0, ends: 0 };
  const stop = await store.watch?.({
    key: keyPrefix + sessionId,
    onChange: () => (told.changes += 1),
    onEnd: () => (told.ends += 1),
    timeoutMs: 5000,
  });
  if (stop === undefined) throw new Error('The store cannot watch');
  onTestFinished(stop);
  return { told, stop };
}

async function connected(protocol: 2 | 3, at: string = url): Promise<RedisClientLike> {
  const client = createClient({ url: at, RESP: protocol });
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => client.destroy());
  return client;
}

async function pool(): Promise<RedisClientLike> {
  const client = createClientPool({ url });
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => client.destroy());
  return client;
}

describe.each<[name: string, open: () => Promise<RedisStore>]>([
  ['a URL', async () => RedisStore.open(url)],
  ['node-redis over RESP3', async () => new RedisStore(await connected(3))],
  ['node-redis over RESP2', async () => new RedisStore(await connected(2))],
  ['a pool', async () => new RedisStore(await pool())],
])('with %s', (name, open) => {
  test('each change, the expiry and the end of a session are told, and of no other', async () => {
    const store = await open();
    onTestFinished(() => store.close());
    const sessionId = `${name} 1`;
    const session = new JSONSession({ store, sessionId, keyPrefix });
    const near = new JSONSession({ store, sessionId: `${sessionId}2`, keyPrefix });
    const { told, stop } = await watched(store, sessionId);
    await near.addItems([{ role: 'user', content: 'not this one' }]);
    const changes = [
      async () => session.addItems([{ role: 'user', content: 'one' }]),
      async () => session.setAttributes({ title: 'x' }),
      async () => session.popItem(),
      async () => new JSONSession({ store, sessionId, keyPrefix, ttl: 1 }).touch(),
    ];
    for (const [index, change] of changes.entries()) {
      expect(told.changes).toBe(index);
      await change();
      // The last one may have ended by its ttl before anybody looks.
      await until('it is told', () => told.changes > index);
    }
    await until('the expiry is told', async () => {
      // A server with many keys takes its time to remove one that nobody looks at.
      await new JSONSession({ store, sessionId, keyPrefix }).getItems();
      return told.changes > changes.length;
    });
    expect(told.changes).toBe(changes.length + 1);
    stop();
    await session.delete().catch(() => {});
    expect(told.ends).toBe(0);
  });
});

test('a connection that breaks is an end', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const store = RedisStore.open(server.url);
  onTestFinished(() => store.close());
  const { told } = await watched(store, 'a');
  await server.cli('CLIENT', 'KILL', 'TYPE', 'normal');
  await until('the end is told', () => told.ends > 0);
  expect(told.ends).toBe(1);
});

test('where it may not or cannot, it says so', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  await server.cli('ACL', 'SETUSER', 'plain', 'on', '>secret', '~*', '+@all', '-client|tracking');
  const store = RedisStore.open(server.url.replace('redis://', 'redis://plain:secret@'));
  onTestFinished(() => store.close());
  await expect(watched(store, 'a')).rejects.toMatchObject({ code: 'store_unavailable' });
  expect(await server.cli('CLIENT', 'LIST')).not.toContain('user=plain');

  const ioredis = new Redis(url);
  onTestFinished(() => ioredis.disconnect());
  expect(new RedisStore(ioredis).watch).toBeUndefined();
  const sender = { send: async () => null };
  expect(new RedisStore(sender).watch).toBeUndefined();
  const ofOthers = new RedisStore({ ...sender, masterOf: () => ({ name: '', connect: notNow }) });
  await expect(watched(ofOthers, 'a')).rejects.toMatchObject({ code: 'unsupported' });
});

async function notNow(): Promise<never> {
  throw new Error('It is not asked for');
}
