/**
 * What one handle knows of its session, and how that is checked with every call: which store it is in,
 * which life of it was seen, and what to do when that life is over.
 *
 * @module
 */
import { SessionExpiredError, SessionNotFoundError, StoreClosedError } from '../errors.ts';
import { checkExpectation } from '../document/expectation.ts';
import { acquireStore, type StoreHandle } from '../open-store.ts';
import { randomHex } from '../random-ids.ts';
import type { ResolvedOptions } from './session-options.ts';
import type {
  EntrySelection,
  HeadChanges,
  NewEntry,
  NewSession,
  RewriteParams,
  SessionSnapshot,
  SessionStore,
  WriteParams,
  WriteResult,
} from '../store.ts';

/** The owner of a session that was created without one: the Python class requires a string. */
const ANONYMOUS = 'anonymous';

/**
 * What an append adds.
 */
export interface Addition {
  readonly entries?: readonly NewEntry[];
  readonly tokens?: number;
  readonly changes?: HeadChanges;
  /** Whether the session is created when there is none; default true. */
  readonly create?: boolean;
}

/**
 * What a rewrite does.
 */
export type Removal = Pick<RewriteParams, 'version' | 'drop' | 'forgetOperations' | 'resetTokens'>;

/**
 * The calls of one handle to its store.
 */
export class SessionHandle {
  readonly #options: ResolvedOptions;
  readonly #address: { key: string; sessionId: string; timeoutMs: number };
  #share: Promise<StoreHandle> | null = null;
  #incarnation: string | null = null;
  #userId: string | null;
  #closed = false;

  constructor(options: ResolvedOptions) {
    const { sessionId, keyPrefix, timeoutMs, userId } = options;
    this.#options = options;
    this.#address = { key: `${keyPrefix}${sessionId}`, sessionId, timeoutMs };
    this.#userId = userId;
  }

  /** The owner: as given, else as the session that was seen has it. */
  get userId(): string {
    return this.#userId ?? ANONYMOUS;
  }

  /**
   * Creates the session; what the handle has seen before counts no more.
   */
  async create(): Promise<void> {
    const store = await this.#store();
    const { ttl } = this.#options;
    const { incarnation } = await store.create({
      ...this.#address,
      session: this.#newSession(),
      ttl,
    });
    this.#incarnation = incarnation;
  }

  /**
   * Sees the session and gives its ttl the one of the options, if there is one. Says whether the
   * session is there.
   */
  async load(): Promise<boolean> {
    const snapshot = await this.read({ kind: 'none' });
    if (snapshot === null) return false;
    if (this.#options.ttl !== null) await this.touch();
    return true;
  }

  /**
   * Reads the head and the selected entries, or null when the session was never created.
   */
  async read(entries: EntrySelection): Promise<SessionSnapshot | null> {
    const store = await this.#store();
    const snapshot = await store.read({ ...this.#address, entries });
    if (!this.#accept(snapshot)) return null;
    if (this.#options.refreshTtlOnRead) await this.touch();
    return snapshot;
  }

  /**
   * Adds entries and changes the head.
   */
  async append(addition: Addition): Promise<WriteResult> {
    const { entries = [], tokens = 0, changes = {}, create = true } = addition;
    return this.#write((store, common) =>
      store.append({
        ...common,
        entries,
        tokens,
        changes,
        create: create && common.expect.incarnation === null ? this.#newSession() : null,
      }),
    );
  }

  /**
   * Removes entries from the end. Gives null when the version no longer holds.
   */
  async rewrite(removal: Removal): Promise<WriteResult | null> {
    return this.#write((store, common) => store.rewrite({ ...common, ...removal }));
  }

  /**
   * Starts the time to live again.
   */
  async touch(): Promise<WriteResult> {
    return this.#write((store, common) => store.touch(common));
  }

  /**
   * Removes the session and says whether it was there.
   */
  async delete(): Promise<boolean> {
    const store = await this.#store();
    return store.delete({ ...this.#address, expect: this.#expect() });
  }

  /**
   * Gives the share in the store back. Calls after it fail with `StoreClosedError`.
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // A store that could not be opened leaves nothing to release.
    const share = await this.#share?.catch(() => null);
    share?.release();
  }

  async #write<T extends WriteResult | null>(
    attempt: (store: SessionStore, common: WriteParams) => Promise<T>,
  ): Promise<T> {
    const store = await this.#store();
    const run = (): Promise<T> =>
      attempt(store, { ...this.#address, expect: this.#expect(), ttl: this.#options.ttl });
    let result: T;
    try {
      result = await run();
    } catch (error) {
      if (!this.#mayRestart(error)) throw error;
      this.#incarnation = null;
      result = await run();
    }
    if (result !== null) this.#incarnation = result.incarnation;
    return result;
  }

  /** Notes which life of the session was read; says whether there is one. */
  #accept(snapshot: SessionSnapshot | null): snapshot is SessionSnapshot {
    const { sessionId } = this.#address;
    const { onExpired } = this.#options;
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
    return this.#options.onExpired === 'restart' && error instanceof SessionExpiredError;
  }

  #expect(): WriteParams['expect'] {
    return { incarnation: this.#incarnation, userId: this.#options.userId };
  }

  #newSession(): NewSession {
    return { userId: this.userId, incarnation: randomHex(16) };
  }

  async #store(): Promise<SessionStore> {
    if (this.#closed) throw new StoreClosedError('The session is closed');
    const { store, url, lingerMs } = this.#options;
    if (store !== null) return store;
    const share = (this.#share ??= acquireStore(url, lingerMs));
    try {
      return (await share).store;
    } catch (error) {
      // The next call tries again.
      if (this.#share === share) this.#share = null;
      throw error;
    }
  }
}

/**
 * Tells whether an error says that there is no such session.
 */
export function isNotFound(error: unknown): error is SessionNotFoundError {
  return error instanceof SessionNotFoundError;
}
