/**
 * Sessions as rows of an embedded SQLite file: every write is one transaction.
 *
 * @module
 */
import type { DocumentHead, MessageEntry } from '../../document/document.ts';
import { SCHEMA } from '../../document/document.ts';
import { entryId, parseHead, schemaOf } from '../../document/document-head.ts';
import {
  CorruptDocumentError,
  LeaseLostError,
  SessionExistsError,
  UnsupportedSchemaError,
} from '../../errors.ts';
import { checkTimeout } from '../../deadline.ts';
import type { Durability } from '../../durability.ts';
import type { DiagnoseParams, StoreDiagnosis } from '../../doctor/diagnosis.ts';
import { checkExpectation, missingSession } from '../../document/expectation.ts';
import {
  type Added,
  type CompleteHead,
  headAfterAppend,
  headAfterOperation,
  completeHead,
  headAfterRewrite,
  movedHistoryStart,
  newHead,
  type Rewritten,
} from '../../document/head-changes.ts';
import { HistoryWalk } from '../../document/history-walk.ts';
import { appliedAt, appliedOperation } from '../../document/operations.ts';
import { fullRecord, headAfterRecord } from '../../document/run-record.ts';
import { incarnationOf } from '../../document/incarnation.ts';
import { checkLock, lockedHead, unlockedHead } from '../../document/lock.ts';
import type {
  AppendParams,
  CreateParams,
  EntrySelection,
  ExistingParams,
  HistoryTail,
  LockParams,
  NewEntry,
  Operation,
  ReadParams,
  RewriteParams,
  SessionAddress,
  SessionSnapshot,
  SessionStore,
  UnlockParams,
  WriteParams,
  WriteResult,
} from '../../store.ts';
import { Database } from './database.ts';
import { diagnoseFile } from './diagnosis/diagnose-file.ts';
import { checkFsync } from './durability.ts';

/** How often writes remove sessions that have expired, and how many at once. */
const PURGE_EVERY_MS = 60_000;
const PURGE_LIMIT = 100;

/**
 * Options of {@link SqliteStore.open}.
 */
export interface SqliteStoreOptions {
  /**
   * Milliseconds that one call may wait while another process holds the lock of the file.
   *
   * @defaultValue 5000
   */
  timeoutMs?: number;
  /**
   * What a write must survive before its call succeeds: `'fsync'` writes each one to disk.
   *
   * @defaultValue `'acknowledged'`
   */
  durability?: Exclude<Durability, 'replicated'>;
}

/** A session that is there and has not expired. */
interface StoredSession {
  readonly id: number;
  readonly head: DocumentHead;
  readonly schema: number;
}

/**
 * Keeps sessions in one SQLite file, for machines without a Redis server. Several processes can use
 * the file at once.
 *
 * @example
 * ```ts
 * import { JSONSession } from 'agents-json-session';
 * import { SqliteStore } from 'agents-json-session/sqlite';
 *
 * const store = await SqliteStore.open('conversations.db');
 * const session = new JSONSession({ sessionId: 'chat-1', store });
 * await session.addMessage({ role: 'user', content: 'Hello' });
 * await store.close();
 * ```
 */
export class SqliteStore implements SessionStore {
  readonly timeoutMs: number;
  readonly #database: Database;
  #lastPurge = Number.NEGATIVE_INFINITY;

  private constructor(database: Database, timeoutMs: number) {
    this.#database = database;
    this.timeoutMs = timeoutMs;
  }

  /**
   * Opens a store, creating the file with mode 0600 where it is missing.
   *
   * @param path - The file, or `:memory:` for a store that lives as long as it is open.
   * @throws `StoreUnavailableError` (`store_unavailable`) when the file cannot be used;
   * `InvalidInputError` (`invalid_input`) when an option is out of range.
   */
  static async open(path: string, options: SqliteStoreOptions = {}): Promise<SqliteStore> {
    const timeoutMs = checkTimeout(options.timeoutMs);
    const isSynced = checkFsync(options.durability, path);
    return new SqliteStore(await Database.open(path, { timeoutMs, isSynced }), timeoutMs);
  }

