/**
 * Sessions as rows of an embedded SQLite file: every write is one transaction.
 *
 * @module
 */
import { SCHEMA } from '../../document/document.ts';
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
  type CompleteHead,
  completeHead,
  type EntryTotals,
  entryTotals,
  headAfterAppend,
  headAfterChanges,
  headAfterDroppingOldest,
  headAfterOperation,
  headAfterReplace,
  headAfterRewrite,
  holdsContext,
  movedHistoryStart,
  newHead,
  type Rewritten,
} from '../../document/head-changes.ts';
import { appliedAt } from '../../document/operations.ts';
import { fullRecord, headAfterRecord } from '../../document/run-record.ts';
import { checkLock, lockedHead, unlockedHead } from '../../document/lock.ts';
import type {
  AppendParams,
  CreateParams,
  ExistingParams,
  HistoryTail,
  LockParams,
  Operation,
  ReadParams,
  ReplaceParams,
  ReplaceResult,
  RestoreParams,
  RewriteParams,
  SessionAddress,
  SessionSnapshot,
  SessionStore,
  StoreSystem,
  UnlockParams,
  WriteParams,
  WriteResult,
} from '../../store.ts';
import { clock } from './clock.ts';
import { Database } from './database.ts';
import { diagnoseFile } from './diagnosis/diagnose-file.ts';
import { SqliteDirectory } from './directory.ts';
import { checkFsync } from './durability.ts';
import { EntryRows } from './entry-rows.ts';
import { restoreDocument } from './restoring.ts';
import { isFoundByHead, SessionRows, type StoredSession } from './session-rows.ts';
import { snapshotOf } from './snapshot.ts';

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

/** A session that a write may change. */
interface Writable {
  readonly id: number;
  readonly head: CompleteHead;
  readonly totals: EntryTotals;
  readonly now: number;
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
  /** Finds sessions. */
  readonly directory: NonNullable<SessionStore['directory']>;
  readonly system = (): StoreSystem => ({ name: 'sqlite', namespace: this.#database.name });
  readonly #database: Database;
  readonly #sessions: SessionRows;
  readonly #entries: EntryRows;

  private constructor(database: Database, timeoutMs: number) {
    this.#database = database;
    this.#sessions = new SessionRows(database);
    this.#entries = new EntryRows(database);
    this.directory = new SqliteDirectory(database);
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
      this.#sessions.purge();
      if (this.#sessions.row(params) !== null) throw new SessionExistsError(sessionId);
      return this.#insert(params, newHead(sessionId, session, ttl, clock()));
    }, params);
  }

  async read(params: ReadParams): Promise<SessionSnapshot | null> {
    return this.#database.read(() => {
      const session = this.#sessions.findToRead(params);
      if (session === null) return null;
      return snapshotOf(session, params, this.#entries);
    }, params);
  }

