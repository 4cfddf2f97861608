/**
 * When to look at a session again: at once where the store tells of changes, else after a while.
 *
 * @module
 */
import { setTimeout as wait } from 'node:timers/promises';

import type { SessionStore } from '../index.ts';

/** A connection that breaks without a word is found by looking all the same. */
const WATCHED_INTERVAL_MS = 10_000;

/**
 * Which session, and how often to look where nobody tells.
 */
export interface ChangesOptions {
  readonly store: SessionStore;
  readonly key: string;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
}

/**
 * Says when a session may have changed.
 */
export class SessionChanges implements Disposable {
  readonly #options: ChangesOptions;
  #told = Promise.withResolvers<void>();
  #stop: (() => void) | null = null;
  #canWatch = true;

  constructor(options: ChangesOptions) {
    this.#options = options;
  }

  /**
   * Begins to watch, where the store can and it does not yet. What changed before is not told: look at
   * the session behind it.
   */
  async watch(): Promise<void> {
    const { store, key, signal } = this.#options;
    if (this.#stop !== null || !this.#canWatch || store.watch === undefined) return;
    const onChange = (): void => this.#told.resolve();
    const onEnd = (): void => {
      this.#stop = null;
      onChange();
    };
    try {
      this.#stop = await store.watch({ key, onChange, onEnd, signal });
    } catch {
      // The user may not track, or the client cannot: looking now and then does as well.
      this.#canWatch = false;
    }
  }

  /**
   * Waits until the session may have changed.
   *
   * @throws the error of the signal.
   */
  async next(): Promise<void> {
    const { intervalMs, signal } = this.#options;
    const told = this.#told.promise.then(() => (this.#told = Promise.withResolvers()));
    const timer = new AbortController();
    const ends = AbortSignal.any([signal, timer.signal]);
    const pause = wait(this.#stop === null ? intervalMs : WATCHED_INTERVAL_MS, null, {
      signal: ends,
    });
    try {
      await Promise.race([told, pause]);
    } finally {
      timer.abort();
      pause.catch(() => {});
    }
  }

  [Symbol.dispose](): void {
    this.#stop?.();
  }
}
