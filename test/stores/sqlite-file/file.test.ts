import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, test } from 'vitest';
import { JSONSession } from '../../../src/index.ts';
import { SqliteStore } from '../../../src/stores/sqlite/index.ts';
import { runScript } from '../../processes/run-script.ts';
import { temporaryFolder } from '../../processes/shared-stores.ts';

const stores: SqliteStore[] = [];

async function open(path: string): Promise<SqliteStore> {
  const store = await SqliteStore.open(path);
  stores.push(store);
  return store;
}

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

function user(content: string): { role: 'user'; content: string } {
  return { role: 'user', content };
}

describe('a new file', () => {
  test('is made with its folders, for its owner alone, whatever the umask', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'one', 'two', 'sessions.db');
    const umask = process.umask(0);
    try {
      await new JSONSession({ store: await open(path) }).addItems([user('hello')]);
    } finally {
      process.umask(umask);
    }

    expect([mode(path), mode(`${path}-wal`), mode(`${path}-shm`)]).toEqual(['600', '600', '600']);
    expect([mode(join(folder, 'one')), mode(join(folder, 'one', 'two'))]).toEqual(['700', '700']);
  });

  test('is in write-ahead mode', async () => {
    const path = join(temporaryFolder(), 'a.db');
    await open(path);
    const other = new DatabaseSync(path, { readOnly: true });
    expect(other.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    other.close();
  });

  test('can have any name', async () => {
    for (const name of [
      'with space.db',
      'ü🙂.db',
      "quote'.db",
      'percent%20.db',
      'a?b#c.db',
      '-x',
    ]) {
      const path = join(temporaryFolder(), name);
      const session = new JSONSession({ url: `sqlite:${path}`, sessionId: 's', lingerMs: 0 });
      await session.addItems([user(name)]);
      expect(existsSync(path)).toBe(true);
      const store = await open(path);
      expect(await new JSONSession({ store, sessionId: 's' }).getItems()).toEqual([user(name)]);
      await session.close();
    }
  });
});

describe('a file', () => {
  test('keeps its sessions when it is closed and opened again', async () => {
    const path = join(temporaryFolder(), 'a.db');
    const first = await open(path);
    const session = new JSONSession({ store: first, sessionId: 's', userId: 'u' });
    await session.addItems([user('1'), user('2')]);
    await session.setAttributes({ title: 'Trip' });
    await first.close();
    await expect(session.getItems()).rejects.toMatchObject({ code: 'store_closed' });
    await expect(session.addItems([user('3')])).rejects.toMatchObject({ code: 'store_closed' });

    const again = await JSONSession.load('s', { store: await open(path), userId: 'u' });
    expect(await again.getItems()).toEqual([user('1'), user('2')]);
    expect((await again.getMetadata()).attributes).toEqual({ title: 'Trip' });
    // What was checkpointed at the close is all in the one file.
    expect(existsSync(`${path}-wal`)).toBe(true);
  });

  test('closed twice is closed', async () => {
    const store = await open(join(temporaryFolder(), 'a.db'));
    await store.close();
    await expect(store.close()).resolves.toBeUndefined();
  });

  test('can be used by two stores of one process', async () => {
    const path = join(temporaryFolder(), 'a.db');
    const [left, right] = [await open(path), await open(path)];
    const one = new JSONSession({ store: left, sessionId: 's' });
    const two = new JSONSession({ store: right, sessionId: 's' });
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        await one.addItems([user(`left ${index}`)]);
        await two.addItems([user(`right ${index}`)]);
      }),
    );

    const texts = (await two.getMessages()).map((message) => message.content);
    expect(texts).toHaveLength(100);
    expect(new Set(texts).size).toBe(100);
    expect(await one.getItems()).toEqual(await two.getItems());
    expect((await one.getMetadata()).messageCount).toBe(100);
    const popped = await Promise.all([one.popItem(), two.popItem(), one.popItem(), two.popItem()]);
    expect(new Set(popped.map((item) => JSON.stringify(item))).size).toBe(4);
  });

  test('shows whole documents in a view', async () => {
    const path = join(temporaryFolder(), 'a.db');
    const session = new JSONSession({
      store: await open(path),
      sessionId: 's',
      userId: 'u',
      ttl: 3600,
    });
    await session.addItems([user('one “ü”'), { type: 'compaction', encrypted_content: 'x' }]);
    await session.addMessage({ role: 'assistant', content: 'two', agent: 'Writer', tokens: 3 });
    const empty = await JSONSession.create({ store: await open(path), sessionId: 'empty' });

    const other = new DatabaseSync(path, { readOnly: true });
    const rows = other.prepare('SELECT * FROM documents ORDER BY key').all();
    other.close();
    expect(rows.map((row) => row['key'])).toEqual(['session:empty', 'session:s']);
    expect(JSON.parse(String(rows[0]?.['document']))).toMatchObject({
      session_id: empty.sessionId,
      messages: [],
    });
    expect(rows[0]?.['expires_at']).toBeNull();
    expect(Number(rows[1]?.['expires_at'])).toBeGreaterThan(Date.now() / 1000 + 3500);
    expect(JSON.parse(String(rows[1]?.['document']))).toMatchObject({
      session_id: 's',
      user_id: 'u',
      metadata: { message_count: 3, total_tokens: 3 },
      messages: [
        { role: 'user', content: 'one “ü”', agent: null, tokens: null },
        { role: 'assistant', content: '', item: { type: 'compaction', encrypted_content: 'x' } },
        { role: 'assistant', content: 'two', agent: 'Writer', tokens: 3 },
      ],
      state: { schema: 1, ttl: 3600 },
    });
  });

  test('loses the rows of deleted sessions, and in time those of expired ones', async () => {
    const path = join(temporaryFolder(), 'a.db');
    const store = await open(path);
    const count = (table: string): unknown => {
      const other = new DatabaseSync(path, { readOnly: true });
      const row = other.prepare(`SELECT count(*) AS count FROM ${table}`).get();
      other.close();
      return row?.['count'];
    };
    const deleted = new JSONSession({ store, sessionId: 'deleted' });
    await deleted.addItems([user('1'), user('2')]);
    await deleted.delete();
    expect([count('sessions'), count('entries')]).toEqual([0, 0]);

    const kept = new JSONSession({ store, sessionId: 'kept', ttl: 3600 });
    await kept.addItems([user('1')]);
    const expiring = new JSONSession({ store, sessionId: 'expiring', ttl: 1 });
    await expiring.addItems([user('1'), user('2')]);
    await expect
      .poll(() => new JSONSession({ store, sessionId: 'expiring' }).getItems())
      .toEqual([]);
    await expect(expiring.getItems()).rejects.toMatchObject({ code: 'session_expired' });

    // The first write of a store removes what has expired.
    await new JSONSession({ store: await open(path), sessionId: 'other' }).create();
    expect([count('sessions'), count('entries')]).toEqual([2, 1]);
  });

  test('can be created anew at once where an expired session stands', async () => {
    const store = await open(join(temporaryFolder(), 'a.db'));
    const options = { store, sessionId: 's', ttl: 1 };
    await (await JSONSession.create(options)).addItems([user('old')]);
    await expect.poll(() => new JSONSession(options).getItems()).toEqual([]);

    const session = await JSONSession.create(options);
    expect(await session.getItems()).toEqual([]);
    await session.addItems([user('new')]);
    expect(await session.getItems()).toEqual([user('new')]);
  });
});

