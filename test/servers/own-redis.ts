/**
 * A Redis for one test file.
 *
 * @module
 */
import { afterAll } from 'vitest';

import { type RedisServer, startRedis } from './redis-server.ts';

/**
 * Starts a Redis that ends with the test file. For files that make search indexes: a new one looks at
 * every key there is.
 */
export async function ownRedis(): Promise<RedisServer> {
  const server = await startRedis();
  afterAll(() => server.stop());
  return server;
}
