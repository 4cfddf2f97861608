/**
 * Pages of a long history, each asked for before the one before it is taken in: the server prints one
 * while this process takes in another.
 *
 * @module
 */
import { FIRST_PAGE, nextPageSize, type Page } from './page.ts';
import type { PageReader } from './page-reader.ts';
import { printedCount, type PrintedPage } from './printed-page.ts';

/** Not every runtime has `setImmediate`. */
const atEndOfTurn: (fn: () => void) => unknown = globalThis.setImmediate ?? setTimeout;

/** By how much a page is larger than the one before at most: it is printed while that one is taken in. */
const GROWTH = 2;

interface Asked {
  readonly start: number;
  readonly size: number;
  readonly printed: Promise<PrintedPage | null>;
}

/**
 * A page, and whether it has all that it can have, so that there may be more.
 */
export type PageOfMany = Page & { readonly isFull: boolean };

/**
 * Gives the pages of one read. Each begins with the last value of the one before.
 */
export class PagesAhead {
  readonly #reader: PageReader;
  #size = FIRST_PAGE;
  #next: Asked | null = null;

  constructor(reader: PageReader) {
    this.#reader = reader;
  }

  /**
   * Gives the page that begins at `start`, and asks for the one behind it.
   *
   * @param end - Where the history is said to end; null where that is not known yet; or 0 to ask for no
   * more than this page. What stands behind is found all the same: other programs count after they have
   * written.
   */
  async page(start: number, end: number | null): Promise<PageOfMany | null> {
    const asked = this.#next?.start === start ? this.#next : this.#ask(start);
    const next = start + asked.size;
    this.#next = end !== null && next + 1 < end ? this.#ask(next) : null;
    const printed = await asked.printed;
    if (printed === null) return null;
    if (end === null && next + 1 < printedCount(printed)) {
      this.#learnSize(asked, asked.size + 1, printed.text.length);
      this.#next = this.#ask(next);
      // A client sends at the end of the turn what was asked for in it, and taking in takes all of a turn.
      await new Promise<void>((resolve) => {
        atEndOfTurn(resolve);
      });
    }
    const page = await this.#reader.takeIn(printed);
    const { length } = page.values;
    if (length > 0) this.#learnSize(asked, length, page.bytes);
    return { ...page, isFull: length > asked.size };
  }

  #learnSize({ size }: Asked, count: number, bytes: number): void {
    this.#size = Math.min(size * GROWTH, nextPageSize(count, bytes));
  }

  #ask(start: number): Asked {
    const size = this.#size;
    const printed = this.#reader.print(`${start}:${start + size + 1}`);
    // It may never be needed; who waits for it gets the failure.
    printed.catch(() => {});
    return { start, size, printed };
  }
}
