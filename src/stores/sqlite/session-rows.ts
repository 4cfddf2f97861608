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
import {
  currentHead,
  HeadReader,
  type NewestRow,
  parseStoredHead,
  type StoredHead,
} from './stored-head.ts';

/** How often sessions that have expired are removed, and how many at once. */
const PURGE_EVERY_MS = 60_000;
const PURGE_LIMIT = 100;

const FIND = `SELECT id, head, written_at, bytes, length FROM current_sessions
  WHERE key = ? AND ifnull(expires_at > ?, 1)`;

/** What the rows of a session say of it, as they are. */
interface SessionRow {
  readonly id: number;
  readonly head: string;
  readonly newest: NewestRow;
}

/** A session that is there and has not expired. */
export interface StoredSession extends StoredHead {
  readonly id: number;
  /** How many entries it has. */
  readonly length: number;
}

/**
 * Reads and writes sessions within a transaction.
 */
export class SessionRows {
  readonly #database: Database;
  readonly #heads = new HeadReader();
  #lastPurge = Number.NEGATIVE_INFINITY;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The rows of a key; one whose time is up is not there, whether it was removed or not. */
  row({ key }: SessionAddress): SessionRow | null {
    const row = this.#database.get(FIND, key, clock());
    if (row === undefined) return null;
    const [id, head, writtenAt, bytes, length] = row;
    const newest = { writtenAt, bytes, length } as NewestRow;
    return { id: Number(id), head: String(head), newest };
  }

  /**
   * The session of a key, for whoever may hand it on.
   *
   * @throws `CorruptDocumentError` (`corrupt_document`) naming the field that is wrong.
   */
  findToRead(address: SessionAddress): StoredSession | null {
    const row = this.row(address);
    return row === null ? null : current(row, parseStoredHead(row.head, address.sessionId));
  }

  /**
   * The session of a key, whose head must not be changed nor handed on: most often it was read before.
   *
   * @throws `CorruptDocumentError` (`corrupt_document`) naming the field that is wrong.
   */
  findToWrite(address: SessionAddress): StoredSession | null {
    const row = this.row(address);
    return row === null ? null : current(row, this.#heads.read(row, address.sessionId));
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

  /** Starts the time to live again. */
  renew(id: number, head: CompleteHead): void {
    const expiresAt = expiry(head);
    if (expiresAt === null) return;
    this.#database.run('UPDATE sessions SET expires_at = ? WHERE id = ?', expiresAt, id);
  }

  /** Removes a session; its entries go with it. */
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

function current({ id, newest }: SessionRow, { head, schema }: StoredHead): StoredSession {
  return { id, head: currentHead(head, newest), schema, length: newest.length };
}

function expiry({ state }: Pick<DocumentHead, 'state'>): number | null {
  const ttl = state?.ttl ?? null;
  return ttl === null ? null : clock() + ttl;
}
