/**
 * Which rows a write changes, and what is made of them: appends leave the head's row as it is, and the
 * newest entry says what has changed.
 *
 * @module
 */
import { join } from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import type { SessionDocument } from '../../../src/document/document.ts';
import { JSONSession, type JSONSessionOptions } from '../../../src/index.ts';
import { SqliteStore } from '../../../src/stores/sqlite/index.ts';
import { resultItem } from '../../../src/testing/conversation.ts';
import { readSqliteDocument, writeSqliteDocument } from '../../document/sqlite-documents.ts';
import { temporaryFolder } from '../../processes/shared-stores.ts';

const path = join(temporaryFolder(), 'sessions.db');

let store: SqliteStore;
let database: DatabaseSync;
let sessionId = '';

beforeAll(async () => {
  store = await SqliteStore.open(path);
  database = new DatabaseSync(path, { timeout: 5000 });
});

afterAll(async () => {
  database.close();
  await store.close();
});

beforeEach(() => {
  sessionId = crypto.randomUUID();
});

function open(options: JSONSessionOptions = {}): JSONSession {
  return new JSONSession({ sessionId, store, ...options });
}

async function say(session: JSONSession, ...texts: string[]): Promise<void> {
  await session.addItems(texts.map((content) => ({ role: 'user', content })));
}

async function textsOf(session: JSONSession): Promise<string[]> {
  return (await session.getMessages()).map(({ content }) => content);
}

function rowOf(id = sessionId): Record<string, unknown> {
  const sql = 'SELECT head, expires_at FROM sessions WHERE key = ?';
  return database.prepare(sql).get(`session:${id}`) ?? {};
}

function document(): SessionDocument {
  return readSqliteDocument(database, `session:${sessionId}`) as SessionDocument;
}

function setHead(change: (head: SessionDocument) => void): void {
  const head = JSON.parse(String(rowOf()['head'])) as SessionDocument;
  change(head);
  const sql = 'UPDATE sessions SET head = ? WHERE key = ?';
  database.prepare(sql).run(JSON.stringify(head), `session:${sessionId}`);
}

function storedBytes(): number {
  const texts = document().messages.map((entry) => JSON.stringify(entry));
  return Buffer.byteLength(texts.join(''));
}

describe('an append of entries alone', () => {
  test('leaves the row of the head, and all say what it added', async () => {
    const session = open();
    await say(session, '1');
    await say(session, '2');
    const { head } = rowOf();
    const before = document();
    await say(session, '3', '4 ü🙂');
    expect(rowOf()['head']).toBe(head);

    const after = document();
    const time = after.messages[3]?.timestamp ?? 0;
    expect(time).toBeGreaterThanOrEqual(before.updated_at);
    expect(after).toEqual({
      ...before,
      updated_at: time,
      metadata: { ...before.metadata, message_count: 4 },
      state: { ...before.state, bytes: storedBytes() },
      messages: [...before.messages, ...after.messages.slice(2)],
    });
    const { messageCount, updatedAt } = await open().getMetadata();
    expect([messageCount, updatedAt]).toEqual([4, new Date(time * 1000)]);

    await session.trackAgent('Writer');
    const stored = JSON.parse(String(rowOf()['head'])) as SessionDocument;
    expect(stored.metadata).toMatchObject({ message_count: 4, current_agent: 'Writer' });
    expect(stored.state?.bytes).toBe(after.state?.bytes);
  });

  test('starts the time to live again', async () => {
    const session = open({ ttl: 600 });
    await say(session, '1');
    const sql = 'UPDATE sessions SET expires_at = expires_at - 500 WHERE key = ?';
    database.prepare(sql).run(`session:${sessionId}`);
    const { head } = rowOf();
    await say(session, '2');
    expect(rowOf()['head']).toBe(head);
    expect(Number(rowOf()['expires_at'])).toBeGreaterThan(Date.now() / 1000 + 500);
  });

  test('sets another ttl', async () => {
    await say(open({ ttl: 600 }), '1');
    await say(open({ ttl: 9000 }), '2');
    expect(document().state?.ttl).toBe(9000);
    expect(Number(rowOf()['expires_at'])).toBeGreaterThan(Date.now() / 1000 + 8000);
  });

  test('sees what another connection has made of the head since', async () => {
    const session = open();
    await say(session, '1');
    await say(session, '2');
    setHead(({ state }) => (state!.lock = { token: 'a', until: Date.now() / 1000 + 60 }));
    await expect(say(session, '3')).rejects.toMatchObject({ code: 'session_locked' });
    setHead(({ state }) => (state!.lock = null));
    await say(session, '3');
    setHead(({ state }) => (state!.schema = 2));
    await expect(say(session, '4')).rejects.toMatchObject({ code: 'unsupported_schema' });
    setHead(({ state }) => (state!.incarnation = 'another'));
    await expect(say(session, '4')).rejects.toMatchObject({ code: 'session_expired' });
    expect(await textsOf(open())).toEqual(['1', '2', '3']);
  });
});

