/**
 * Opens the place of a run and clears it away.
 *
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../../scripts/project.ts';
import { onParentDeath } from '../../test/servers/parent-death.ts';
import { startRedis } from '../../test/servers/redis-server.ts';
import { findPython } from '../peers/python/environment.ts';
import { PythonProcess } from '../peers/python/python-process.ts';
import { connect, removeKeys } from './client.ts';
import type { Place } from './place.ts';

/**
 * A place, and what must be said of it.
 */
export interface OpenPlace extends AsyncDisposable {
  readonly place: Place;
  /** Why no peer in Python is measured; null where they are. */
  readonly withoutPython: string | null;
  /** Removes what a work has stored. */
  clear(): Promise<void>;
}

/**
 * Takes the Redis of `REDIS_URL` or starts one, makes a folder on the disk of the project, and starts
 * Python.
 */
export async function openPlace(): Promise<OpenPlace> {
  const environment = await findPython();
  const given = process.env['REDIS_URL'];
  const server = given === undefined || given === '' ? await startRedis() : null;
  const url = server?.url ?? given ?? '';
  const client = await connect(url);
  const folder = newFolder();
  const release = onParentDeath(['rm', '-rf', folder]);
  const python = 'reason' in environment ? null : PythonProcess.start(environment.program);
  const place = { url, client, prefix: `bench:${crypto.randomUUID()}:`, folder, python };
  const clear = async (): Promise<void> => removeKeys(client, place.prefix);
  return {
    place,
    withoutPython: 'reason' in environment ? environment.reason : null,
    clear,
    async [Symbol.asyncDispose]() {
      await python?.stop();
      await clear();
      client.destroy();
      await server?.stop();
      rmSync(folder, { recursive: true, force: true });
      release();
    },
  };
}

/** Beside the project, not where temporary files are: that is often no disk. */
function newFolder(): string {
  const cache = join(ROOT, '.cache');
  mkdirSync(cache, { recursive: true });
  return mkdtempSync(join(cache, 'bench-'));
}