  async append(params: AppendParams): Promise<WriteResult> {
    const { entries, changes, operation } = params;
    return this.#database.write(() => {
      this.#sessions.purge();
      const session = this.#findOrCreate(params);
      const { id, head, now, totals } = this.#writable(params, session);
      const repeated = repeatOf(head, operation);
      if (repeated !== null) return repeated;
      checkLock(head, params, clock());
      const after = this.#entries.add(id, totals, entries, now);
      const changed = headAfterChanges(head, changes);
      const recorded = headAfterRecord(changed, fullRecord(params.run, params));
      const named = headAfterOperation(recorded, operation, now);
      // What it would change in the head, the row of the newest entry says.
      if (named === session?.head && entries.length > 0 && isFoundByHead(session, now)) {
        this.#sessions.renew(id, named);
        return { incarnation: named.state.incarnation, time: now, bytes: after.bytes };
      }
      return this.#save(id, headAfterAppend(named, after, now), now);
    }, params);
  }

  async rewrite(params: RewriteParams): Promise<WriteResult | null> {
    const { version, drop, dropOldest = 0, operation, entries = [] } = params;
    return this.#database.write(() => {
      const { id, head, now, totals: before } = this.#writable(params);
      const repeated = repeatOf(head, operation);
      if (repeated !== null) return repeated;
      checkLock(head, params, clock());
      if (version !== null && !this.#holds(version, id, head, before.length)) return null;
      if (dropOldest > 0) return this.#dropOldest({ id, head, now, totals: before }, params);
      const kept = drop === 'all' ? 0 : Math.max(0, before.length - drop);
      const historyStart = this.#historyStart(id, head, params, kept);
      const left = this.#entries.totalsAt(id, kept, before);
      this.#entries.dropFrom(id, kept);
      const after = this.#entries.add(id, left, entries, now);
      const rewritten = headAfterRewrite(head, { before, kept, after, historyStart }, params, now);
      const recorded = headAfterRecord(rewritten, fullRecord(params.run));
      return this.#save(id, headAfterOperation(recorded, operation, now), now);
    }, params);
  }

  async replace(params: ReplaceParams): Promise<ReplaceResult | null> {
    const { generation, index, entries, handoffContext } = params;
    return this.#database.write(() => {
      const { id, head, now, totals: before } = this.#writable(params);
      checkLock(head, params, clock());
      const isThere = entries.every((entry, at) => this.#entries.idAt(id, index + at) === entry.id);
      if (head.state.generation !== generation || !isThere) return null;
      if (!holdsContext(head, params)) return null;
      const after = this.#entries.replace(id, before, index, entries);
      const changed = headAfterChanges(head, {
        ...(handoffContext && { handoffContext: handoffContext.after }),
      });
      const replaced = headAfterReplace(changed, entries.length > 0 ? index : null, after, now);
      return { ...this.#save(id, replaced, now), generation: replaced.state.generation };
    }, params);
  }

  async touch(params: WriteParams): Promise<WriteResult> {
    return this.#database.write(() => {
      const { id, head, now } = this.#writable(params);
      return this.#save(id, head, now);
    }, params);
  }

  async lock(params: LockParams): Promise<WriteResult> {
    return this.#database.write(() => {
      this.#sessions.purge();
      const { id, head, now } = this.#writable(params, this.#findOrCreate(params));
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
      const id = this.#sessions.findToDelete(params);
      if (id !== null) this.#sessions.remove(id);
      return id !== null;
    }, params);
  }

  async restore(params: RestoreParams): Promise<WriteResult> {
    const rows = { database: this.#database, sessions: this.#sessions, entries: this.#entries };
    return restoreDocument(rows, params);
  }

  /** Looks at the file with a connection of its own. */
  async diagnose(params: DiagnoseParams): Promise<StoreDiagnosis> {
    return diagnoseFile(this.#database.openPath, params);
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #findOrCreate(params: AppendParams | LockParams): StoredSession | null {
    const { create, sessionId, ttl, lockToken } = params;
    const session = this.#sessions.findToWrite(params);
    if (session !== null || create === null) return session;
    // The lock that the writer holds is gone with the session.
    if ('entries' in params && lockToken !== undefined) throw new LeaseLostError(sessionId);
    this.#insert(params, newHead(sessionId, create, ttl, clock()));
    return this.#sessions.findToWrite(params);
  }

  /** What is to be written to, with everything checked, and the time of the write. */
  #writable(params: WriteParams, session = this.#sessions.findToWrite(params)): Writable {
    const { sessionId, expect, ttl } = params;
    if (session === null) throw missingSession(sessionId, expect);
    checkExpectation(session.head, expect, sessionId);
    if (session.schema > SCHEMA) throw new UnsupportedSchemaError(sessionId, session.schema);
    const head = completeHead(session.head, ttl);
    return {
      id: session.id,
      head,
      totals: entryTotals(head, session.length),
      // The clock of a machine can be set back; the times of a session never go back.
      now: Math.max(clock(), head.updated_at),
    };
  }

  #insert(address: SessionAddress, head: CompleteHead): WriteResult {
    this.#sessions.insert(address, head);
    return { incarnation: head.state.incarnation, time: head.updated_at };
  }

  #save(id: number, head: CompleteHead, time: number): WriteResult {
    this.#sessions.save(id, head);
    const { incarnation, bytes } = head.state;
    return { incarnation, time, ...(bytes !== undefined && { bytes }) };
  }

  #dropOldest({ id, head, now, totals }: Writable, params: RewriteParams): WriteResult {
    const oldest = Math.min(totals.length, params.dropOldest ?? 0);
    const dropped = this.#entries.totalsAt(id, oldest, totals);
    this.#entries.dropBefore(id, oldest, dropped);
    const trimmed = headAfterDroppingOldest(head, { dropped, totals }, now);
    const recorded = headAfterRecord(trimmed, fullRecord(params.run));
    return this.#save(id, headAfterOperation(recorded, params.operation, now), now);
  }

  #holds(version: HistoryTail, id: number, head: CompleteHead, length: number): boolean {
    const { generation, lastId } = version;
    return head.state.generation === generation && this.#entries.idAt(id, length - 1) === lastId;
  }

  #historyStart(
    id: number,
    head: CompleteHead,
    params: RewriteParams,
    kept: number,
  ): Rewritten['historyStart'] {
    const lastKept = this.#entries.idAt(id, kept - 1);
    const isNeeded = params.historyStart === 'kept' && kept > 0;
    if (isNeeded && lastKept === '') throw new CorruptDocumentError(params.sessionId, 'messages');
    return movedHistoryStart(head, params, kept, lastKept);
  }
}

/** The result of an operation that was applied before. */
function repeatOf(head: CompleteHead, operation: Operation | undefined): WriteResult | null {
  const time = operation === undefined ? null : appliedAt(head.operations, operation);
  return time === null ? null : { repeated: true, incarnation: head.state.incarnation, time };
}
