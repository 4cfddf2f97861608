/**
 * Histories that were read before, so that the next read asks only for what is new.
 *
 * @module
 */
import type { PageStretch } from './page-stretch.ts';

/**
 * Keeps what reads of whole histories have put together, up to a number of bytes in all; what was not
 * read for the longest time goes first. What it gives is checked by the read that goes on from there.
 */
export class HistoryCache {
  readonly #limit: number;
  readonly #kept = new Map<string, PageStretch>();
  #bytes = 0;

  /**
   * @param limit - Bytes of JSON text; 0 keeps nothing.
   */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Takes what is kept of a session out, so that nobody else goes on from it meanwhile.
   */
  take(key: string): PageStretch | undefined {
    const stretch = this.#kept.get(key);
    this.#kept.delete(key);
    this.#bytes -= stretch?.bytes ?? 0;
    return stretch;
  }

  /**
   * Keeps a stretch that was read to the end.
   */
  keep(key: string, stretch: PageStretch): void {
    this.take(key);
    if (stretch.bytes > this.#limit) return;
    this.#kept.set(key, stretch);
    this.#bytes += stretch.bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#limit) return;
      this.take(oldest);
    }
  }
}
