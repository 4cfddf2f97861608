/**
 * Pages of a long history, each asked for while the one before is still on its way: the server prints
 * one while this process takes in another.
 *
 * @module
 */
import { PAGE, type Page } from './page.ts';
import type { PageReader } from './page-reader.ts';

interface Asked {
  readonly start: number;
  readonly page: Promise<Page | null>;
}

/**
 * Gives the pages of one read. Each begins with the last value of the one before.
 */
export class PagesAhead {
  readonly #reader: PageReader;
  #next: Asked | null = null;

  constructor(reader: PageReader) {
    this.#reader = reader;
  }

  /**
   * Tells whether a page has all that it can have, so that there may be more.
   */
  static isFull({ values }: Page): boolean {
    return values.length > PAGE;
  }

  /**
   * Gives the page that begins at `start`, and asks for the one behind it.
   *
   * @param end - Where the history is said to end, or 0 to ask for no more than this page. What stands
   * behind is found all the same: other programs count after they have written.
   */
  async page(start: number, end: number): Promise<Page | null> {
    const { page } = this.#next?.start === start ? this.#next : this.#ask(start);
    const next = start + PAGE;
    this.#next = next + 1 < end ? this.#ask(next) : null;
    return page;
  }

  #ask(start: number): Asked {
    const page = this.#reader.page(`${start}:${start + PAGE + 1}`);
    // It may never be needed; who waits for it gets the failure.
    page.catch(() => {});
    return { start, page };
  }
}
