/**
 * One Redis for a whole run of the tests.
 *
 * @module
 */
import type { TestProject } from 'vitest/node';
import { startRedis } from './redis-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The URL of the Redis that all test files share. */
    redisUrl: string;
  }
}

/**
 * Provides the Redis at `REDIS_URL`, or a new one that ends with the run.
 *
 * @param project - The project to provide it to.
 * @returns What ends it.
 */
export default async function setUpRedis(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['REDIS_URL'];
  if (given !== undefined && given !== '') {
    project.provide('redisUrl', given);
    return async () => {};
  }
  const server = await startRedis();
  project.provide('redisUrl', server.url);
  return () => server.stop();
}
