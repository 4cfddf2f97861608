/**
 * The full-text index of a SQLite file.
 *
 * @module
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';

import { SessionDirectory } from '../../../src/directory/index.ts';
import { JSONSession } from '../../../src/index.ts';
import { SqliteStore } from '../../../src/stores/sqlite/index.ts';
import { userItem } from '../../../src/testing/conversation.ts';
import { temporaryFolder } from '../../processes/shared-stores.ts';

test('messages behind millions of sessions are found', async () => {
  const path = join(temporaryFolder(), 'sessions.db');
  const store = await SqliteStore.open(path);
  await new JSONSession({ store, sessionId: 'first' }).addItems([userItem('Hello')]);
  const database = new DatabaseSync(path, { timeout: 5000 });
  // From 2 ** 21 on the id of an entry, made of this and its position, has more digits than a number.
  const sql = "INSERT INTO sessions (id, key, head) VALUES (?, 'session:millionth', '{}')";
  database.prepare(sql).run(2 ** 21);
  database.close();
  const items = Array.from({ length: 2100 }, (_, index) => userItem(`Hello ${index}`));
  await new JSONSession({ store, sessionId: 'last' }).addItems(items);
  const directory = new SessionDirectory({ store });
  const { messages } = await directory.search('hello', { limit: 2 });
  expect(messages.map(({ sessionId, index }) => `${sessionId} ${index}`)).toEqual([
    'last 2099',
    'last 2098',
  ]);
  const { messages: all } = await directory.search('hello', { limit: 200, role: 'user' });
  expect(all).toHaveLength(200);
  const { messages: oldest } = await directory.search('hello 0');
  expect(oldest.map(({ sessionId, index }) => `${sessionId} ${index}`)).toEqual(['last 0']);
  await store.close();
});
