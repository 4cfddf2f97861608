/**
 * Which life of its session a write is for: what is encrypted is bound to it, so it must be known
 * before anything is written.
 *
 * @module
 */
import type { Deadline } from '../deadline.ts';
import { checkExpectation, missingSession } from '../document/expectation.ts';
import { incarnationOf, isKnownByCreation } from '../document/incarnation.ts';
import type {
  NewSession,
  SessionAddress,
  SessionSnapshot,
  SessionStore,
  WriteParams,
} from '../store.ts';
import type { Life } from './sealed-text.ts';

/**
 * A life, and what begins it where it is yet to begin.
 */
export interface FoundLife {
  readonly life: Life;
  readonly create: NewSession | null;
}

/**
 * Finds lives in one store.
 */
export class Lives {
  readonly #store: SessionStore;
  #known: Life | null = null;

  constructor(store: SessionStore) {
    this.#store = store;
  }

  /** Takes note of a life that was seen. */
  note(life: Life | null): void {
    this.#known = life;
  }

  /**
   * Finds the life that a write is for.
   *
   * @param create - What the write would create.
   * @throws `SessionNotFoundError` (`session_not_found`), `SessionExpiredError` (`session_expired`), as
   * the write would.
   */
  async find(
    params: WriteParams,
    create: NewSession | null,
    deadline: Deadline,
  ): Promise<FoundLife> {
    const { expect, sessionId } = params;
    const known = this.#known;
    if (known !== null && known.incarnation === expect.incarnation)
      return { life: known, create: null };
    const snapshot = await this.#store.read({
      ...addressOf(params, deadline),
      entries: { kind: 'none' },
      briefHead: true,
    });
    if (snapshot === null) {
      if (create === null) throw missingSession(sessionId, expect);
      return { life: create, create };
    }
    checkExpectation(snapshot.head, expect, sessionId);
    return { life: await this.settled(params, snapshot, deadline), create: null };
  }

  /**
   * The life of a session that was read. One of the Python class has no incarnation until a write of
   * ours gives it one.
   */
  async settled(params: WriteParams, { head }: SessionSnapshot, deadline: Deadline): Promise<Life> {
    const seen = { incarnation: incarnationOf(head), userId: head.user_id };
    this.#known = isKnownByCreation(seen.incarnation)
      ? await this.#adopt(params, seen, deadline)
      : seen;
    return this.#known;
  }

  async #adopt(
    params: WriteParams,
    { incarnation, userId }: Life,
    deadline: Deadline,
  ): Promise<Life> {
    const { ttl, lockToken } = params;
    const nothing = { entries: [], tokens: 0, changes: {}, create: null };
    const expect = { incarnation, userId: null };
    const adopted = await this.#store.append({
      ...addressOf(params, deadline),
      ...nothing,
      expect,
      ttl,
      lockToken,
    });
    return { incarnation: adopted.incarnation, userId };
  }
}

/** The session of a call, and the time that is left of it. */
export function addressOf({ key, sessionId }: SessionAddress, deadline: Deadline): SessionAddress {
  return { key, sessionId, timeoutMs: deadline.remaining, signal: deadline.signal };
}
