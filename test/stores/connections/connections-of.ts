/**
 * The connections that clients of node-redis have to a server.
 *
 * @module
 */
import type { RedisServer } from '../../servers/redis-server.ts';

/**
 * Gives the ids of the connections; those of test helpers do not give the name of their library.
 */
export async function connectionsOf(server: RedisServer): Promise<string[]> {
  const list = await server.cli('CLIENT', 'LIST');
  return list
    .split('\n')
    .filter((line) => line.includes('lib-name=node-redis'))
    .map((line) => /\bid=(\d+)/.exec(line)?.[1] ?? '');
}
