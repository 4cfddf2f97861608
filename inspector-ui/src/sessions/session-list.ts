/**
 * The sessions of a list, page by page.
 *
 * @module
 */
import { signal } from '@preact/signals';
import { isAbort, request } from '../api/client.ts';
import type { ListedSession, SessionPage } from '../api/types.ts';
import { filterQuery, type Filters, orderQuery } from './filters.ts';

const PAGE = 100;
/** A store may have to come by every session to count them. */
const COUNTED_AGAIN_MS = 5000;

/** A list that grows as a person goes down, and follows what is written. */
export class SessionList {
  readonly sessions = signal<readonly ListedSession[]>([]);
  readonly status = signal<'loading' | 'ready' | 'failed'>('loading');
  readonly error = signal<unknown>(null);
  /** How many sessions match, once it is known. */
  readonly count = signal<number | null>(null);

  readonly #filters: Filters;
  readonly #ending = new AbortController();
  #cursor: string | null = null;
  #isLoading = false;
  #countedAt = 0;

  constructor(filters: Filters) {
    this.#filters = filters;
  }

  /** Whether there are sessions behind the last one here. */
  get hasMore(): boolean {
    return this.#cursor !== null;
  }

  /** Loads the first page. */
  async load(): Promise<void> {
    this.status.value = 'loading';
    await this.#try(async () => {
      const { sessions, cursor } = await this.#page(null);
      this.#cursor = cursor;
      this.sessions.value = sessions;
      this.status.value = 'ready';
    });
    await this.#loadCount();
  }

  /** Loads the next page, if there is one. */
  async loadMore(): Promise<void> {
    if (this.#isLoading || this.#cursor === null) return;
    this.#isLoading = true;
    await this.#try(async () => {
      const { sessions, cursor } = await this.#page(this.#cursor);
      this.#cursor = cursor;
      this.sessions.value = withoutRepeats([...this.sessions.peek(), ...sessions]);
    });
    this.#isLoading = false;
  }

  /** Takes over what has changed on the first page. */
  async refresh(): Promise<void> {
    if (this.#isLoading) return;
    await this.#try(async () => {
      const { sessions, cursor } = await this.#page(null);
      const known = this.sessions.peek();
      if (known.length <= PAGE) this.#cursor = cursor;
      this.sessions.value =
        known.length <= PAGE ? sessions : withoutRepeats([...sessions, ...this.#behind(sessions)]);
      this.status.value = 'ready';
    });
    if (!this.hasMore || Date.now() - this.#countedAt > COUNTED_AGAIN_MS) await this.#loadCount();
  }

  /** Ends what is under way. */
  end(): void {
    this.#ending.abort();
  }

  /** What stands behind a first page that has changed: the rest of it is gone or has moved. */
  #behind(page: readonly ListedSession[]): ListedSession[] {
    const last = page.at(-1);
    if (last === undefined) return [];
    const { order, descending } = orderQuery(this.#filters);
    const placeOf = (session: ListedSession): string =>
      order === 'id' ? session.sessionId : session[order === 'created' ? 'createdAt' : 'updatedAt'];
    const end = placeOf(last);
    return this.sessions
      .peek()
      .filter((session) => (descending ? placeOf(session) <= end : placeOf(session) >= end));
  }

  #page(cursor: string | null): Promise<SessionPage> {
    const query = {
      ...filterQuery(this.#filters),
      ...orderQuery(this.#filters),
      limit: PAGE,
      cursor: cursor ?? undefined,
    };
    return request<SessionPage>('sessions', { query, signal: this.#ending.signal });
  }

  async #loadCount(): Promise<void> {
    // There is nothing behind what is here.
    if (!this.hasMore && this.status.peek() === 'ready') {
      this.count.value = this.sessions.peek().length;
      return;
    }
    this.#countedAt = Date.now();
    await this.#try(async () => {
      const query = filterQuery(this.#filters);
      const answer = await request<{ count: number }>('sessions/count', {
        query,
        signal: this.#ending.signal,
      });
      this.count.value = answer.count;
    });
  }

  async #try(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (isAbort(error)) return;
      // What is here stays, where there is something.
      if (this.status.peek() === 'ready') return;
      this.error.value = error;
      this.status.value = 'failed';
    }
  }
}

function withoutRepeats(sessions: readonly ListedSession[]): ListedSession[] {
  const byId = new Map<string, ListedSession>();
  for (const session of sessions) {
    if (!byId.has(session.sessionId)) byId.set(session.sessionId, session);
  }
  return [...byId.values()];
}
