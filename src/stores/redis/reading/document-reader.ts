/**
 * Reads documents in pages, so that no single command blocks the server for long, and makes sure that
 * the pages belong together.
 *
 * @module
 */
import { entryId } from '../../../document/document-head.ts';
import type { Deadline } from '../../../deadline.ts';
import { hiddenId, HistoryWalk, type WalkedSelection } from '../../../document/history-walk.ts';
import { StoreUnavailableError } from '../../../errors.ts';
import type {
  EntrySelection,
  QueryParams,
  QueryResult,
  ReadParams,
  SessionSnapshot,
} from '../../../store.ts';
import type { RedisCommander } from '../clients/commander.ts';
import { HistoryCache } from './history-cache.ts';
import {
  continues,
  FIRST_PAGE,
  type HeadPart,
  hiddenIndex,
  nextPageSize,
  type Page,
  positionOfOldest,
} from './page.ts';
import { PageReader } from './page-reader.ts';
import { PageStretch } from './page-stretch.ts';
import { PagesAhead } from './pages-ahead.ts';

/** By how much each page of a walk is larger than the one before. */
const GROWTH = 4;

/**
 * Reads sessions through one commander.
 */
export class DocumentReader {
  readonly #commander: RedisCommander;
  readonly #cache: HistoryCache;

  /**
   * @param cacheBytes - Of JSON text of histories that are kept to go on from.
   */
  constructor(commander: RedisCommander, cacheBytes: number) {
    this.#commander = commander;
    this.#cache = new HistoryCache(cacheBytes);
  }

  /** Forgets what was read of a session. */
  forget(key: string): void {
    this.#cache.take(key);
  }

  /**
   * Reads the head and the selected entries, or null when there is no session.
   */
  async read(params: ReadParams, deadline: Deadline): Promise<SessionSnapshot | null> {
    const reader = new PageReader(this.#commander, params, deadline);
    if (params.wholeHead === true) return this.#readWhole(reader, params.entries, deadline);
    return this.#readEntries(reader, params.entries);
  }

  /**
   * Reads what a path names, with a brief head of the same moment, or gives null when there is no session.
   */
  async query(params: QueryParams, deadline: Deadline): Promise<QueryResult | 'read-all' | null> {
    const { path, unless = [], ...address } = params;
    const asked: ReadParams = { ...address, entries: { kind: 'none' }, briefHead: true };
    return new PageReader(this.#commander, asked, deadline).query(path, unless);
  }

  async #readEntries(reader: PageReader, entries: EntrySelection): Promise<SessionSnapshot | null> {
    if (entries.kind === 'none') return readHead(reader);
    return entries.kind === 'all' ? this.#readAll(reader, entries) : this.#walk(reader, entries);
  }

  /** Adds what is not known here, which nothing of this package writes. */
  async #readWhole(
    reader: PageReader,
    entries: EntrySelection,
    deadline: Deadline,
  ): Promise<SessionSnapshot | null> {
    for (;;) {
      const found = await this.#readEntries(reader, entries);
      const others = found === null ? null : await reader.others();
      if (found === null || others === null) return null;
      const { head } = found;
      if ((head.state?.incarnation ?? null) === others.incarnation) {
        return { ...found, head: { ...others.fields, ...head }, expiresIn: others.expiresIn };
      }
      if (deadline.passed) throw deadline.failure(keptChanging);
    }
  }

  /**
   * Reads from the start, or from where the model's view is said to begin.
   */
  async #readAll(
    reader: PageReader,
    selection: WalkedSelection,
    fromHint: boolean = selection.within === 'history',
  ): Promise<SessionSnapshot | null> {
    const known = fromHint ? this.#cache.take(reader.key) : undefined;
    const stretch = known ?? new PageStretch((head) => (fromHint ? hiddenIndex(head) : 0));
    const last = await readToEnd(reader, stretch);
    if (last === null) return null;
    const { values, start, end } = stretch;
    if (start > 0 && entryId(values[0]) !== hiddenId(last.head)) {
      // Another program has moved or removed what the view begins behind.
      return this.#readAll(reader, selection, false);
    }
    const walk = new HistoryWalk(selection, last.head);
    walk.seeAll(values);
    if (fromHint) this.#cache.keep(reader.key, stretch);
    return snapshot(last, walk, end);
  }

  /**
   * Reads back from the end until the visitor has enough.
   */
  async #walk(
    reader: PageReader,
    selection: Extract<WalkedSelection, { kind: 'walk' }>,
  ): Promise<SessionSnapshot | null> {
    let size = Math.min(FIRST_PAGE, Math.max(1, selection.sizeHint));
    const newest = await reader.page(`-${size}:`);
    if (newest === null) return null;
    const walk = new HistoryWalk(selection, newest.head);
    walk.seeAll(newest.values);
    if (walk.ended || newest.values.length < size) return snapshot(newest, walk, null);
    let last = newest;
    let position = positionOfOldest(newest);
    do {
      size = Math.min(nextPageSize(last.values.length, last.bytes), size * GROWTH);
      const from = Math.max(0, position - size);
      const page = position < 0 ? null : await reader.page(`${from}:${position + 1}`);
      if (page === null || !continues(newest, page, last.values[0])) {
        return this.#readAll(reader, selection);
      }
      walk.seeAll(page.values.slice(0, -1));
      last = page;
      position = from;
    } while (!walk.ended && position > 0);
    return snapshot(newest, walk, null);
  }
}

function keptChanging(): StoreUnavailableError {
  return new StoreUnavailableError('The session was made anew again and again while it was read');
}

async function readHead(reader: PageReader): Promise<SessionSnapshot | null> {
  const found = await reader.head();
  if (found === null) return null;
  return snapshot(found.part, new HistoryWalk({ kind: 'all' }, found.part.head), found.length);
}

/** Gives the page that reached the end, or null when there is no session. */
async function readToEnd(reader: PageReader, stretch: PageStretch): Promise<Page | null> {
  const pages = new PagesAhead(reader);
  let end: number | null = null;
  let isUndisturbed = true;
  for (;;) {
    const page = await pages.page(stretch.next, end);
    if (page === null) return null;
    const fits = stretch.add(page);
    if (fits && !page.isFull) return page;
    // A pool of connections may answer in another order, and then a page can be older than the one
    // before it. While writers touch what was read, there would be no end of beginning anew.
    isUndisturbed &&= fits;
    end = isUndisturbed ? page.head.metadata.message_count : 0;
  }
}

function snapshot(part: HeadPart, walk: HistoryWalk, length: number | null): SessionSnapshot {
  const { incarnation, head, generation, operation } = part;
  const { entries, visited, inHistory } = walk;
  const tail = walk.tail(generation);
  return { incarnation, head, length, entries, inHistory, operation, visited, tail };
}
