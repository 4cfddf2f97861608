/**
 * A SQLite file that all workers use.
 *
 * @module
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SessionDocument } from '../../src/document/document.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { readSqliteDocument } from '../document/sqlite-documents.ts';
import { holdLock } from '../stores/sqlite-file/other-process.ts';
import type { Fault, Place } from './place.ts';

const PATIENCE_MS = 20_000;
/** Longer than a call waits. */
const LONGEST_LOCK_MS = 7000;
const TRIES = 'PRAGMA busy_timeout = 10000';

/**
 * Makes one.
 */
export async function openSqlitePlace(folder: string): Promise<Place> {
  const path = join(folder, 'sessions.db');
  const store = await SqliteStore.open(path, { timeoutMs: PATIENCE_MS });
  const reader = new DatabaseSync(path, { readOnly: true });
  return {
    name: 'sqlite',
    store,
    faults: ['BEGIN IMMEDIATE', 'BEGIN EXCLUSIVE'].map((begin) => lockFault(path, begin)),
    mostConnections: null,
    addressOf: () => ({ url: `sqlite:${path}`, way: 0 }),
    async heal() {
      // A lock ends with the fault itself, and nothing is ever on its way.
    },
    async document(key) {
      return readSqliteDocument(reader, key) as SessionDocument | null;
    },
    async connections() {
      return null;
    },
    async wipe() {
      const [check] = reader.prepare('PRAGMA integrity_check').all();
      const found = String(check?.['integrity_check']);
      return found === 'ok' ? [] : [`the file is damaged: ${found}`];
    },
    async stop() {
      reader.close();
      await store.close();
    },
  };
}

function lockFault(path: string, begin: string): Fault {
  return {
    name: begin,
    async inflict({ amount }, hold) {
      // A worker that is stopped in the middle of a write can hold it for longer.
      const lock = await holdLock(path, `${TRIES}; ${begin}`).catch(() => null);
      await hold(amount * LONGEST_LOCK_MS);
      await lock?.release();
    },
  };
}
