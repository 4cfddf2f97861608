/**
 * The client that all peers share.
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
