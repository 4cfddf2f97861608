/**
 * How far long work is, on a terminal.
 *
 * @module
 */
import type { Terminal } from './terminal.ts';
import { count } from './transcript.ts';

const WIDTH = 24;
/** Milliseconds between two pictures. */
const PAUSE_MS = 100;

/**
 * A bar of work with a known end, or a number where the end is not known.
 */
export class Progress {
  readonly #terminal: Terminal;
  readonly #what: string;
  readonly #all: number | null;
  #done = 0;
  #shown = -PAUSE_MS;

  /**
   * @param what - What is counted, in the plural.
   * @param all - How many there are about.
   */
  constructor(terminal: Terminal, what: string, all: number | null = null) {
    this.#terminal = terminal;
    this.#what = what;
    this.#all = all;
  }

  /** Counts one more. */
  step(): void {
    this.reach(this.#done + 1);
  }

  /** Says how many are done. */
  reach(done: number): void {
    this.#done = done;
    const now = performance.now();
    if (now - this.#shown < PAUSE_MS && done !== this.#all) return;
    this.#shown = now;
    this.#terminal.counter(this.#picture());
  }

  #picture(): string {
    const number = count(this.#done);
    if (this.#all === null || this.#all === 0) return `${number} ${this.#what}`;
    const part = Math.min(1, this.#done / this.#all);
    const bar = '█'.repeat(Math.round(part * WIDTH)).padEnd(WIDTH, '░');
    return `${bar} ${Math.floor(part * 100)} %  ${number} of ${count(this.#all)} ${this.#what}`;
  }
}
