/**
 * The contract of a session store, over SQLite.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe } from 'vitest';

import type { SessionStore } from '../../src/store.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { checkDocument } from '../document/schema-check.ts';
import { readSqliteDocument, writeSqliteDocument } from '../document/sqlite-documents.ts';
import { STORE_PATIENCE } from '../processes/patience.ts';
import { closableShare } from './closable-share.ts';
import { runContract } from './run-contract.ts';

describe.concurrent('in a file', () => {
  let folder = '';
  let database: DatabaseSync;
  const file = (): string => join(folder, 'sessions.db');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'json-session-contract-'));
    await (await SqliteStore.open(file())).close();
    database = new DatabaseSync(file(), { timeout: 5000 });
  });

  afterAll(async () => {
    database.close();
    await rm(folder, { recursive: true });
  });

  runContract({
    open: () => SqliteStore.open(file(), STORE_PATIENCE),
    readDocument: async (key) => readSqliteDocument(database, key),
    writeDocument: async (key, document) => writeSqliteDocument(database, key, document),
    checkDocument,
  });
});

describe.concurrent('in memory', () => {
  let shared: SessionStore;

  beforeAll(async () => {
    shared = await SqliteStore.open(':memory:', STORE_PATIENCE);
  });

  afterAll(() => shared.close());

  runContract({ open: () => closableShare(shared) });
});
