/**
 * Appends from several processes at once, and what they cost the servers.
 *
 * @module
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';

import type { RedisServer } from '../../test/servers/redis-server.ts';

/**
 * What each process does.
 */
export interface Load {
  readonly urls: readonly string[];
  readonly isCluster: boolean;
  /** How many sessions at once. */
  readonly sessions: number;
  /** Items of one append. */
  readonly items: number;
  readonly milliseconds: number;
}

/**
 * What came of it.
 */
export interface LoadResult {
  /** By the clock, of all processes. */
  readonly appendsPerSecond: number;
  /** Of the threads that carry out commands, for one append. */
  readonly serverMicroseconds: number;
  /** The part of a processor that the servers had, summed up: 1 is one whole. */
  readonly busy: number;
}

/**
 * Runs the load in so many processes.
 */
export async function runLoad(
  servers: readonly RedisServer[],
  processes: number,
  load: Omit<Load, 'urls' | 'isCluster'>,
): Promise<LoadResult> {
  const task = { ...load, urls: servers.map(({ url }) => url), isCluster: servers.length > 1 };
  const before = await processorSeconds(servers);
  const counts = await Promise.all(Array.from({ length: processes }, () => appendsOf(task)));
  const spent = (await processorSeconds(servers)) - before;
  const appends = counts.reduce((sum, count) => sum + count, 0);
  const seconds = load.milliseconds / 1000;
  return {
    appendsPerSecond: appends / seconds,
    serverMicroseconds: (spent / appends) * 1_000_000,
    busy: spent / seconds,
  };
}

async function appendsOf(task: Load): Promise<number> {
  const child = fork(new URL('load-process.ts', import.meta.url), [JSON.stringify(task)]);
  const [[count]] = await Promise.all([
    once(child, 'message') as Promise<[number]>,
    once(child, 'exit'),
  ]);
  return count;
}

async function processorSeconds(servers: readonly RedisServer[]): Promise<number> {
  let seconds = 0;
  for (const server of servers) {
    const info = await server.cli('INFO', 'cpu');
    for (const [, time] of info.matchAll(/^used_cpu_(?:user|sys)_main_thread:([\d.]+)/gmu)) {
      seconds += Number(time);
    }
  }
  return seconds;
}
