/**
 * The time that one call may take in all. Neither client library gives up by itself on a server that
 * does not answer.
 *
 * @module
 */
import { CallAbortedError, InvalidInputError, type SessionError } from './errors.ts';

const DEFAULT_TIMEOUT_MS = 5000;
/** Timers fire at once when they are told to wait longer. */
const MOST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Checks the milliseconds that a call may take; 5000 when left out.
 *
 * @throws `InvalidInputError` (`invalid_input`) when they are no whole number from 1 to 2147483647.
 */
export function checkTimeout(timeoutMs: number | undefined): number {
  const value = timeoutMs ?? DEFAULT_TIMEOUT_MS;
  if (!Number.isInteger(value) || value < 1 || value > MOST_TIMEOUT_MS) {
    throw new InvalidInputError('timeoutMs', `must be a whole number from 1 to ${MOST_TIMEOUT_MS}`);
  }
  return value;
}

/**
 * Checks the signal that may end a call, if there is one.
 *
 * @throws `InvalidInputError` (`invalid_input`) when it is no `AbortSignal`.
 */
export function checkSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
  // By what is used of it: signals of other realms are as good.
  if (signal === undefined || typeof signal?.addEventListener === 'function') return signal;
  throw new InvalidInputError('signal', 'must be an AbortSignal');
}

/** Thrown when the work has not ended at the deadline. */
class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly code = 'ETIMEDOUT';
}

function noAnswer(): DeadlineError {
  return new DeadlineError('No answer in time');
}

/**
 * A point in time by which a call must have ended, or a signal that ends it before.
 */
export class Deadline {
  readonly #at: number;
  readonly #signal: AbortSignal | undefined;
  readonly #onRetry: (() => void) | undefined;

  /** @param onRetry - Is told each time that something is tried again. */
  constructor(milliseconds: number, signal?: AbortSignal, onRetry?: () => void) {
    this.#at = performance.now() + milliseconds;
    this.#signal = signal;
    this.#onRetry = onRetry;
  }

  /** Milliseconds that are left, at least 0. */
  get remaining(): number {
    return this.isAborted ? 0 : Math.max(0, this.#at - performance.now());
  }

  get passed(): boolean {
    return this.remaining === 0;
  }

  get isAborted(): boolean {
    return this.#signal?.aborted ?? false;
  }

  /** The error of a call that was aborted before it had an effect. */
  get aborted(): CallAbortedError {
    return new CallAbortedError({ cause: this.#signal?.reason });
  }

  get signal(): AbortSignal | undefined {
    return this.#signal;
  }

  /**
   * Gives the error of a call that ends without an effect: another one when it was aborted than when
   * its time was up.
   */
  failure(outOfTime: () => SessionError): SessionError {
    return this.isAborted ? this.aborted : outOfTime();
  }

  /**
   * Gives the work's result, or fails when it takes longer.
   */
  async limit<T>(work: Promise<T>, failure: () => Error = noAnswer): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const fail = (): void => reject(failure());
    if (this.isAborted) fail();
    const timer = setTimeout(fail, this.remaining);
    this.#signal?.addEventListener('abort', fail);
    work.then(resolve, reject);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#signal?.removeEventListener('abort', fail);
    }
  }

  /**
   * Gives the result of work that may take no longer, which is told by a signal when nobody waits for
   * it any more.
   */
  async attempt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    return this.limit(work(controller.signal), () => {
      controller.abort();
      return noAnswer();
    });
  }

  /**
   * Waits before something is tried again, but not past the deadline.
   */
  async pauseToRetry(milliseconds: number): Promise<void> {
    await this.pause(milliseconds);
    if (!this.passed) this.#onRetry?.();
  }

  /**
   * Waits, but not past the deadline.
   */
  async pause(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = (): void => resolve();
    const timer = setTimeout(end, Math.min(milliseconds, this.remaining));
    this.#signal?.addEventListener('abort', end);
    await promise;
    clearTimeout(timer);
    this.#signal?.removeEventListener('abort', end);
  }
}
