/**
 * Puts a page together from sessions that come in any order, and keeps no more of them than it needs.
 *
 * @module
 */
import type { ListCursor, ListParams, SessionSummary } from '../directory-store.ts';
import { comparePlaces, placeOfSession } from './list-order.ts';
import { matchesFilter } from './session-filter.ts';

/**
 * A page as it stands in the order.
 */
export interface CollectedPage<S> {
  readonly sessions: readonly S[];
  readonly next: ListCursor | null;
}

/**
 * Collects one page.
 */
export class PageCollector<S extends SessionSummary> {
  readonly #params: ListParams;
  /** In order; one more than the page holds, which says whether there is another page. */
  readonly #best: { readonly place: ListCursor; readonly session: S }[] = [];

  constructor(params: ListParams) {
    this.#params = params;
  }

  /** Takes the session in if it matches and belongs to the page; one that came before, once. */
  add(session: S): void {
    const { limit, cursor, descending, orderBy } = this.#params;
    const place = placeOfSession(session, orderBy);
    if (cursor !== undefined && comparePlaces(place, cursor, descending) <= 0) return;
    if (this.isBehind(place) || !matchesFilter(session, this.#params)) return;
    // A session can be shown twice, with another time the second time.
    const known = this.#best.findIndex((one) => one.session.key === session.key);
    if (known !== -1) this.#best.splice(known, 1);
    const at = this.#best.findLastIndex((one) => comparePlaces(one.place, place, descending) < 0);
    this.#best.splice(at + 1, 0, { place, session });
    if (this.#best.length > limit + 1) this.#best.pop();
  }

  /** Says whether no session behind a place can belong to the page any more. */
  isBehind(place: ListCursor): boolean {
    const { limit, descending } = this.#params;
    const last = this.#best[limit];
    return last !== undefined && comparePlaces(place, last.place, descending) > 0;
  }

  /** The page of what was added. */
  page(): CollectedPage<S> {
    const { limit } = this.#params;
    const page = this.#best.slice(0, limit);
    const next = this.#best.length > limit ? page.at(-1)?.place : undefined;
    return { sessions: page.map(({ session }) => session), next: next ?? null };
  }
}
