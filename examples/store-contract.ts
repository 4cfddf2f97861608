/**
 * Tests a store against the contract that every store keeps: `node --test store-contract.ts`.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { SqliteStore } from 'agents-json-session/sqlite';
import { sessionStoreContract } from 'agents-json-session/testing';

// Put your own store here. Every call opens it anew over the same data, as another process would.
const path = join(mkdtempSync(join(tmpdir(), 'store-')), 'sessions.db');
const open = (): Promise<SqliteStore> => SqliteStore.open(path);

// The cases share nothing, and some wait for a time to live: together they are faster. All at once they
// would wait for the file instead.
await suite('my store', { concurrency: 20 }, () => {
  for (const { name, run } of sessionStoreContract({ open })) void test(name, run);
});
