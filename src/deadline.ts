/**
 * The time that one call may take in all. Neither client library gives up by itself on a server that
 * does not answer.
 *
 * @module
 */
import { InvalidInputError } from './errors.ts';

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

/** Thrown when the work has not ended at the deadline. */
class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly code = 'ETIMEDOUT';
}

/**
 * A point in time by which a call must have ended.
 */
export class Deadline {
  readonly #at: number;

  constructor(milliseconds: number) {
    this.#at = performance.now() + milliseconds;
  }

  /** Milliseconds that are left, at least 0. */
  get remaining(): number {
    return Math.max(0, this.#at - performance.now());
  }

  get passed(): boolean {
    return this.remaining === 0;
  }

  /**
   * Gives the work's result, or fails when it takes longer.
   */
  async limit<T>(
    work: Promise<T>,
    failure: () => Error = () => new DeadlineError('No answer in time'),
  ): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const expiry = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(failure()), this.remaining);
    });
    try {
      return await Promise.race([work, expiry]);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Waits, but not past the deadline.
   */
  async pause(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, Math.min(milliseconds, this.remaining));
    await promise;
  }
}
