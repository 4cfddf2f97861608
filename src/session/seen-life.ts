/**
 * Which life of its session a handle has seen, and what to do when that life is over.
 *
 * @module
 */
import { checkExpectation } from '../document/expectation.ts';
import { hasCode, SessionExpiredError } from '../errors.ts';
import type { SessionSnapshot, WriteParams } from '../store.ts';
import type { ResolvedOptions } from './opening/session-options.ts';

/** The life that a handle has seen which deleted a session without having read it. */
const GONE = 'deleted';

/** What tells of a life that was read. */
export type Seen = Pick<SessionSnapshot, 'head' | 'incarnation'>;

type LifeOptions = Pick<ResolvedOptions, 'sessionId' | 'userId' | 'onExpired'>;

/**
 * What one handle knows of the life of its session.
 */
export class SeenLife {
  /** The one that was seen last, or null for none. */
  incarnation: string | null = null;
  /** The owner: as given, else as the session that was seen has it; null for not known. */
  userId: string | null;
  readonly #options: LifeOptions;

  constructor(options: LifeOptions) {
    this.#options = options;
    this.userId = options.userId;
  }

  /** What calls hold the session to. */
  get expected(): WriteParams['expect'] {
    return { incarnation: this.incarnation, userId: this.#options.userId };
  }

  /**
   * Notes which life of the session was read; says whether there is one.
   *
   * @throws {@link SessionExpiredError} (`session_expired`); `SessionNotFoundError` (`session_not_found`)
   * for a session of somebody else.
   */
  accept<T extends Seen>(snapshot: T | null): snapshot is T {
    const { sessionId, onExpired } = this.#options;
    if (snapshot === null) {
      if (this.incarnation !== null && onExpired === 'error')
        throw new SessionExpiredError(sessionId);
      this.incarnation = null;
      return false;
    }
    try {
      checkExpectation(snapshot.head, this.expected, sessionId);
    } catch (error) {
      if (!this.mayRestart(error)) throw error;
      this.incarnation = null;
      checkExpectation(snapshot.head, this.expected, sessionId);
    }
    this.incarnation = snapshot.incarnation;
    this.userId ??= snapshot.head.user_id;
    return true;
  }

  /** Whether a call that failed may begin anew where the session is gone. */
  mayRestart(error: unknown): boolean {
    return this.#options.onExpired === 'restart' && hasCode(error, 'session_expired');
  }

  /** Notes that the handle has deleted the session. */
  noteGone(): void {
    this.incarnation ??= GONE;
  }
}
