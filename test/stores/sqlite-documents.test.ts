/**
 * What is particular to documents in SQLite: the view that shows them, rows that are no entries, and
 * sessions whose time is up.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { JSONSession } from '../../src/index.ts';
import type { JSONSessionOptions } from '../../src/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { EVERY_READ, EVERY_WRITE } from '../../src/testing/every-call.ts';
import { PYTHON_DOCUMENTS } from '../../src/testing/python-documents.ts';
import { SAMPLE_ITEMS } from '../../src/testing/sample-items.ts';
import { readSqliteDocument, writeSqliteDocument } from '../document/sqlite-documents.ts';

const CHAT = PYTHON_DOCUMENTS['py-chat'];

let folder = '';
let store: SqliteStore;
let database: DatabaseSync;
let sessionId = '';
let key = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'json-session-documents-'));
  store = await SqliteStore.open(join(folder, 'sessions.db'));
  database = new DatabaseSync(join(folder, 'sessions.db'), { timeout: 5000 });
});

afterAll(async () => {
  database.close();
  await store.close();
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  sessionId = crypto.randomUUID();
  key = `session:${sessionId}`;
});

afterEach(() => {
  vi.useRealTimers();
});

function open(options: JSONSessionOptions = {}): JSONSession {
  return new JSONSession({ sessionId, store, ...options });
}

function count(table: 'sessions' | 'entries'): number {
  return Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);
}

function setHead(head: string): void {
  database.prepare('UPDATE sessions SET head = ? WHERE key = ?').run(head, key);
}

async function failure(call: Promise<unknown>): Promise<Record<string, unknown>> {
  return call.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error as Record<string, unknown>,
  );
}

describe('the view of documents', () => {
  test('shows a session as it would stand in Redis', async () => {
    const session = open({ userId: 'user-1', ttl: 600 });
    await session.addItems(SAMPLE_ITEMS.map(({ item }) => item));
    const document = readSqliteDocument(database, key) as Record<string, unknown[]>;
    expect(document['session_id']).toBe(sessionId);
    expect(document['messages']).toHaveLength(SAMPLE_ITEMS.length);
    const contents = database
      .prepare(
        "SELECT json_type(document, '$.messages[0].content') AS type FROM documents WHERE key = ?",
      )
      .get(key);
    expect(contents?.['type']).toBe('text');
  });

  test('keeps messages in order past the tenth', async () => {
    const session = open();
    for (let index = 0; index < 25; index += 1) {
      await session.addMessage({ role: 'user', content: String(index) });
    }
    const { messages } = readSqliteDocument(database, key) as { messages: { content: string }[] };
    expect(messages.map(({ content }) => Number(content))).toEqual([...messages.keys()]);
  });

  test('shows an empty session with an empty list', async () => {
    await open().create();
    expect(readSqliteDocument(database, key)).toMatchObject({ messages: [] });
  });
});

describe('rows that are corrupt', () => {
  test.each([
    ['no JSON', '{', /^head$/],
    ['empty', '', /^head$/],
    ['a list', '[]', /./],
    ['null', 'null', /./],
    ['a head without metadata', JSON.stringify({ ...CHAT, metadata: undefined }), /^metadata/],
    ['a head without created_at', JSON.stringify({ ...CHAT, created_at: null }), /^created_at$/],
    ['a head with another state', JSON.stringify({ ...CHAT, state: [] }), /^state/],
  ])('a head that is %s: every call says so and changes nothing', async (_, head, field) => {
    await open().addMessage({ role: 'user', content: 'Hello' });
    setHead(head);
    for (const [name, call] of Object.entries({ ...EVERY_READ, ...EVERY_WRITE })) {
      const error = await failure(call(open()));
      expect([name, error['code']]).toEqual([name, 'corrupt_document']);
      expect(error['field']).toMatch(field);
    }
    expect(database.prepare('SELECT head FROM sessions WHERE key = ?').get(key)).toEqual({ head });
    expect(await open().delete()).toBe(true);
  });

  test('entries that are no JSON are passed over, and go when they are the newest', async () => {
    const session = open();
    await session.addItems(['1', '2', '3'].map((content) => ({ role: 'user', content })));
    const garble = database.prepare(
      'UPDATE entries SET entry = ? WHERE position = ? AND session = (SELECT id FROM sessions WHERE key = ?)',
    );
    garble.run('{"id":', 2, key);
    garble.run('', 0, key);
    expect(await session.getItems()).toEqual([{ role: 'user', content: '2' }]);
    expect(await session.popItem()).toEqual({ role: 'user', content: '2' });
    expect(await session.getItems()).toEqual([]);
    await session.addItems([{ role: 'user', content: 'new' }]);
    expect(await session.getItems()).toEqual([{ role: 'user', content: 'new' }]);
  });
});

describe('time', () => {
  test('a session whose time is up is not there, though its row is', async () => {
    const session = open({ ttl: 10 });
    await session.addMessage({ role: 'user', content: 'Hello' });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10_001 });
    expect(readSqliteDocument(database, key)).not.toBeNull();
    expect(await open().getItems()).toEqual([]);
    await open().create();
    expect(await open().getItems()).toEqual([]);
  });

  test('rows of sessions whose time is up are removed by and by', async () => {
    const own = await SqliteStore.open(join(folder, 'purge.db'));
    const file = new DatabaseSync(join(folder, 'purge.db'));
    const rows = (): unknown => file.prepare('SELECT count(*) AS n FROM entries').get()?.['n'];
    for (let index = 0; index < 5; index += 1) {
      const session = new JSONSession({ store: own, ttl: 10 });
      await session.addItems([{ role: 'user', content: 'old' }]);
    }
    expect(rows()).toBe(5);
    const passed = performance.now();
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.now() + 120_000 });
    // The clock that is put in begins at zero.
    vi.advanceTimersByTime(passed + 120_000);
    await new JSONSession({ store: own }).addMessage({ role: 'user', content: 'new' });
    expect(rows()).toBe(1);
    file.close();
    await own.close();
  });

  test('times do not go back when the clock does', async () => {
    const session = open();
    const first = await session.addMessage({ role: 'user', content: '1' });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
    const second = await session.addMessage({ role: 'user', content: '2' });
    expect(second.timestamp.getTime()).toBeGreaterThanOrEqual(first.timestamp.getTime());
    const { createdAt, updatedAt } = await session.getMetadata();
    expect(updatedAt.getTime()).toBeGreaterThanOrEqual(createdAt.getTime());
  });

  test('a document without ttl keeps the expiry of its row', async () => {
    writeSqliteDocument(database, key, { ...CHAT, session_id: sessionId });
    const at = Date.now() / 1000 + 100;
    database.prepare('UPDATE sessions SET expires_at = ? WHERE key = ?').run(at, key);
    await open().addMessage({ role: 'user', content: 'Hello' });
    const row = database.prepare('SELECT expires_at FROM sessions WHERE key = ?').get(key);
    expect(row?.['expires_at']).toBe(at);
    await open({ ttl: 900 }).touch();
    const later = database.prepare('SELECT expires_at FROM sessions WHERE key = ?').get(key);
    expect(Number(later?.['expires_at'])).toBeGreaterThan(at + 700);
  });
});

describe('space', () => {
  test('deleting and clearing leave no entries behind', async () => {
    const before = count('entries');
    const session = open();
    await session.addItems(['1', '2', '3'].map((content) => ({ role: 'user', content })));
    expect(count('entries')).toBe(before + 3);
    await session.clear();
    expect(count('entries')).toBe(before);
    await session.addItems([{ role: 'user', content: '4' }]);
    await session.delete();
    expect(count('entries')).toBe(before);
  });
});
