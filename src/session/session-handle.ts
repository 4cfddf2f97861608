/**
 * What one handle does to its session: which store it is in, how each call is held to the life that was
 * seen, and how a write begins anew when that life is over.
 *
 * @module
 */
import type { RunContext } from '@openai/agents-core';

import { Sealing } from '../encryption/sealing.ts';
import { hasCode, type NotDurableError, SessionExpiredError } from '../errors.ts';
import { Deadline } from '../deadline.ts';
import { randomHex } from '../random-ids.ts';
import { callDeadline, type CallOptions } from './call-options.ts';
import { currentLock, type HeldLock } from './exclusive/held-lock.ts';
import { currentAttempt } from './jobs/job-attempt.ts';
import type { Addition, Removal } from './writing/requested-write.ts';
import { type Seen, SeenLife } from './seen-life.ts';
import { placeOf, type ResolvedOptions } from './opening/session-options.ts';
import { SizeWatch } from './writing/session-size.ts';
import { StoreShare } from './opening/store-share.ts';
import { type WholeSession, wholeOf } from '../document/whole-session.ts';
import type {
  EntrySelection,
  NewSession,
  RestoreParams,
  SessionAddress,
  SessionSnapshot,
  SessionStore,
  UnlockParams,
  WriteParams,
  WriteResult,
} from '../store.ts';

/** The owner of a session that was created without one: the Python class requires a string. */
const ANONYMOUS = 'anonymous';

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
  readonly #sealing: Sealing;
  readonly #size: SizeWatch;
  readonly #life: SeenLife;
  #sharedDeadline: Deadline | null = null;

  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.#share = new StoreShare(options);
    this.#life = new SeenLife(options);
    const check = (snapshot: SessionSnapshot): void => void this.#life.accept(snapshot);
    this.#sealing = new Sealing(options, check);
    this.#size = new SizeWatch(options);
    this.key = `${options.keyPrefix}${options.sessionId}`;
    this.place = placeOf(options);
  }

  /** The id of the session. */
  get sessionId(): string {
    return this.#options.sessionId;
  }

  /** The owner: as given, else as the session that was seen has it. */
  get userId(): string {
    return this.#life.userId ?? ANONYMOUS;
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
    this.#life.incarnation = incarnation;
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
    const briefHead = entries.kind !== 'none';
    const asked = { entries, briefHead, ...(operationId !== undefined && { operationId }) };
    const read = (store: SessionStore, address: SessionAddress) =>
      store.read({ ...address, ...asked });
    const snapshot = await this.ask(deadline, read);
    if (snapshot === null) return null;
    await this.#sealing.check(snapshot, briefHead ? 'messages' : 'all');
    if (this.#options.refreshTtlOnRead) await this.#touchReadable(deadline);
    return snapshot;
  }

  /**
   * Reads everything of the session at one moment, or its head alone, where the handoff context does not
   * matter, and the seconds that it still lives; null when it was never created.
   *
   * @throws `UnsupportedSchemaError` (`unsupported_schema`) where a newer release has written it.
   */
  async readWhole(deadline: Deadline, part?: 'head'): Promise<WholeSession | null> {
    const isHead = part === 'head';
    const entries = { kind: isHead ? ('none' as const) : ('all' as const) };
    const asked = { entries, wholeHead: true, briefHead: isHead };
    const snapshot = await this.ask(deadline, (store, address) =>
      store.read({ ...address, ...asked }),
    );
    if (snapshot === null) return null;
    if (!isHead) await this.#sealing.check(snapshot, 'all');
    return wholeOf(snapshot);
  }

  /** Checks what was asked for as a read does: see {@link Sealing.check}. */
  readonly checkUnsealed: Sealing['check'] = async (snapshot, what) =>
    this.#sealing.check(snapshot, what);

  /** Asks the store for something of the session, whose life is noted; null when it was never created. */
  async ask<T extends Seen>(
    deadline: Deadline,
    question: (store: SessionStore, address: SessionAddress) => Promise<T | null>,
  ): Promise<T | null> {
    const { store, address } = await this.#begin(deadline);
    const answer = await question(store, address);
    return this.#life.accept(answer) ? answer : null;
  }

  /**
   * Makes the session of a document; what the handle has seen before counts no more.
   */
  async restore(
    restored: Omit<RestoreParams, keyof SessionAddress>,
    deadline: Deadline,
  ): Promise<void> {
    const { store, address } = await this.#begin(deadline);
    const restore = (): Promise<WriteResult> => store.restore({ ...address, ...restored });
    const { incarnation } = await this.#noting(undefined, restore);
    this.#life.incarnation = incarnation;
    this.#life.userId ??= restored.document.user_id;
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
    return this.write(deadline, (store, common) =>
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
    const result = await this.write(deadline, (store, common) =>
      store.rewrite({ ...common, ...kept, ...removal }),
    );
    if (result !== null) currentAttempt(this.place)?.noteRewrite(removal);
    return result;
  }

  /**
   * Starts the time to live again.
   */
  async touch(deadline: Deadline): Promise<WriteResult> {
    return this.write(deadline, (store, common) => store.touch(common));
  }

  /**
   * Takes the lock of the session, which is created where there is none.
   */
  async lock(lock: HeldLock, leaseMs: number, deadline: Deadline): Promise<void> {
    const { incarnation } = await this.write(deadline, (store, common) =>
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
    const params = { ...address, expect: this.#life.expected, lockToken: lock?.token, repeats };
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

  /**
   * Makes a write with what the handle knows of the session, and notes what it tells.
   */
  async write<T extends WriteResult | null>(
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
          expect: this.#life.expected,
          ttl: this.#options.ttl,
          lockToken: lock?.token,
        }),
      );
    let result: T;
    try {
      result = await run();
    } catch (error) {
      if (!this.#life.mayRestart(error)) throw error;
      this.#life.incarnation = null;
      result = await run();
    }
    if (result === null) return result;
    this.#life.incarnation = result.incarnation;
    this.#size.note(result);
    return result;
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
    const store = await this.#sealing.over(await this.#share.store(deadline));
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
      else if (hasCode(error, 'not_durable')) this.#life.incarnation = incarnation ?? null;
      throw error;
    }
  }

  #noteGone(lock: HeldLock | undefined): void {
    this.#life.noteGone();
    lock?.end();
  }
}
