/**
 * Finds messages by reading them, for stores that keep nothing that they are found by.
 *
 * @module
 */
import type { DirectoryStore, FoundEntry, ListedSummary, ListParams } from '../directory-store.ts';
import { isSealedEntry } from '../encryption/is-sealed.ts';
import { FoundCollector, isFound } from '../search/entry-match.ts';
import type { EntryVisitor, SessionStore } from '../store.ts';
import type { CheckedSearch } from './search-options.ts';

const SESSIONS_AT_ONCE = 50;
/** Entries that a read probably looks at. */
const FEW = 50;

/** What the steps of a scan take. */
type StepLimits = Pick<ListParams, 'keyPrefix' | 'timeoutMs' | 'signal'>;

/**
 * Looks at messages one by one: of the sessions that were written last first, from the end of each.
 */
export class SearchScan {
  readonly #store: SessionStore;
  readonly #directory: DirectoryStore;
  readonly #search: CheckedSearch;
  readonly #collector: FoundCollector;
  #left: number;
  /** Whether there were more messages than may be looked at. */
  #isCut = false;
  /** Whether a message was encrypted, and nobody here can read it. */
  #hasSealed = false;

  constructor(store: SessionStore, directory: DirectoryStore, search: CheckedSearch) {
    this.#store = store;
    this.#directory = directory;
    this.#search = search;
    this.#collector = new FoundCollector(search.limit);
    this.#left = search.scanLimit;
  }

  /**
   * Gives what was found, and whether that is all.
   *
   * @param limits - Gives what is left of the time of the call.
   */
  async run(limits: () => StepLimits): Promise<{ found: readonly FoundEntry[]; isAll: boolean }> {
    const { userId, since: updatedSince } = this.#search;
    const order = { orderBy: 'updated', descending: true, limit: SESSIONS_AT_ONCE } as const;
    let cursor: ListParams['cursor'];
    do {
      const params = { ...order, userId, updatedSince, cursor, ...limits() };
      const { sessions, next } = await this.#directory.list(params);
      for (const session of sessions) {
        await this.#look(session, limits());
        if (this.#isCut) return { found: this.#collector.found, isAll: false };
      }
      cursor = next ?? undefined;
    } while (cursor !== undefined);
    return { found: this.#collector.found, isAll: !this.#hasSealed };
  }

  async #look({ key, sessionId, userId }: ListedSummary, limits: StepLimits): Promise<void> {
    const atMost = this.#left;
    let isCut = false;
    // What is said is readable only in what the read gives: a store can decrypt it. Times need not be in order:
    // who imports a session, or writes past this package, says what they are.
    const visitor = (): EntryVisitor => {
      let seen = 0;
      isCut = false;
      return () => {
        isCut = seen === atMost;
        if (isCut) return 'stop';
        seen += 1;
        return 'take';
      };
    };
    const selection = { kind: 'walk', visitor, sizeHint: FEW } as const;
    const params = { key, sessionId, entries: selection, briefHead: true, ...limits };
    const read = await this.#store.read(params);
    if (read === null) return;
    const { entries, head, visited } = read;
    this.#left -= entries.length;
    this.#isCut = isCut;
    // Other programs can have counted wrong.
    const length = isCut ? head.metadata.message_count : visited;
    const first = Math.max(visited, length) - entries.length;
    for (const [at, entry] of entries.entries()) {
      this.#hasSealed ||= isSealedEntry(entry);
      if (!isFound(entry, this.#search)) continue;
      this.#collector.add({ key, sessionId, userId, index: first + at, entry });
    }
  }
}
