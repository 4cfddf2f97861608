/**
 * The lock of a session that is held while a function runs, and how the writes of that function find it.
 *
 * @module
 */
import { randomHex } from '../../random-ids.ts';
import { PlaceScope } from './place-scope.ts';

/**
 * A lock on its way, held, lost, or given back.
 */
export class HeldLock {
  /** What the writes of the function carry. */
  readonly token: string = randomHex(16);
  /** The session, as `SessionHandle.place` names it. */
  readonly place: string;
  /** The life of the session that was locked, once it is. */
  incarnation: string | null = null;
  readonly #lost = new AbortController();
  #isOver = false;

  constructor(place: string) {
    this.place = place;
  }

  /** Aborted when the lock was lost, with the error of the store as its reason. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Whether it was given back, or is gone with the session: writes no longer carry its token. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * Notes that others may have written meanwhile. Writes still carry the token, so that they fail.
   */
  lose(reason: unknown): void {
    this.#lost.abort(reason);
  }

  /**
   * Ends the lock: what its function has left behind writes as anybody does.
   */
  end(): void {
    this.#isOver = true;
  }
}

const locks = new PlaceScope<HeldLock>();

/**
 * Runs a function which has a session to itself.
 */
export function runLocked<R>(lock: HeldLock, fn: () => R): R {
  return locks.run(lock.place, lock, fn);
}

/**
 * Gives the lock that a write to a session is covered by, whichever handle writes.
 */
export function currentLock(place: string): HeldLock | undefined {
  return locks.find(place, ({ isOver }) => !isOver);
}