describe('the bytes of entries', () => {
  test('are counted exactly, however entries come and go', async () => {
    const session = open();
    await say(session, 'one', 'two '.repeat(50), 'three ü🙂');
    await session.popItem();
    expect(document().state?.bytes).toBe(storedBytes());
    await say(session, 'four');
    await session.undoTo((await session.getMessages())[1]?.id ?? '');
    expect(document().state?.bytes).toBe(storedBytes());
    await session.clear();
    expect(document().state?.bytes).toBe(0);
    await say(session, 'five');
    expect(document().state?.bytes).toBe(storedBytes());
  });

  test('are counted exactly where some are put in the place of others', async () => {
    const session = open();
    await say(session, 'one '.repeat(100));
    const call = { type: 'function_call', callId: 'c', name: 'look', arguments: '{}' } as const;
    await session.addItems([call, resultItem('c')]);
    const replacement = { ...call, arguments: '{"changed":true}' };
    const mutation = { type: 'replace_function_call', callId: 'c', replacement } as const;
    await session.applyHistoryMutations({ mutations: [mutation] });
    expect((await session.getItems())[1]).toEqual(replacement);
    expect(document().state?.bytes).toBe(storedBytes());
    const stored = JSON.parse(String(rowOf()['head'])) as SessionDocument;
    expect(stored.state?.bytes).toBe(storedBytes());
  });

  test('of a document that was put here as a whole are what it says', async () => {
    await say(open(), 'one', 'two', 'three');
    const whole = document();
    writeSqliteDocument(database, `session:${sessionId}`, whole);
    const session = open();
    expect(document().state?.bytes).toBe(whole.state?.bytes);
    await say(session, 'four');
    await session.popItem();
    const [counted, stored] = [Number(document().state?.bytes), storedBytes()];
    expect(Math.abs(counted - stored)).toBeLessThan(stored / 20);
  });

  test('of another program are not counted, and those of ours are', async () => {
    await say(open(), 'one', 'two');
    const { messages, state, ...others } = document();
    writeSqliteDocument(database, `session:${sessionId}`, { ...others, messages });
    const session = open();
    await say(session, 'three');
    const last = (): number => Buffer.byteLength(JSON.stringify(document().messages.at(-1)));
    expect(document().state?.bytes).toBe(last());
    await say(session, 'four');
    await session.popItem();
    expect(document().state?.bytes).toBe(last());
    expect(state?.bytes).toBeGreaterThan(last());
  });
});

test('what a reader does to what it got changes no document', async () => {
  const session = open();
  await session.setHandoffContext({ order: { id: 'A-1' } });
  await say(session, '1');
  const context = (await session.getHandoffContext()) as { order: { id: string } };
  context.order.id = 'changed';
  await say(session, '2');
  await session.trackAgent('Writer');
  expect(await session.getHandoffContext()).toEqual({ order: { id: 'A-1' } });
});

test('a session that goes or is cleared takes no entries of its neighbours along', async () => {
  const names = ['before', 'middle', 'after'];
  const sessions = names.map((name) => open({ sessionId: `${sessionId} ${name}` }));
  for (const session of sessions) await say(session, '1', '2', '3');
  const [before, middle, after] = sessions as [JSONSession, JSONSession, JSONSession];
  await middle.clear();
  await say(middle, '4');
  expect(await Promise.all(sessions.map(textsOf))).toEqual([
    ['1', '2', '3'],
    ['4'],
    ['1', '2', '3'],
  ]);
  await middle.delete();
  await before.popItem();
  await say(after, '4');
  expect(await textsOf(before)).toEqual(['1', '2']);
  expect(await textsOf(after)).toEqual(['1', '2', '3', '4']);
});

test('a Node that gives rows as objects alone reads them as well', async () => {
  const prototype = StatementSync.prototype as Partial<StatementSync>;
  const { setReturnArrays } = prototype;
  Reflect.deleteProperty(prototype, 'setReturnArrays');
  try {
    const older = await SqliteStore.open(path);
    const session = open({ store: older });
    await say(session, '1', '2');
    await say(session, '3');
    expect(await session.popItem()).toEqual({ role: 'user', content: '3' });
    expect(await textsOf(session)).toEqual(['1', '2']);
    expect(await session.getMetadata()).toMatchObject({ messageCount: 2 });
    await older.close();
  } finally {
    Object.assign(prototype, { setReturnArrays });
  }
});

describe('reads, which take some rows at a time', () => {
  test.each([1, 63, 64, 65, 128, 129, 200])('give each of %i once, in order', async (count) => {
    const session = open();
    const texts = Array.from({ length: count }, (_, index) => String(index));
    await say(session, ...texts);
    await say(open({ sessionId: `${sessionId} next` }), 'of another session');
    expect(await textsOf(session)).toEqual(texts);
    for (const limit of [1, 20, 63, 64, 65, 127, 128, 129, 300]) {
      const newest = await session.getMessages({ limit });
      expect(newest.map(({ content }) => content)).toEqual(texts.slice(-limit));
      expect(await session.getItems(limit)).toHaveLength(Math.min(limit, count));
    }
    expect(await session.getMessages({ limit: 1, agent: 'nobody' })).toEqual([]);
  });
});
