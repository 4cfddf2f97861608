/**
 * One session, for a feed.
 *
 * @module
 */
import { SessionChanges } from '../../following/session-changes.ts';
import type { InspectedStore } from '../inspected-store.ts';
import type { FeedEvent, FeedSource } from './feed.ts';
import { versionOf } from './session-version.ts';

/** Milliseconds between looks, where the store does not tell. */
const INTERVAL_MS = 500;

/**
 * Looks at the version of a session when the store tells of a change, else every now and then.
 */
export class SessionSource implements FeedSource {
  readonly #inspected: InspectedStore;
  readonly #sessionId: string;
  readonly #end = new AbortController();
  #changes: SessionChanges | null = null;

  constructor(inspected: InspectedStore, sessionId: string) {
    this.#inspected = inspected;
    this.#sessionId = sessionId;
  }

  async look(signal: AbortSignal): Promise<FeedEvent> {
    try {
      await (await this.#watched()).watch();
      const snapshot = await this.#inspected.head(this.#sessionId, { signal });
      if (snapshot === null) return { name: 'gone', data: {} };
      return { name: 'changed', data: { version: versionOf(snapshot) } };
    } catch (error) {
      // A store that is back may be watched again.
      this.#unwatch();
      throw error;
    }
  }

  async next(signal: AbortSignal): Promise<void> {
    const end = (): void => this.#end.abort();
    signal.addEventListener('abort', end, { once: true });
    if (!signal.aborted) await this.#changes?.next().catch(() => {});
    signal.removeEventListener('abort', end);
  }

  stop(): void {
    this.#end.abort();
    this.#unwatch();
  }

  async #watched(): Promise<SessionChanges> {
    const store = await this.#inspected.store();
    return (this.#changes ??= new SessionChanges({
      store,
      key: this.#inspected.keyPrefix + this.#sessionId,
      intervalMs: INTERVAL_MS,
      signal: this.#end.signal,
    }));
  }

  #unwatch(): void {
    this.#changes?.[Symbol.dispose]();
    this.#changes = null;
  }
}
