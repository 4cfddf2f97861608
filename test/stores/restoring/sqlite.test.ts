/**
 * Sessions that are made of whole documents, in SQLite: what a failure leaves behind.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { JSONSession } from '../../../src/index.ts';
import { SqliteStore } from '../../../src/stores/sqlite/index.ts';

const MANY = 2500;

let folder = '';
let store: SqliteStore;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'restoring-'));
  store = await SqliteStore.open(join(folder, 'sessions.db'));
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

function rows(sql: string): unknown[] {
  const database = new DatabaseSync(join(folder, 'sessions.db'));
  const found = database.prepare(sql).all();
  database.close();
  return found;
}

async function long(): Promise<JSONSession> {
  const session = new JSONSession({ sessionId: 'parent', store });
  const items = Array.from(
    { length: MANY },
    (_, at) => ({ role: 'user', content: `${at}` }) as const,
  );
  await session.addItems(items);
  return session;
}

test('a fork that fails leaves no rows', async () => {
  const session = await long();
  await new JSONSession({ sessionId: 'taken', store }).create();
  await expect(session.fork({ sessionId: 'taken' })).rejects.toMatchObject({
    code: 'session_exists',
  });
  expect(rows('SELECT key FROM sessions ORDER BY key')).toEqual([
    { key: 'session:parent' },
    { key: 'session:taken' },
  ]);
  expect(rows('SELECT count(*) AS count FROM entries')).toEqual([{ count: MANY }]);
});

test('what stays behind of a process that ended is out of sight, and goes', async () => {
  const session = await long();
  const controller = new AbortController();
  const forking = session.fork({ sessionId: 'fork', signal: controller.signal });
  controller.abort();
  await expect(forking).rejects.toMatchObject({ code: 'aborted' });
  expect(rows("SELECT key FROM sessions WHERE key <> 'session:parent'")).toEqual([]);
  const fork = await session.fork({ sessionId: 'fork' });
  expect(await fork.getItems()).toHaveLength(MANY);
});

test('what a fork takes is counted as its entries are', async () => {
  const session = await long();
  await session.addMessage({ role: 'user', content: 'Æ "🧭" \n' });
  const fork = await session.fork();
  const bytes = rows(
    'SELECT max(bytes) AS bytes FROM entries GROUP BY session ORDER BY session',
  ) as { bytes: number }[];
  expect(bytes[1]).toEqual(bytes[0]);
  const [{ counted }] = rows(
    `SELECT head ->> '$.state.bytes' AS counted FROM sessions WHERE key = 'session:${fork.sessionId}'`,
  ) as [{ counted: number }];
  expect(counted).toBe(bytes[1]?.bytes);
});
