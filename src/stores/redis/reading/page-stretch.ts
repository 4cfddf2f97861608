/**
 * Pages that are read one after another while others write, put together.
 *
 * @module
 */
import type { DocumentHead } from '../../../document/document.ts';
import { type Page, startsWith, untouched } from './page.ts';

/**
 * The values of `messages` from some place on. Where a writer has touched values that were read
 * already, it goes back to the lowest of them; so reading ends even if writers never do.
 */
export class PageStretch {
  /** What was read so far. */
  readonly values: unknown[] = [];
  /** Where the first of the values stands in `messages`. */
  start = 0;
  /** About how much the values take as JSON text. */
  bytes = 0;
  readonly #startOf: (head: DocumentHead) => number;
  #last: Page | null = null;

  /**
   * @param startOf - Where to begin, by the head of a document.
   */
  constructor(startOf: (head: DocumentHead) => number) {
    this.#startOf = startOf;
  }

  /** Where the next page begins: with the last value that was read, which must still be there. */
  get next(): number {
    return this.start + Math.max(0, this.values.length - 1);
  }

  /** How many values `messages` has, once all were read. */
  get end(): number {
    return this.start + this.values.length;
  }

  /**
   * Adds the page that begins at {@link PageStretch.next}. Says no where that has shown that another
   * one is needed first.
   */
  add(page: Page): boolean {
    const { values, next } = this;
    const isBegun = this.#moveTo(page) && this.#cutTo(page);
    const fits = values.length === 0 || startsWith(page, values.at(-1));
    this.#last = page;
    if (isBegun && fits) {
      const added = page.values.slice(this.end - next);
      values.push(...added);
      this.bytes += page.values.length > 0 ? (page.bytes * added.length) / page.values.length : 0;
      return true;
    }
    if (isBegun) this.#cutAt(0);
    return false;
  }

  /** Begins anew where the view begins elsewhere; one that begins later only leaves some unused. */
  #moveTo({ head }: Page): boolean {
    const start = this.#startOf(head);
    if (start === this.start || (start > this.start && this.#last !== null)) return true;
    this.#cutAt(0);
    this.start = start;
    return false;
  }

  #cutTo(page: Page): boolean {
    const { values, end, start } = this;
    const valid = this.#last === null ? end : untouched(this.#last, page, end);
    if (valid >= end) return true;
    this.#cutAt(Math.max(0, valid - start));
    return values.length === end - start;
  }

  #cutAt(count: number): void {
    const { values } = this;
    this.bytes *= values.length > 0 ? count / values.length : 0;
    values.length = count;
  }
}
