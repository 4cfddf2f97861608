/**
 * How long this process stood still: stopped by a signal, or without a turn on a busy machine.
 *
 * @module
 */
import { now } from './call.ts';

const INTERVAL_MS = 50;

/**
 * Watches the clock against its own timer.
 */
export class Stalls {
  #lost = 0;
  #last = now();

  constructor() {
    setInterval(() => {
      this.#lost = this.total;
      this.#last = now();
    }, INTERVAL_MS).unref();
  }

  /** Milliseconds in all, with those of a stall that is just over. */
  get total(): number {
    return this.#lost + Math.max(0, now() - this.#last - INTERVAL_MS);
  }
}