  async create(params: CreateParams): Promise<WriteResult> {
    const { session, sessionId, ttl } = params;
    return this.#database.write(() => {
      this.#purge();
      if (this.#findRow(params) !== null) throw new SessionExistsError(sessionId);
      return this.#insert(params, newHead(sessionId, session, ttl, clock()));
    }, params);
  }

  async read(params: ReadParams): Promise<SessionSnapshot | null> {
    return this.#database.read(() => {
      const session = this.#find(params);
      if (session === null) return null;
      const { head, id } = session;
      const walk = this.#walk(session, params.entries);
      return {
        incarnation: incarnationOf(head),
        head,
        length: this.#length(id),
        entries: walk.entries,
        inHistory: walk.inHistory,
        operation: appliedOperation(head.operations, params.operationId),
        visited: walk.visited,
        tail: walk.tail(head.state?.generation ?? 0),
      };
    }, params);
  }

  async append(params: AppendParams): Promise<WriteResult> {
    const { entries, create, sessionId, ttl, operation } = params;
    return this.#database.write(() => {
      this.#purge();
      if (create !== null && this.#find(params) === null) {
        // The lock that the writer holds is gone with the session.
        if (params.lockToken !== undefined) throw new LeaseLostError(sessionId);
        this.#insert(params, newHead(sessionId, create, ttl, clock()));
      }
      const { id, head, now } = this.#writable(params);
      const repeated = repeatOf(head, operation);
      if (repeated !== null) return repeated;
      checkLock(head, params, clock());
      const added = this.#insertEntries(id, this.#length(id), entries, now);
      const after = headAfterAppend(head, params, added, now);
      const recorded = headAfterRecord(after, fullRecord(params.run, params));
      return this.#save(id, headAfterOperation(recorded, operation, now), now);
    }, params);
  }

  async rewrite(params: RewriteParams): Promise<WriteResult | null> {
    const { version, drop, operation, entries = [] } = params;
    return this.#database.write(() => {
      const { id, head, now } = this.#writable(params);
      const repeated = repeatOf(head, operation);
      if (repeated !== null) return repeated;
      checkLock(head, params, clock());
      const before = this.#length(id);
      if (version !== null && !this.#holds(version, id, head, before)) return null;
      const kept = drop === 'all' ? 0 : Math.max(0, before - drop);
      const historyStart = this.#historyStart(id, head, params, kept);
      this.#database.run('DELETE FROM entries WHERE session = ? AND position >= ?', id, kept);
      const added = this.#insertEntries(id, kept, entries, now);
      const rewritten = { before, kept, ...added, historyStart };
      const after = headAfterRewrite(head, rewritten, params, now);
      const recorded = headAfterRecord(after, fullRecord(params.run));
      return this.#save(id, headAfterOperation(recorded, operation, now), now);
    }, params);
  }

  async touch(params: WriteParams): Promise<WriteResult> {
    return this.#database.write(() => {
      const { id, head, now } = this.#writable(params);
      return this.#save(id, head, now);
    }, params);
  }

  async lock(params: LockParams): Promise<WriteResult> {
    const { create, sessionId, ttl } = params;
    return this.#database.write(() => {
      this.#purge();
      if (create !== null && this.#find(params) === null) {
        this.#insert(params, newHead(sessionId, create, ttl, clock()));
      }
      const { id, head, now } = this.#writable(params);
      return this.#save(id, lockedHead(head, params, now), now);
    }, params);
  }

  async unlock(params: UnlockParams): Promise<void> {
    await this.#database.write(() => {
      const { id, head, now } = this.#writable(params);
      const unlocked = unlockedHead(head, params, now);
      if (unlocked !== null) this.#save(id, unlocked, now);
    }, params);
  }

  async delete(params: ExistingParams): Promise<boolean> {
    return this.#database.write(() => {
      const row = this.#findRow(params);
      if (row === null || !isExpected(row.head, params)) return false;
      this.#database.run('DELETE FROM sessions WHERE id = ?', row.id);
      return true;
    }, params);
  }

  /** Looks at the file with a connection of its own. */
  async diagnose(params: DiagnoseParams): Promise<StoreDiagnosis> {
    return diagnoseFile(this.#database.openPath, params);
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  /** The row of a key; one whose time is up is not there, whether it was removed or not. */
  #findRow({ key }: SessionAddress): { id: number; head: string } | null {
    const sql = 'SELECT id, head FROM sessions WHERE key = ? AND ifnull(expires_at > ?, 1)';
    const row = this.#database.get(sql, key, clock());
    return row === undefined ? null : { id: Number(row['id']), head: String(row['head']) };
  }

  #find(address: SessionAddress): StoredSession | null {
    const row = this.#findRow(address);
    if (row === null) return null;
    const stored = parseStored(row.head, address.sessionId);
    return { id: row.id, head: storedHead(stored, address.sessionId), schema: schemaOf(stored) };
  }

  /** The session to write to, with everything checked, and the time of the write. */
  #writable(params: WriteParams): { id: number; head: CompleteHead; now: number } {
    const { sessionId, expect, ttl } = params;
    const session = this.#find(params);
    if (session === null) throw missingSession(sessionId, expect);
    checkExpectation(session.head, expect, sessionId);
    if (session.schema > SCHEMA) throw new UnsupportedSchemaError(sessionId, session.schema);
    const head = completeHead(session.head, ttl);
    // The clock of a machine can be set back; the times of a session never go back.
    return { id: session.id, head, now: Math.max(clock(), head.updated_at) };
  }

  #insert({ key }: SessionAddress, head: CompleteHead): WriteResult {
    this.#database.run('DELETE FROM sessions WHERE key = ?', key);
    const sql = 'INSERT INTO sessions (key, head, expires_at) VALUES (?, ?, ?)';
    this.#database.run(sql, key, JSON.stringify(head), expiry(head));
    return { incarnation: head.state.incarnation, time: head.updated_at };
  }

  #save(id: number, head: CompleteHead, time: number): WriteResult {
    const sql = 'UPDATE sessions SET head = ?, expires_at = ifnull(?, expires_at) WHERE id = ?';
    this.#database.run(sql, JSON.stringify(head), expiry(head), id);
    const { incarnation, bytes } = head.state;
    return { incarnation, time, ...(bytes !== undefined && { bytes }) };
  }

  /** Gives what was added. */
  #insertEntries(
    id: number,
    length: number,
    entries: readonly (NewEntry | MessageEntry)[],
    timestamp: number,
  ): Added {
    const sql = 'INSERT INTO entries (session, position, entry) VALUES (?, ?, ?)';
    let bytes = 0;
    for (const [index, entry] of entries.entries()) {
      const stamped = 'timestamp' in entry ? entry : { ...entry, timestamp };
      const json = JSON.stringify(stamped);
      bytes += Buffer.byteLength(json);
      this.#database.run(sql, id, length + index, json);
    }
    return { length: length + entries.length, bytes };
  }

  #holds(version: HistoryTail, id: number, head: CompleteHead, length: number): boolean {
    const { generation, lastId } = version;
    return head.state.generation === generation && this.#entryId(id, length - 1) === lastId;
  }

  #historyStart(
    id: number,
    head: CompleteHead,
    params: RewriteParams,
    kept: number,
  ): Rewritten['historyStart'] {
    const lastKept = this.#entryId(id, kept - 1);
    const isNeeded = params.historyStart === 'kept' && kept > 0;
    if (isNeeded && lastKept === '') throw new CorruptDocumentError(params.sessionId, 'messages');
    return movedHistoryStart(head, params, kept, lastKept);
  }

  #entryId(id: number, position: number): string {
    const sql = 'SELECT entry FROM entries WHERE session = ? AND position = ?';
    return entryId(parseJson(this.#database.get(sql, id, position)?.['entry']));
  }

  #length(id: number): number {
    const sql = 'SELECT max(position) AS last FROM entries WHERE session = ?';
    const last = this.#database.get(sql, id)?.['last'];
    return typeof last === 'number' ? last + 1 : 0;
  }

  #walk({ id, head }: StoredSession, selection: EntrySelection): HistoryWalk {
    if (selection.kind === 'none') return new HistoryWalk({ kind: 'all' }, head);
    const walk = new HistoryWalk(selection, head);
    const sql = 'SELECT entry FROM entries WHERE session = ? ORDER BY position DESC';
    for (const row of this.#database.iterate(sql, id)) {
      walk.see(parseJson(row['entry']));
      if (walk.ended) break;
    }
    return walk;
  }

  #purge(): void {
    const now = performance.now();
    if (now - this.#lastPurge < PURGE_EVERY_MS) return;
    this.#lastPurge = now;
    const expired = 'SELECT id FROM sessions WHERE expires_at <= ? LIMIT ?';
    this.#database.run(`DELETE FROM sessions WHERE id IN (${expired})`, clock(), PURGE_LIMIT);
  }
}

