/**
 * The rows of entries.
 *
 * @module
 */
import type { MessageEntry } from '../../document/document.ts';
import { entryId } from '../../document/document-head.ts';
import type { EntryTotals } from '../../document/head-changes.ts';
import type { HistoryWalk } from '../../document/history-walk.ts';
import type { NewEntry } from '../../store.ts';
import type { Database } from './database.ts';
import { parseJson } from './stored-head.ts';

/** A row costs half as much among others as alone; each of them can be large. */
const ROWS_AT_ONCE = 64;

/** What the next rows are to those before: who wants few is not given many that it does not look at. */
const GROWTH = 4;

/** The last that there can be. */
const LAST_POSITION = 2 ** 32 - 1;

const NONE: EntryTotals = { length: 0, bytes: 0 };

/**
 * Reads and writes entries within a transaction.
 */
export class EntryRows {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Shows a walk the entries of a session.
   *
   * @param sizeHint - About how many it will want to see.
   */
  show(session: number, walk: HistoryWalk, sizeHint: number = ROWS_AT_ONCE): void {
    let last = LAST_POSITION;
    let count = atOnce(sizeHint);
    while (!walk.ended && last >= 0) {
      const rows = this.#database.all(newestRows(count), session, last);
      for (const [entry] of rows) if (!walk.ended) walk.see(parseJson(entry));
      last = rows.length < count ? -1 : Number(rows.at(-1)?.[1]) - 1;
      count = atOnce(count * GROWTH);
    }
  }

  /** The id of an entry, or empty where there is none with an id. */
  idAt(session: number, position: number): string {
    if (position < 0) return '';
    const sql = 'SELECT entry FROM entries WHERE id = ? << 32 | ?';
    return entryId(parseJson(this.#database.get(sql, session, position)?.[0]));
  }

  /** What the entries come to up to a position. */
  totalsAt(session: number, position: number, all: EntryTotals): EntryTotals {
    if (position === 0 || position === all.length) return position === 0 ? NONE : all;
    const sql = 'SELECT bytes FROM entries WHERE id = ? << 32 | ?';
    const bytes = this.#database.get(sql, session, position - 1)?.[0];
    // What another program has added is not counted.
    const share = Math.floor((all.bytes * position) / all.length);
    return { length: position, bytes: typeof bytes === 'number' ? bytes : share };
  }

  /**
   * Adds entries at the end.
   *
   * @param before - What there is already.
   * @returns What there is then.
   */
  add(
    session: number,
    before: EntryTotals,
    entries: readonly (NewEntry | MessageEntry)[],
    time: number,
  ): EntryTotals {
    const timed = entries.map((entry) =>
      'timestamp' in entry ? entry : { ...entry, timestamp: time },
    );
    return this.put(session, before, timed, time);
  }

  /**
   * Adds entries at the end, as they are.
   *
   * @param before - What there is already.
   * @returns What there is then.
   */
  put(
    session: number,
    before: EntryTotals,
    entries: readonly unknown[],
    time: number,
  ): EntryTotals {
    const sql = 'INSERT INTO entries (id, entry, written_at, bytes) VALUES (? << 32 | ?, ?, ?, ?)';
    let { length, bytes } = before;
    for (const entry of entries) {
      const json = JSON.stringify(entry);
      bytes += Buffer.byteLength(json);
      this.#database.run(sql, session, length, json, time, bytes);
      length += 1;
    }
    return { length, bytes };
  }

  /**
   * Puts entries in the place of those from a position on.
   *
   * @param before - What there is already.
   * @returns What there is then. What the rows behind tell of all up to them stays as it was, but for
   * the newest, by which the session is known: to write each of them again would take too long.
   */
  replace(
    session: number,
    before: EntryTotals,
    position: number,
    entries: readonly MessageEntry[],
  ): EntryTotals {
    const sql = 'UPDATE entries SET entry = ?, bytes = ? WHERE id = ? << 32 | ?';
    const first = this.totalsAt(session, position, before).bytes;
    const replaced = this.#bytesOf(session, position, entries.length);
    let bytes = first;
    for (const [at, entry] of entries.entries()) {
      const json = JSON.stringify(entry);
      bytes += Buffer.byteLength(json);
      this.#database.run(sql, json, bytes, session, position + at);
    }
    const total = Math.max(bytes, before.bytes + bytes - first - replaced);
    const newest = 'UPDATE entries SET bytes = ? WHERE id = ? << 32 | ?';
    if (entries.length > 0) this.#database.run(newest, total, session, before.length - 1);
    return { length: before.length, bytes: total };
  }

  /** What some entries take. */
  #bytesOf(session: number, position: number, count: number): number {
    const sql = `SELECT sum(octet_length(entry)) FROM entries
      WHERE id >= (?1 << 32 | ?2) AND id < (?1 << 32 | ?3)`;
    return Number(this.#database.get(sql, session, position, position + count)?.[0] ?? 0);
  }

  /** Removes the entries from a position on. */
  dropFrom(session: number, position: number): void {
    const sql = 'DELETE FROM entries WHERE id >= (?1 << 32 | ?2) AND id < ?1 + 1 << 32';
    this.#database.run(sql, session, position);
  }

  /** Removes the entries before a position; those behind it move up. */
  dropBefore(session: number, position: number, dropped: EntryTotals): void {
    const first = 'DELETE FROM entries WHERE id >= ?1 << 32 AND id < (?1 << 32 | ?2)';
    this.#database.run(first, session, position);
    // In the order of the ids, so that the place of each is free.
    const move = `UPDATE entries SET id = id - ?2, bytes = max(0, bytes - ?3)
      WHERE id >= ?1 << 32 AND id < ?1 + 1 << 32`;
    this.#database.run(move, session, position, dropped.bytes);
  }
}

function atOnce(wanted: number): number {
  return Math.ceil(Math.min(Math.max(1, wanted), ROWS_AT_ONCE)) || ROWS_AT_ONCE;
}

/** Not with a bound LIMIT: SQLite prepares those again with each call. */
function newestRows(count: number): string {
  return `SELECT entry, position FROM entries
    WHERE id >= ?1 << 32 AND id <= (?1 << 32 | ?2) ORDER BY id DESC LIMIT ${count}`;
}
