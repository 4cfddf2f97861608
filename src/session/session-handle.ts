/**
 * What one handle knows of its session, and how that is checked with every call: which store it is in,
 * which life of it was seen, and what to do when that life is over.
 *
 * @module
 */
import type { RunContext } from '@openai/agents-core';

import { hasCode, type NotDurableError, SessionExpiredError } from '../errors.ts';
import { Deadline } from '../deadline.ts';
import { checkExpectation } from '../document/expectation.ts';
import { randomHex } from '../random-ids.ts';
import { callDeadline, type CallOptions } from './call-options.ts';
import { currentLock, type HeldLock } from './held-lock.ts';
import { currentAttempt, type JobAddition } from './job-attempt.ts';
import { placeOf, type ResolvedOptions } from './session-options.ts';
import { SizeWatch } from './session-size.ts';
import { StoreShare } from './store-share.ts';
import type {
  EntrySelection,
  HeadChanges,
  NewSession,
  RewriteParams,
  SessionAddress,
  SessionSnapshot,
  SessionStore,
  UnlockParams,
  WriteParams,
  WriteResult,
} from '../store.ts';

/** The owner of a session that was created without one: the Python class requires a string. */
const ANONYMOUS = 'anonymous';

/** The life that a handle has seen which deleted a session without having read it. */
const GONE = 'deleted';

/**
 * What an append adds.
 */
export interface Addition extends JobAddition {
  readonly changes?: HeadChanges;
  /** Whether the session is created when there is none; default true. */
  readonly create?: boolean;
  /** The id of a write of which nobody knows whether it was applied, to do that one. */
  readonly repeats?: string | undefined;
}

/**
 * What a rewrite does.
 */
export type Removal = Omit<RewriteParams, keyof WriteParams | Clearing> &
  Partial<Pick<RewriteParams, Clearing>>;

type Clearing = 'forgetOperations' | 'resetTokens';

/**
 * The calls of one handle to its store.
 */
