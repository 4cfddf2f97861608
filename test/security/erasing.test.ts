/**
 * What is left of a deleted session, and what removes it, as `docs/security.md` says.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';

import { SessionDirectory } from '../../src/directory/index.ts';
import { JSONSession, type JSONSessionOptions } from '../../src/index.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { until } from '../../src/testing/until.ts';
import { temporaryFolder } from '../processes/shared-stores.ts';
import { startRedis } from '../servers/redis-server.ts';

const TEXT = 'erase-me';

/** A file that is replaced just now counts as one that still has the text. */
function contentOf(path: string): Buffer | string {
  try {
    return readFileSync(path);
  } catch {
    return TEXT;
  }
}

async function addAndDelete(options: JSONSessionOptions): Promise<void> {
  const session = new JSONSession({ timeoutMs: 20_000, ...options });
  for (let index = 0; index < 20; index += 1) {
    await session.addMessage({ role: 'user', content: `${TEXT} ${'x'.repeat(500)}` });
  }
  await session.delete();
}

describe('SQLite', () => {
  function newFile(): { file: string; isThere: () => boolean } {
    const file = join(temporaryFolder(), 'sessions.db');
    const isThere = (): boolean =>
      [file, `${file}-wal`].some((path) => existsSync(path) && readFileSync(path).includes(TEXT));
    return { file, isThere };
  }

  test('a checkpoint of the log removes what was deleted', async () => {
    const { file, isThere } = newFile();
    const store = await SqliteStore.open(file);
    await addAndDelete({ store });
    expect(isThere()).toBe(true);
    const database = new DatabaseSync(file);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE);');
    database.close();
    expect(isThere()).toBe(false);
    await store.close();
  });

  test('the words that a search has taken in go with it', async () => {
    const { file } = newFile();
    const store = await SqliteStore.open(file);
    const session = new JSONSession({ store, sessionId: 'a', userId: 'ada' });
    for (let index = 0; index < 20; index += 1) {
      await session.addMessage({ role: 'user', content: `unforgettable word${index}` });
    }
    const directory = new SessionDirectory({ store });
    expect((await directory.search('unforgettable')).messages).toHaveLength(20);
    await directory.deleteUser('ada');
    await store.close();
    expect(readFileSync(file).includes('unforg')).toBe(false);
    expect(readFileSync(file).includes('word7')).toBe(false);
  });

  test('so does the last process that closes the file, also of what came to the file before', async () => {
    const { file, isThere } = newFile();
    const first = await SqliteStore.open(file);
    const session = new JSONSession({ store: first, sessionId: 'a' });
    for (let index = 0; index < 20; index += 1) {
      await session.addMessage({ role: 'user', content: `${TEXT} ${'x'.repeat(5000)}` });
    }
    await first.close();
    expect(isThere()).toBe(true);
    const second = await SqliteStore.open(file);
    await (await JSONSession.load('a', { store: second })).delete();
    await second.close();
    expect(isThere()).toBe(false);
  });
});

test('Redis: a rewrite of the append-only file removes what was deleted', async () => {
  const server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  const folder = join(server.dir, 'appendonlydir');
  const isThere = (): boolean =>
    readdirSync(folder).some((name) => contentOf(join(folder, name)).includes(TEXT));
  const store = RedisStore.open(server.url);
  await addAndDelete({ store });
  expect(isThere()).toBe(true);
  await server.cli('BGREWRITEAOF');
  await until('the text is gone', () => !isThere());
  await store.close();
  await server.stop();
});
