/**
 * The Redis that test files share.
 *
 * @module
 */
import { inject } from 'vitest';

import { redisCommand } from './redis-command.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The URLs of the servers that test files share: one for each worker, or the one that was given. */
    redisUrls: string[];
    /** Whether they were started for this run, so that everything in them may go. */
    ownsRedis: boolean;
  }
}

/**
 * Gives the URL of the Redis that the test file may use. No file at work at the same time has the same,
 * unless the run was given a server.
 */
export function sharedRedisUrl(): string {
  const urls = inject('redisUrls');
  // From 1 to the number of workers.
  const worker = Number(process.env['VITEST_POOL_ID']);
  const url = urls[(worker - 1) % urls.length];
  if (url === undefined) throw new Error(`There is no Redis for worker ${worker}`);
  return url;
}

/**
 * Removes what the test file has left there, and its search indexes: whoever looks through all keys would
 * take longer with each file.
 */
export async function emptySharedRedis(): Promise<void> {
  if (inject('ownsRedis')) await redisCommand(sharedRedisUrl(), 'FLUSHALL');
}