export class SessionHandle {
  readonly #options: ResolvedOptions;
  /** The key of the session in its store. */
  readonly key: string;
  /** The same for all handles of the session. */
  readonly place: string;
  readonly #share: StoreShare;
  readonly #size: SizeWatch;
  #incarnation: string | null = null;
  #sharedDeadline: Deadline | null = null;
  #userId: string | null;

  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.#share = new StoreShare(options);
    this.#size = new SizeWatch(options);
    this.key = `${options.keyPrefix}${options.sessionId}`;
    this.place = placeOf(options);
    this.#userId = options.userId;
  }

  /** The owner: as given, else as the session that was seen has it. */
  get userId(): string {
    return this.#userId ?? ANONYMOUS;
  }

  /**
   * The end of a call that begins now; its steps share it. What the caller does not say is as the
   * session's options have it, or as it is for the call that this one is part of.
   *
   * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong.
   */
  newDeadline(options: CallOptions = {}): Deadline {
    return callDeadline(options, this.#options, this.#sharedDeadline);
  }

  /**
   * Runs a function whose calls all end with one deadline, while nobody else uses the handle.
   */
  async within(deadline: Deadline, fn: () => Promise<void>): Promise<void> {
    this.#sharedDeadline = deadline;
    try {
      await fn();
    } finally {
      this.#sharedDeadline = null;
    }
  }

  /**
   * Creates the session; what the handle has seen before counts no more.
   *
   * @param repeats - The id of a create with an unknown outcome, to do that one.
   */
  async create(deadline: Deadline, repeats?: string): Promise<void> {
    const { store, address } = await this.#begin(deadline);
    const { ttl } = this.#options;
    const session = this.#newSession();
    const create = (): Promise<WriteResult> => store.create({ ...address, session, ttl, repeats });
    const { incarnation } = await this.#noting(undefined, create);
    this.#incarnation = incarnation;
  }

  /**
   * Sees the session and gives its ttl the one of the options, if there is one. Says whether the
   * session is there.
   */
  async load(deadline: Deadline): Promise<boolean> {
    const snapshot = await this.read({ kind: 'none' }, deadline);
    if (snapshot === null) return false;
    if (this.#options.ttl !== null) await this.#touchReadable(deadline);
    return true;
  }

  /**
   * Reads the head and the selected entries, or null when the session was never created. With entries
   * comes a brief head.
   */
  async read(
    entries: EntrySelection,
    deadline: Deadline = this.newDeadline(),
    operationId?: string,
  ): Promise<SessionSnapshot | null> {
    const { store, address } = await this.#begin(deadline);
    const snapshot = await store.read({
      ...address,
      entries,
      briefHead: entries.kind !== 'none',
      ...(operationId !== undefined && { operationId }),
    });
    if (!this.#accept(snapshot)) return null;
    if (this.#options.refreshTtlOnRead) await this.#touchReadable(deadline);
    return snapshot;
  }

  /**
   * Takes note that a run of the SDK reads the history, for the attempt at a job that is under way.
   */
  noteRead(context: RunContext): void {
    currentAttempt(this.place)?.noteRead(context);
  }

  /**
   * Adds entries and changes the head, as part of the attempt at a job that is under way, if one is.
   */
  async append(addition: Addition, deadline: Deadline = this.newDeadline()): Promise<WriteResult> {
    if (addition.create === false) await this.#checkBegun(addition, deadline);
    const attempt = currentAttempt(this.place);
    if (attempt === undefined) return this.#append(addition, deadline);
    return attempt.append(addition, (one) => this.#append(one, deadline));
  }

  /** A lock creates its session, and one without messages holds nothing that could be answered. */
  async #checkBegun({ entries = [] }: Addition, deadline: Deadline): Promise<void> {
    if (entries.length === 0 || currentLock(this.place) === undefined) return;
    const snapshot = await this.read({ kind: 'none' }, deadline);
    if (snapshot?.length === 0) throw new SessionExpiredError(this.#options.sessionId);
  }

  async #append(addition: Addition, deadline: Deadline): Promise<WriteResult> {
    const { entries = [], tokens = 0, changes = {}, create = true } = addition;
    const { operation, repeats, run } = addition;
    return this.#write(deadline, (store, common) =>
      store.append({
        ...common,
        entries,
        tokens,
        changes,
        operation,
        repeats,
        ...(run && { run }),
        create: create && common.expect.incarnation === null ? this.#newSession() : null,
      }),
    );
  }

  /**
   * Removes entries from the end. Gives null when the version no longer holds.
   */
  async rewrite(removal: Removal, deadline: Deadline): Promise<WriteResult | null> {
    const kept = { forgetOperations: false, resetTokens: false };
    const result = await this.#write(deadline, (store, common) =>
      store.rewrite({ ...common, ...kept, ...removal }),
    );
    if (result !== null) currentAttempt(this.place)?.noteRewrite(removal);
    return result;
  }

  /**
   * Starts the time to live again.
   */
  async touch(deadline: Deadline): Promise<WriteResult> {
    return this.#write(deadline, (store, common) => store.touch(common));
  }

  /**
   * Takes the lock of the session, which is created where there is none.
   */
  async lock(lock: HeldLock, leaseMs: number, deadline: Deadline): Promise<void> {
    const { incarnation } = await this.#write(deadline, (store, common) =>
      store.lock({
        ...common,
        lockToken: lock.token,
        leaseMs,
        keep: false,
        create: common.expect.incarnation === null ? this.#newSession() : null,
      }),
    );
    lock.incarnation = incarnation;
  }

  /**
   * Keeps a lock that is held, whatever has become of this handle and its signal.
   */
  async renewLock(lock: HeldLock, leaseMs: number): Promise<void> {
    const deadline = new Deadline(Math.min(this.#options.timeoutMs, leaseMs));
    const { store, params } = await this.#held(lock, deadline);
    await store.lock({ ...params, leaseMs, keep: true, create: null });
  }

  /**
   * Gives a lock back, whatever has become of this handle and its signal.
   */
  async unlock(lock: HeldLock): Promise<void> {
    const { store, params } = await this.#held(lock, new Deadline(this.#options.timeoutMs));
    await store.unlock(params);
  }

  /**
   * Removes the session and says whether it was there.
   *
   * @param repeats - The id of a delete with an unknown outcome, to do that one.
   */
  async delete(deadline: Deadline, repeats?: string): Promise<boolean> {
    const { store, address } = await this.#begin(deadline);
    const lock = currentLock(this.place);
    const params = { ...address, expect: this.#expect(), lockToken: lock?.token, repeats };
    if (!(await this.#noting(lock, () => store.delete(params)))) return false;
    this.#noteGone(lock);
    return true;
  }

  /**
   * Gives the share in the store back. Calls after it fail with `StoreClosedError`.
   */
  async close(): Promise<void> {
    await this.#share.release();
  }

  /** A document of a newer schema can be read, and not touched; reads do not wait for replicas. */
  async #touchReadable(deadline: Deadline): Promise<void> {
    try {
      await this.touch(deadline);
    } catch (error) {
      if (!hasCode(error, 'unsupported_schema') && !hasCode(error, 'not_durable')) throw error;
    }
  }

  async #write<T extends WriteResult | null>(
    deadline: Deadline,
    attempt: (store: SessionStore, common: WriteParams) => Promise<T>,
  ): Promise<T> {
    const { store, address } = await this.#begin(deadline);
    const lock = currentLock(this.place);
    const run = (): Promise<T> =>
      this.#noting(lock, () =>
        attempt(store, {
          ...address,
          timeoutMs: deadline.remaining,
          signal: deadline.signal,
          expect: this.#expect(),
          ttl: this.#options.ttl,
          lockToken: lock?.token,
        }),
      );
    let result: T;
    try {
      result = await run();
    } catch (error) {
      if (!this.#mayRestart(error)) throw error;
      this.#incarnation = null;
      result = await run();
    }
    if (result === null) return result;
    this.#incarnation = result.incarnation;
    this.#size.note(result);
    return result;
  }

  /** Notes which life of the session was read; says whether there is one. */
  #accept(snapshot: SessionSnapshot | null): snapshot is SessionSnapshot {
    const { sessionId, onExpired } = this.#options;
    if (snapshot === null) {
      if (this.#incarnation !== null && onExpired === 'error')
        throw new SessionExpiredError(sessionId);
      this.#incarnation = null;
      return false;
    }
    try {
      checkExpectation(snapshot.head, this.#expect(), sessionId);
    } catch (error) {
      if (!this.#mayRestart(error)) throw error;
      this.#incarnation = null;
      checkExpectation(snapshot.head, this.#expect(), sessionId);
    }
    this.#incarnation = snapshot.incarnation;
    this.#userId ??= snapshot.head.user_id;
    return true;
  }

  #mayRestart(error: unknown): boolean {
    return this.#options.onExpired === 'restart' && hasCode(error, 'session_expired');
  }

  #expect(): WriteParams['expect'] {
    return { incarnation: this.#incarnation, userId: this.#options.userId };
  }

  #newSession(): NewSession {
    return { userId: this.userId, incarnation: randomHex(16) };
  }

  /** Gives the store, and the address with the time that opening it has left for the call. */
  async #begin(deadline: Deadline): Promise<{ store: SessionStore; address: SessionAddress }> {
    this.#share.checkOpen();
    if (deadline.isAborted) throw deadline.aborted;
    return this.#reach(deadline);
  }

  async #reach(deadline: Deadline): Promise<{ store: SessionStore; address: SessionAddress }> {
    const { sessionId } = this.#options;
    const store = await this.#share.store(deadline);
    const { remaining: timeoutMs, signal } = deadline;
    return { store, address: { key: this.key, sessionId, timeoutMs, signal } };
  }

  async #held(
    { token: lockToken, incarnation }: HeldLock,
    deadline: Deadline,
  ): Promise<{ store: SessionStore; params: UnlockParams }> {
    const { store, address } = await this.#reach(deadline);
    const expect = { incarnation, userId: this.#options.userId };
    return { store, params: { ...address, expect, ttl: this.#options.ttl, lockToken } };
  }

  /** Runs a write and takes note of what its error says of the session. */
  async #noting<T>(lock: HeldLock | undefined, write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (hasCode(error, 'lease_lost')) lock?.lose(error);
      const { incarnation } = error as Partial<NotDurableError>;
      if (hasCode(error, 'not_durable') && incarnation === null) this.#noteGone(lock);
      else if (hasCode(error, 'not_durable')) this.#incarnation = incarnation ?? null;
      throw error;
    }
  }

  #noteGone(lock: HeldLock | undefined): void {
    this.#incarnation ??= GONE;
    lock?.end();
  }
}
