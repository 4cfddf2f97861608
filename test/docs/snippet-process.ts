/**
 * Runs snippets of the documentation one after the other, each in an empty folder and an empty Redis, and
 * says how each has ended.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'redis';

import { closeStores } from '../../src/index.ts';
import { prepare } from './what-snippets-find.ts';

/**
 * How a snippet has ended.
 */
export interface SnippetEnd {
  readonly path: string;
  /** The error that it ended with. */
  readonly error?: string;
}

/** The longest of them waits twice for as long as a call may take. */
const LIMIT_MS = 20_000;

const redis = await createClient({ url: process.env['SNIPPETS_REDIS_URL'] ?? '' }).connect();

async function run(path: string): Promise<SnippetEnd> {
  const folder = await mkdtemp(join(tmpdir(), 'snippet-'));
  process.chdir(folder);
  const ended = new AbortController();
  try {
    await prepare(path);
    await Promise.race([import(path), tooLate(ended.signal)]);
    return { path };
  } catch (error) {
    return { path, error: String((error as Error).stack) };
  } finally {
    ended.abort();
    await closeStores();
    await redis.flushAll();
    process.chdir('/');
    await rm(folder, { recursive: true });
  }
}

async function tooLate(signal: AbortSignal): Promise<void> {
  const isLate = await pause(LIMIT_MS, true, { signal }).catch(() => false);
  if (isLate) throw new Error(`It has not ended within ${LIMIT_MS} ms`);
}

for (const path of process.argv.slice(2)) process.send?.(await run(path));
// Those that serve, or keep a connection, would stay; one says by its exit code what it has found.
process.exit(0);
