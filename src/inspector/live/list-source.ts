/**
 * All sessions, for a feed.
 *
 * @module
 */
import { createHash } from 'node:crypto';

import type { InspectedStore } from '../inspected-store.ts';
import type { FeedEvent, FeedSource } from './feed.ts';
import { pause } from './pause.ts';

const INTERVAL_MS = 500;
/** Sessions that were written last, of which a change is told. */
const NEWEST = 50;
/** Where there is no index, a store comes by every session: it is not to do that all the time. */
const PAUSE_FOR_LOOK = 10;

/**
 * Looks at the sessions that were written last.
 */
export class ListSource implements FeedSource {
  readonly #inspected: InspectedStore;
  #lookTook = 0;

  constructor(inspected: InspectedStore) {
    this.#inspected = inspected;
  }

  async look(signal: AbortSignal): Promise<FeedEvent> {
    const start = performance.now();
    const { sessions } = await this.#inspected.directory.list({ limit: NEWEST, signal });
    this.#lookTook = performance.now() - start;
    const seen = sessions.map(({ sessionId, createdAt, updatedAt, messageCount }) => [
      sessionId,
      createdAt,
      updatedAt,
      messageCount,
    ]);
    const version = createHash('sha256').update(JSON.stringify(seen)).digest('base64url');
    return { name: 'changed', data: { version } };
  }

  async next(signal: AbortSignal): Promise<void> {
    await pause(Math.max(INTERVAL_MS, this.#lookTook * PAUSE_FOR_LOOK), signal);
  }

  stop(): void {
    // It holds nothing.
  }
}
