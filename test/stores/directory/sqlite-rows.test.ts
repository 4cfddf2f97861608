/**
 * Lists over the rows of a file, of which a store reads some at a time.
 *
 * @module
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { SessionDirectory } from '../../../src/directory/index.ts';
import { SqliteStore } from '../../../src/stores/sqlite/index.ts';
import { idsOf } from '../../../src/testing/directory-cases.ts';
import { PYTHON_DOCUMENTS } from '../../../src/testing/python-documents.ts';
import { temporaryFolder } from '../../processes/shared-stores.ts';

/** Sessions of a time, more than are read at a time of the second. */
const SESSIONS_OF = new Map([
  [1_700_000_000, 150],
  [1_700_000_001, 650],
  [1_700_000_002, 150],
]);

const path = join(temporaryFolder(), 'sessions.db');
let store: SqliteStore;
let directory: SessionDirectory;
/** In the order of a list, the oldest first. */
const ids: string[] = [];

beforeAll(async () => {
  store = await SqliteStore.open(path);
  directory = new SessionDirectory({ store });
  const database = new DatabaseSync(path);
  const insert = database.prepare('INSERT INTO sessions (key, head) VALUES (?, ?)');
  const { messages: _messages, ...head } = PYTHON_DOCUMENTS['py-empty'];
  for (const [time, count] of SESSIONS_OF) {
    const names = Array.from({ length: count }, () => crypto.randomUUID());
    for (const session_id of names) {
      const times = { created_at: time, updated_at: time };
      const document = { ...head, ...times, session_id, user_id: 'ada' };
      insert.run(`session:${session_id}`, JSON.stringify(document));
    }
    ids.push(...names.toSorted());
  }
  database.close();
});

afterAll(() => store.close());

describe.each([{}, { userId: 'ada' }])('many sessions of one time, with %j', (filter) => {
  test('are listed once each, in order', async () => {
    expect(await idsOf(directory, { descending: false, limit: 120, ...filter })).toEqual(ids);
    expect(await idsOf(directory, { descending: true, limit: 120, ...filter })).toEqual(
      ids.toReversed(),
    );
  });
});
