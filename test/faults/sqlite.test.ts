/**
 * What happens to a SQLite file: no room, a lock that another process holds, pages that are spoilt.
 *
 * @module
 */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test, vi } from 'vitest';
import type { SessionDocument } from '../../src/document/document.ts';
import { JSONSession, StoreUnavailableError } from '../../src/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { readSqliteDocument } from '../document/sqlite-documents.ts';
import { temporaryFolder } from '../processes/shared-stores.ts';
import { holdLock } from '../stores/sqlite-file/other-process.ts';
import { PATIENCE } from '../processes/patience.ts';
import { Load, type WriterPlan } from './load.ts';
import { violations } from './oracle.ts';
import { Row } from './report.ts';

const LONG_MS = 20_000;
const SHORT_MS = 100;
const KEY = 'session:s';

function newPath(): string {
  return join(temporaryFolder(), 'sessions.db');
}

function document(path: string): SessionDocument {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const [check] = database.prepare('PRAGMA integrity_check').all();
    expect(check).toEqual({ integrity_check: 'ok' });
    return readSqliteDocument(database, KEY) as SessionDocument;
  } finally {
    database.close();
  }
}

/** Two patient writers and two that give up soon, over two stores. */
function writers(stores: readonly SqliteStore[], padding = 0): WriterPlan[] {
  return [LONG_MS, SHORT_MS].flatMap((timeoutMs) =>
    stores.map((store, index) => ({
      name: `w${index}-${timeoutMs}`,
      session: new JSONSession({ sessionId: 's', store, timeoutMs }),
      ownIds: true,
      pace: 1,
      padding,
    })),
  );
}

/** Opens a store whose file may have so many pages: SQLite keeps to it as to the end of a disk. */
async function openLimited(path: string, pages: number): Promise<SqliteStore> {
  const spy = vi.spyOn(DatabaseSync.prototype, 'exec');
  try {
    const store = await SqliteStore.open(path);
    const [connection] = spy.mock.contexts as DatabaseSync[];
    connection?.exec(`PRAGMA max_page_count = ${pages}`);
    return store;
  } finally {
    spy.mockRestore();
  }
}

