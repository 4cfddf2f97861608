/**
 * The rows that hold the entries of sessions.
 *
 * @module
 */
import type { MessageEntry } from '../../document/document.ts';
import { entryId } from '../../document/document-head.ts';
import type { Added } from '../../document/head-changes.ts';
import type { HistoryWalk } from '../../document/history-walk.ts';
import type { NewEntry } from '../../store.ts';
import type { Database } from './database.ts';
import { parseJson } from './stored-head.ts';

/**
 * Reads and writes entries within a transaction.
 */
export class EntryRows {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** How many entries a session has. */
  count(session: number): number {
    const sql = 'SELECT max(position) AS last FROM entries WHERE session = ?';
    const last = this.#database.get(sql, session)?.['last'];
    return typeof last === 'number' ? last + 1 : 0;
  }

  /** Shows a walk the entries of a session. */
  show(session: number, walk: HistoryWalk): void {
    const sql = 'SELECT entry FROM entries WHERE session = ? ORDER BY position DESC';
    for (const row of this.#database.iterate(sql, session)) {
      walk.see(parseJson(row['entry']));
      if (walk.ended) break;
    }
  }

  /** The id of an entry, or empty where there is none with an id. */
  idAt(session: number, position: number): string {
    const sql = 'SELECT entry FROM entries WHERE session = ? AND position = ?';
    return entryId(parseJson(this.#database.get(sql, session, position)?.['entry']));
  }

  /** Adds entries from a position on. */
  add(
    session: number,
    position: number,
    entries: readonly (NewEntry | MessageEntry)[],
    timestamp: number,
  ): Added {
    const sql = 'INSERT INTO entries (session, position, entry) VALUES (?, ?, ?)';
    let bytes = 0;
    for (const [index, entry] of entries.entries()) {
      const stamped = 'timestamp' in entry ? entry : { ...entry, timestamp };
      const json = JSON.stringify(stamped);
      bytes += Buffer.byteLength(json);
      this.#database.run(sql, session, position + index, json);
    }
    return { length: position + entries.length, bytes };
  }

  /** Removes the entries from a position on. */
  dropFrom(session: number, position: number): void {
    this.#database.run(
      'DELETE FROM entries WHERE session = ? AND position >= ?',
      session,
      position,
    );
  }
}
