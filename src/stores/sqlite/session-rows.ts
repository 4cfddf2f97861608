/**
 * The rows of sessions.
 *
 * @module
 */
import type { DocumentHead } from '../../document/document.ts';
import type { CompleteHead } from '../../document/head-changes.ts';
import type { SessionAddress } from '../../store.ts';
import { clock } from './clock.ts';
import type { Database } from './database.ts';
import { parseStoredHead, type StoredHead } from './stored-head.ts';

/** How often sessions that have expired are removed, and how many at once. */
const PURGE_EVERY_MS = 60_000;
const PURGE_LIMIT = 100;

/** The row of a session, as it is. */
export interface SessionRow {
  readonly id: number;
  readonly head: string;
}

/** A session that is there and has not expired. */
export interface StoredSession extends StoredHead {
  readonly id: number;
}

/**
 * Reads and writes sessions within a transaction.
 */
export class SessionRows {
  readonly #database: Database;
  #lastPurge = Number.NEGATIVE_INFINITY;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The row of a key; one whose time is up is not there, whether it was removed or not. */
  row({ key }: SessionAddress): SessionRow | null {
    const sql = 'SELECT id, head FROM sessions WHERE key = ? AND ifnull(expires_at > ?, 1)';
    const row = this.#database.get(sql, key, clock());
    return row === undefined ? null : { id: Number(row['id']), head: String(row['head']) };
  }

  /**
   * The session of a key.
   *
   * @throws `CorruptDocumentError` (`corrupt_document`) naming the field that is wrong.
   */
  find(address: SessionAddress): StoredSession | null {
    const row = this.row(address);
    return row === null ? null : { id: row.id, ...parseStoredHead(row.head, address.sessionId) };
  }

  /** Puts a new session at a key, where none is or one whose time is up. */
  insert({ key }: SessionAddress, head: CompleteHead): void {
    this.#database.run('DELETE FROM sessions WHERE key = ?', key);
    const sql = 'INSERT INTO sessions (key, head, expires_at) VALUES (?, ?, ?)';
    this.#database.run(sql, key, JSON.stringify(head), expiry(head));
  }

  /** Puts a head in the place of the one before, and starts the time to live again. */
  save(id: number, head: CompleteHead): void {
    const sql = 'UPDATE sessions SET head = ?, expires_at = ifnull(?, expires_at) WHERE id = ?';
    this.#database.run(sql, JSON.stringify(head), expiry(head), id);
  }

  /** Removes a session with its entries. */
  remove(id: number): void {
    this.#database.run('DELETE FROM sessions WHERE id = ?', id);
  }

  /** Removes sessions that have expired, once in a while. */
  purge(): void {
    const now = performance.now();
    if (now - this.#lastPurge < PURGE_EVERY_MS) return;
    this.#lastPurge = now;
    const expired = 'SELECT id FROM sessions WHERE expires_at <= ? LIMIT ?';
    this.#database.run(`DELETE FROM sessions WHERE id IN (${expired})`, clock(), PURGE_LIMIT);
  }
}

function expiry({ state }: Pick<DocumentHead, 'state'>): number | null {
  const ttl = state?.ttl ?? null;
  return ttl === null ? null : clock() + ttl;
}