function clock(): number {
  return Date.now() / 1000;
}

function expiry({ state }: CompleteHead): number | null {
  return state.ttl === null ? null : clock() + state.ttl;
}

function parseStored(json: string, sessionId: string): Record<string, unknown> {
  const stored = parseJson(json);
  if (typeof stored !== 'object' || stored === null) {
    throw new CorruptDocumentError(sessionId, 'head');
  }
  return stored as Record<string, unknown>;
}

/** Keeps the fields that this release does not know. */
function storedHead(stored: Record<string, unknown>, sessionId: string): DocumentHead {
  const { attributes: _attributes, usage: _usage, ...others } = stored;
  return { ...others, ...parseHead(stored, sessionId) };
}

/** The result of an operation that was applied before. */
function repeatOf(head: CompleteHead, operation: Operation | undefined): WriteResult | null {
  const time = operation === undefined ? null : appliedAt(head.operations, operation);
  return time === null ? null : { repeated: true, incarnation: head.state.incarnation, time };
}

/** Text that is no JSON is no entry, and reads pass over it. */
function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return null;
  }
}

/** What is corrupt can still be deleted, as long as nothing particular was expected of it. */
function isExpected(json: string, params: ExistingParams): boolean {
  const { expect, sessionId } = params;
  const isAny = expect.incarnation === null && expect.userId === null;
  let head: DocumentHead;
  try {
    head = storedHead(parseStored(json, sessionId), sessionId);
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
