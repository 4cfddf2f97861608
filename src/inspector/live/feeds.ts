/**
 * The feeds of an inspector: one for each session that somebody looks at, and one for the list.
 *
 * @module
 */
import type { InspectedStore } from '../inspected-store.ts';
import { Feed, type FeedEvent } from './feed.ts';
import { ListSource } from './list-source.ts';
import { SessionSource } from './session-source.ts';

/**
 * Gives all who look at the same session the same feed.
 */
export class Feeds {
  readonly #inspected: InspectedStore;
  readonly #sessions = new Map<string, Feed>();
  readonly #list: Feed;

  constructor(inspected: InspectedStore) {
    this.#inspected = inspected;
    this.#list = new Feed(() => new ListSource(inspected));
  }

  /** Tells of a session, until what it gives is called. */
  listenToSession(sessionId: string, listener: (event: FeedEvent) => void): () => void {
    const known = this.#sessions.get(sessionId);
    const feed = known ?? new Feed(() => new SessionSource(this.#inspected, sessionId));
    this.#sessions.set(sessionId, feed);
    const stop = feed.listen(listener);
    return () => {
      stop();
      if (!feed.hasListeners && this.#sessions.get(sessionId) === feed) {
        this.#sessions.delete(sessionId);
      }
    };
  }

  /** Tells of the list, until what it gives is called. */
  listenToList(listener: (event: FeedEvent) => void): () => void {
    return this.#list.listen(listener);
  }

  /** How many sessions are looked at. */
  get watched(): number {
    return this.#sessions.size;
  }

  /** Looks no more. */
  end(): void {
    for (const feed of [this.#list, ...this.#sessions.values()]) feed.end();
    this.#sessions.clear();
  }
}