describe('a store in memory', () => {
  test('is its own for each store, and one for all sessions with the URL', async () => {
    const [left, right] = [await open(':memory:'), await open(':memory:')];
    await new JSONSession({ store: left, sessionId: 's' }).addItems([user('left')]);
    expect(await new JSONSession({ store: right, sessionId: 's' }).getItems()).toEqual([]);
    expect(existsSync(':memory:')).toBe(false);
  });
});

describe('a file that cannot be used', () => {
  test.each([
    ['no database', 'This is a text, and long enough to be looked at. '.repeat(100)],
    ['a damaged database', `SQLite format 3\0${'x'.repeat(5000)}`],
  ])('is left as it is, and named in the error: %s', async (_, content) => {
    const path = join(temporaryFolder(), 'notes.txt');
    writeFileSync(path, content);
    const before = statSync(path);

    await expect(SqliteStore.open(path)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining(path),
    });
    await expect(
      new JSONSession({ url: `sqlite:${path}` }).addItems([user('x')]),
    ).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(readFileSync(path, 'utf8')).toBe(content);
    expect(statSync(path).mtimeMs).toBe(before.mtimeMs);
    expect([existsSync(`${path}-wal`), existsSync(`${path}-journal`)]).toEqual([false, false]);
  });

  test('is named when it is a folder, or its folder is a file', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    for (const path of [folder, join(folder, 'file', 'a.db')]) {
      await expect(SqliteStore.open(path)).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringContaining(path),
      });
    }
  });

  test('is named when the system does not let us write', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'closed'));
    for (const path of [join(folder, 'closed'), folder]) chmodSync(path, 0o555);
    const path = join(folder, 'closed', 'a.db');
    // Nothing is forbidden to root.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534 } : {};
    const end = await runScript(
      `const session = new JSONSession({ url: 'sqlite:${path}' });
      await session.getItems().catch((error) => console.log(error.code, error.message));`,
      nobody,
    );
    expect(end.output).toBe(`store_unavailable SQLite cannot use ${path} (EACCES)\n`);
    expect(existsSync(path)).toBe(false);
    chmodSync(folder, 0o755);
  });

  test('is refused and left as it is when a newer release made it', async () => {
    const path = join(temporaryFolder(), 'a.db');
    const newer = new DatabaseSync(path);
    newer.exec('CREATE TABLE later (x); PRAGMA user_version = 99;');
    newer.close();

    await expect(SqliteStore.open(path)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/a\.db was written by a newer release/),
    });
    const after = new DatabaseSync(path, { readOnly: true });
    expect(after.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'later' }]);
    expect(after.prepare('PRAGMA user_version').get()).toEqual({ user_version: 99 });
    after.close();
  });

  test('can be used by the next call once it is all right', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'data'), '');
    const session = new JSONSession({ url: `sqlite:${join(folder, 'data', 'a.db')}` });
    await expect(session.getItems()).rejects.toMatchObject({ code: 'store_unavailable' });
    const { rmSync } = await import('node:fs');
    rmSync(join(folder, 'data'));
    await session.addItems([user('hello')]);
    expect(await session.getItems()).toEqual([user('hello')]);
    await session.close();
  });
});

describe('what the file does not hold whole', () => {
  test('is a corrupt document, and leaves other sessions alone', async () => {
    const path = join(temporaryFolder(), 'a.db');
    const store = await open(path);
    for (const sessionId of ['bad', 'good']) {
      await new JSONSession({ store, sessionId }).addItems([user(sessionId)]);
    }
    const other = new DatabaseSync(path);
    other.exec(`UPDATE sessions SET head = '{"session_id":' WHERE key = 'session:bad'`);
    other.close();

    const bad = new JSONSession({ store, sessionId: 'bad' });
    await expect(bad.getItems()).rejects.toMatchObject({ code: 'corrupt_document' });
    await expect(bad.addItems([user('x')])).rejects.toMatchObject({ code: 'corrupt_document' });
    expect(await new JSONSession({ store, sessionId: 'good' }).getItems()).toEqual([user('good')]);
  });
});
