/**
 * The client that all peers of node-redis share.
 *
 * @module
 */
import { createClient, type RedisClientType } from 'redis';

/** A client of node-redis with its defaults. */
export type BenchClient = RedisClientType;

/**
 * Connects to the server at a URL.
 */
export async function connect(url: string): Promise<BenchClient> {
  const client: BenchClient = createClient({ url });
  // Failures reach the caller of a command.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/**
 * Removes all keys of a run: those that its prefix begins, and those of peers with a prefix of their own
 * before it.
 */
export async function removeKeys(client: BenchClient, prefix: string): Promise<void> {
  for await (const keys of client.scanIterator({ MATCH: `*${prefix}*`, COUNT: 1000 })) {
    if (keys.length > 0) await client.unlink(keys);
  }
}
