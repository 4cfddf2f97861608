/**
 * What is left of a deleted session, and what removes it, as `docs/security.md` says.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';

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

test('SQLite: VACUUM and then a checkpoint remove what was deleted', async () => {
  const file = join(temporaryFolder(), 'sessions.db');
  const isThere = (): boolean =>
    [file, `${file}-wal`].some((path) => existsSync(path) && readFileSync(path).includes(TEXT));
  const store = await SqliteStore.open(file);
  await addAndDelete({ store });
  expect(isThere()).toBe(true);
  const database = new DatabaseSync(file);
  database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE);');
  expect(isThere()).toBe(false);
  database.close();
  await store.close();
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
