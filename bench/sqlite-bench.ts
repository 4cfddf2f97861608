/**
 * Sessions in SQLite against a bare prepared INSERT with the same durability.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { JSONSession } from 'agents-json-session';
import { SqliteStore } from 'agents-json-session/sqlite';

import { turnOfItems } from './conversation.ts';
import type { Row } from './report.ts';
import { timeInTurn } from './rounds.ts';

/**
 * Measures in a temporary folder.
 */
export async function benchSqlite(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'agents-json-session-bench-'));
  const store = await SqliteStore.open(join(folder, 'ours.db'));
  const bare = new DatabaseSync(join(folder, 'bare.db'));
  try {
    bare.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    bare.exec('CREATE TABLE entries (id INTEGER PRIMARY KEY, session TEXT, entry TEXT)');
    const insert = bare.prepare('INSERT INTO entries (session, entry) VALUES (?, ?)');
    const session = new JSONSession({ sessionId: 'append', store });
    const medians = await timeInTurn(
      [
        { name: 'ours', run: (turn) => session.addItems(turnOfItems(turn, 1)) },
        {
          name: 'bare',
          run: async (turn) => insert.run('append', JSON.stringify(turnOfItems(turn, 1)[0])),
        },
      ],
      { runs: 500 },
    );
    const [ours = Number.NaN, theirs = Number.NaN] = [medians.get('ours'), medians.get('bare')];
    return [{ store: 'SQLite', what: 'append 1 item', peer: 'bare INSERT', ours, theirs }];
  } finally {
    await store.close();
    bare.close();
    rmSync(folder, { recursive: true });
  }
}
