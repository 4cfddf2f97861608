/**
 * The Redis servers of a whole run of the tests.
 *
 * @module
 */
import type { TestProject } from 'vitest/node';

import { startRedis } from './redis-server.ts';

/**
 * Provides the Redis at `REDIS_URL`, or one for each worker that ends with the run.
 *
 * @param project - The project to provide them to.
 * @returns What ends them.
 */
export default async function setUpRedis(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['REDIS_URL'];
  if (given !== undefined && given !== '') {
    project.provide('redisUrls', [given]);
    project.provide('ownsRedis', false);
    return async () => {};
  }
  const workers = Math.max(...project.vitest.projects.map(({ config }) => config.maxWorkers));
  const starts = Array.from({ length: workers }, async () => startRedis());
  const servers = await Promise.all(starts);
  project.provide(
    'redisUrls',
    servers.map(({ url }) => url),
  );
  project.provide('ownsRedis', true);
  return async () => {
    await Promise.all(servers.map(async (server) => server.stop()));
  };
}
