/**
 * One thing after another.
 *
 * @module
 */
import type { Deadline } from './deadline.ts';
import { StoreUnavailableError } from './errors.ts';

/**
 * Runs one piece of work at a time, in the order in which they were handed over.
 */
export class TurnQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  get isIdle(): boolean {
    return this.#waiting === 0;
  }

  /**
   * Runs the work after all that was handed over before it.
   *
   * @throws {@link StoreUnavailableError} (`store_unavailable`) when its time is up before its turn,
   * `CallAbortedError` (`aborted`).
   */
  async enqueue<T>(work: () => Promise<T>, deadline: Deadline): Promise<T> {
    const { promise: done, resolve: end } = Promise.withResolvers<void>();
    const before = this.#waiting > 0 ? this.#tail : null;
    this.#tail = before === null ? done : before.then(() => done);
    this.#waiting += 1;
    try {
      if (before !== null) await deadline.limit(before, () => deadline.failure(outOfTime));
      else if (deadline.passed) throw deadline.failure(outOfTime);
      return await work();
    } finally {
      this.#waiting -= 1;
      end();
    }
  }
}

function outOfTime(): StoreUnavailableError {
  return new StoreUnavailableError('The time was up before the write could begin');
}