describe('a SQLite file', () => {
  test('without room refuses writes, and reads and deletes work', async () => {
    const row = new Row('disk full | SQLite');
    const path = newPath();
    const store = await openLimited(path, 150);
    const other = new JSONSession({ sessionId: 'other', store });
    const texts = Array.from({ length: 100 }, (_, index) => `${index} ${'x'.repeat(1000)}`);
    await other.addItems(texts.map((content) => ({ role: 'user', content })));
    const session = new JSONSession({ sessionId: 's', store });
    await session.create();
    const load = new Load(writers([store], 500));
    await vi.waitUntil(() => load.count('rejected') > 50, PATIENCE);
    const full = load.count('acknowledged');
    expect(full).toBeGreaterThan(20);

    const big = 'x'.repeat(50_000);
    await expect(session.addMessage({ role: 'user', content: big })).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('SQLITE_FULL'),
    });
    expect(await other.getItems()).toHaveLength(100);
    // What a pop notes in the head can take another page; without one it is refused whole.
    const popped = await other.popItem().catch((error: unknown) => error);
    const isRefused = popped instanceof StoreUnavailableError;
    if (!isRefused) expect(popped).toMatchObject({ content: texts.at(-1) });
    expect(await other.getItems()).toHaveLength(isRefused ? 100 : 99);
    expect(await other.delete()).toBe(true);
    await vi.waitUntil(() => load.count('acknowledged') > full + 50, PATIENCE);
    const attempts = await load.stop();
    await store.close();
    expect(violations(attempts, document(path))).toEqual([]);
    row.print(attempts, 'read and delete worked meanwhile, pop was whole or refused');
  });

  test('that another process holds locked makes writes wait or refuses them', async () => {
    const row = new Row('locked by another process, 3 times | SQLite');
    const path = newPath();
    const stores = [await SqliteStore.open(path), await SqliteStore.open(path)];
    const session = new JSONSession({ sessionId: 's', store: stores[0]! });
    await session.create();
    const load = new Load(writers(stores));
    for (let round = 0; round < 3; round += 1) {
      const before = load.count('acknowledged');
      await vi.waitUntil(() => load.count('acknowledged') > before + 50, PATIENCE);
      const lock = await holdLock(path, 'PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE');
      const held = load.count('acknowledged');
      const refused = load.count('rejected', 'store_unavailable');
      await vi.waitUntil(() => load.count('rejected') > refused + 5, PATIENCE);
      expect(load.count('acknowledged')).toBe(held);
      expect((await session.getItems(5)).length).toBe(5);
      await lock.release();
    }
    const before = load.count('acknowledged');
    await vi.waitUntil(() => load.count('acknowledged') > before + 50, PATIENCE);
    const attempts = await load.stop();
    await Promise.all(stores.map((store) => store.close()));
    expect(violations(attempts, document(path))).toEqual([]);
    const patient = attempts.filter(({ writer }) => writer.endsWith(`-${LONG_MS}`));
    expect(new Set(patient.map(({ outcome }) => outcome))).toEqual(new Set(['acknowledged']));
    row.print(attempts);
  });

  test('of which any page is spoilt says so, and gives nothing that was not written', async () => {
    const row = new Row('each page spoilt in turn | SQLite');
    const path = newPath();
    const ids = Array.from({ length: 15 }, (_, index) => `session ${index}`);
    const textsOf = (id: string): string[] =>
      Array.from({ length: 12 }, (_, index) => `${id}/${index} ${'x'.repeat(200)}`);
    const store = await SqliteStore.open(path);
    for (const sessionId of ids) {
      const items = textsOf(sessionId).map((content) => ({ role: 'user', content }) as const);
      await new JSONSession({ store, sessionId }).addItems(items);
    }
    await store.close();
    const pages = readFileSync(path).length / PAGE;
    const counts = { read: 0, written: 0, refused: 0, notOpened: 0 };
    for (let page = 0; page < pages; page += 1) {
      const spoilt = join(temporaryFolder(), 'spoilt.db');
      copyFileSync(path, spoilt);
      const bytes = readFileSync(spoilt);
      writeFileSync(spoilt, bytes.fill(0xff, page * PAGE, (page + 1) * PAGE));
      const opened = await SqliteStore.open(spoilt).catch(refusal(spoilt));
      if (opened === null) {
        counts.notOpened += 1;
        expect(readFileSync(spoilt).equals(bytes)).toBe(true);
        continue;
      }
      for (const sessionId of ids) {
        const session = new JSONSession({ store: opened, sessionId });
        const readable = async (): Promise<string[] | null> => {
          const messages = await session.getMessages().catch(refusal(spoilt));
          return messages?.map(({ content }) => content) ?? null;
        };
        const before = await readable();
        if (before !== null) expect(before).toEqual(textsOf(sessionId));
        const message = { role: 'user', content: 'more' } as const;
        const written = await session.addMessage(message).catch(refusal(spoilt));
        const after = await readable();
        const expected = [...textsOf(sessionId), ...(written === null ? [] : ['more'])];
        if (after !== null) expect(after).toEqual(expected);
        counts[before === null ? 'refused' : 'read'] += 1;
        counts[written === null ? 'refused' : 'written'] += 1;
      }
      await opened.close();
    }
    expect(counts.notOpened).toBeGreaterThan(0);
    expect(counts.refused).toBeGreaterThan(ids.length);
    expect(counts.written).toBeGreaterThan(ids.length);
    const { read, written, refused, notOpened } = counts;
    row.print(
      [],
      `${pages} pages: ${read} reads, ${written} writes, ${refused} refused, ${notOpened} not opened`,
    );
  });
});

const PAGE = 4096;

/** Takes a refusal that names the file for null. */
function refusal(path: string): (error: unknown) => null {
  return (error) => {
    expect(error).toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/SQLITE_(CORRUPT|NOTADB)/),
    });
    expect((error as Error).message).toContain(path);
    return null;
  };
}
