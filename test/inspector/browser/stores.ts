/**
 * The stores that the page is tested over.
 *
 * @module
 */
import { createClient } from 'redis';
import { onTestFinished } from 'vitest';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { SqliteStore } from '../../../src/stores/sqlite/index.ts';
import { ownRedis } from '../../servers/own-redis.ts';
import type { SamplePlace } from './sample-sessions.ts';

/** Opens a place for the sessions of one test. */
export type OpenPlace = () => Promise<SamplePlace>;

/** Every store, by name, with a Redis for the test file. */
export async function everyStore(): Promise<readonly { name: string; open: OpenPlace }[]> {
  return [
    { name: 'Redis', open: await startRedisPlaces() },
    { name: 'SQLite', open: openSqlite },
  ];
}

/** Starts a Redis for the test file; each place is a prefix of its own there, with an index of messages. */
export async function startRedisPlaces(): Promise<OpenPlace> {
  const { url } = await ownRedis();
  return async () => {
    const client = await createClient({ url }).connect();
    onTestFinished(() => client.close());
    const store = new RedisStore(client, { search: true });
    return { store, keyPrefix: `page-${crypto.randomUUID()}:` };
  };
}

/** A SQLite database in memory. */
export async function openSqlite(): Promise<SamplePlace> {
  const store = await SqliteStore.open(':memory:');
  onTestFinished(() => store.close());
  return { store, keyPrefix: 'session:' };
}
