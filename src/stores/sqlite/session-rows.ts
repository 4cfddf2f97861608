/**
 * The rows of sessions.
 *
 * @module
 */
import type { DocumentHead } from '../../document/document.ts';
import type { CompleteHead } from '../../document/head-changes.ts';
import { checkExpectation } from '../../document/expectation.ts';
import { checkLock } from '../../document/lock.ts';
import type { ExistingParams, SessionAddress } from '../../store.ts';
import { clock } from './clock.ts';
import type { Database } from './database.ts';
import { HEAD_SECONDS } from './schema.ts';
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

/** What was staged and is not used goes by then. */
const STAGED_SECONDS = 600;

const FIND = `SELECT id, head, expires_at, written_at, bytes, length FROM current_sessions
  WHERE key = ? AND ifnull(expires_at > ?, 1)`;

/** What the rows of a session say of it, as they are. */
interface SessionRow {
  readonly id: number;
  readonly head: string;
  /** Unix time in seconds, or null. */
  readonly expiresAt: number | null;
  readonly newest: NewestRow;
}

/** A session that is there and has not expired. */
export interface StoredSession extends StoredHead {
  readonly id: number;
  /** How many entries it has. */
  readonly length: number;
  /** When its head was written last; `head` has the time of its newest entry where that is later. */
  readonly headWrittenAt: number;
  /** Unix time in seconds, or null. */
  readonly expiresAt: number | null;
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
    const [id, head, expiresAt, writtenAt, bytes, length] = row;
    const newest = { writtenAt, bytes, length } as NewestRow;
    return { id: Number(id), head: String(head), expiresAt: expiresAt as number | null, newest };
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

  /**
   * The row of a session that may be deleted, or null where it is not the one that is expected.
   *
   * @throws `SessionLockedError` (`session_locked`), `LeaseLostError` (`lease_lost`).
   */
  findToDelete(params: ExistingParams): number | null {
    const row = this.row(params);
    return row !== null && isExpected(row.head, params) ? row.id : null;
  }

  /** Puts a new session at a key, where none is or one whose time is up. */
  insert({ key }: Pick<SessionAddress, 'key'>, head: CompleteHead): void {
    this.#insert(key, head, expiry(head));
  }

  /** Puts a session out of sight at a key of its own, for a while, and gives its row. */
  stage(key: string, head: CompleteHead): number {
    this.#insert(key, head, clock() + STAGED_SECONDS);
    return Number(this.#database.get('SELECT id FROM sessions WHERE key = ?', key)?.[0]);
  }

  /**
   * Puts a session that was staged at its key, where none is or one whose time is up. Says whether it
   * was still there.
   */
  unstage(
    { key }: SessionAddress,
    { id, head, expiresAt }: { id: number; head: CompleteHead; expiresAt: number | null },
  ): boolean {
    this.#database.run('DELETE FROM sessions WHERE key = ?', key);
    const sql = 'UPDATE sessions SET key = ?, head = ?, expires_at = ? WHERE id = ? RETURNING id';
    return this.#database.get(sql, key, JSON.stringify(head), expiresAt, id) !== undefined;
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

  #insert(key: string, head: CompleteHead, expiresAt: number | null): void {
    this.#database.run('DELETE FROM sessions WHERE key = ?', key);
    const sql = 'INSERT INTO sessions (key, head, expires_at) VALUES (?, ?, ?)';
    this.#database.run(sql, key, JSON.stringify(head), expiresAt);
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

/**
 * Says whether lists that look for a session by its head find it there, though it was written to now.
 */
export function isFoundByHead({ headWrittenAt }: StoredSession, now: number): boolean {
  return now - headWrittenAt < HEAD_SECONDS;
}

function current(
  { id, newest, expiresAt }: SessionRow,
  { head, schema }: StoredHead,
): StoredSession {
  const headWrittenAt = head.updated_at;
  const { length } = newest;
  return { id, head: currentHead(head, newest), schema, length, expiresAt, headWrittenAt };
}

function expiry({ state }: Pick<DocumentHead, 'state'>): number | null {
  const ttl = state?.ttl ?? null;
  return ttl === null ? null : clock() + ttl;
}

/** What is corrupt can still be deleted, as long as nothing particular was expected of it. */
function isExpected(json: string, params: ExistingParams): boolean {
  const { expect, sessionId } = params;
  const isAny = expect.incarnation === null && expect.userId === null;
  let head: DocumentHead;
  try {
    ({ head } = parseStoredHead(json, sessionId));
  } catch (error) {
    if (isAny) return true;
    throw error;
  }
  try {
    checkExpectation(head, expect, sessionId);
  } catch {
    return false;
  }
  checkLock(head, params, clock());
  return true;
}
