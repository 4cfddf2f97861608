/**
 * Looks at something again and again, for as long as somebody wants to know, and tells all who do.
 *
 * @module
 */
import { failureCode } from '../api/failures.ts';
import { pause } from './pause.ts';

/**
 * What is told.
 */
export interface FeedEvent {
  readonly name: 'changed' | 'gone' | 'unavailable';
  readonly data: { readonly version?: string; readonly code?: string };
}

/**
 * What is looked at.
 */
export interface FeedSource {
  /** Looks now. */
  look: (signal: AbortSignal) => Promise<FeedEvent>;
  /** Waits until it is worth another look; the signal ends it. */
  next: (signal: AbortSignal) => Promise<void>;
  /** Gives back what looking took. */
  stop: () => void;
}

/** Milliseconds between two looks, however fast it changes. */
const LEAST_PAUSE_MS = 100;
/** Milliseconds until a store that failed is asked again. */
const FAILURE_PAUSE_MS = 1000;

/**
 * Tells listeners of each change. A look is taken by all of them together.
 */
export class Feed {
  readonly #newSource: () => FeedSource;
  readonly #listeners = new Set<(event: FeedEvent) => void>();
  #last: FeedEvent | null = null;
  #looking: AbortController | null = null;

  constructor(newSource: () => FeedSource) {
    this.#newSource = newSource;
  }

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  /**
   * Tells how it is now, and then each change, until what it gives is called.
   */
  listen(listener: (event: FeedEvent) => void): () => void {
    this.#listeners.add(listener);
    if (this.#last !== null) listener(this.#last);
    if (this.#looking === null) {
      this.#looking = new AbortController();
      void this.#look(this.#looking.signal);
    }
    return () => {
      this.#listeners.delete(listener);
      if (!this.hasListeners) this.end();
    };
  }

  /** Looks no more. */
  end(): void {
    this.#looking?.abort();
    this.#looking = null;
    this.#last = null;
  }

  async #look(signal: AbortSignal): Promise<void> {
    const source = this.#newSource();
    while (!signal.aborted) {
      const event = await lookAt(source, signal);
      if (signal.aborted) break;
      this.#tell(event);
      await pause(event.name === 'unavailable' ? FAILURE_PAUSE_MS : LEAST_PAUSE_MS, signal);
      if (event.name !== 'unavailable') await source.next(signal);
    }
    source.stop();
  }

  #tell(event: FeedEvent): void {
    if (isSame(event, this.#last)) return;
    this.#last = event;
    for (const listener of this.#listeners) listener(event);
  }
}

async function lookAt(source: FeedSource, signal: AbortSignal): Promise<FeedEvent> {
  try {
    return await source.look(signal);
  } catch (error) {
    return { name: 'unavailable', data: { code: failureCode(error) } };
  }
}

function isSame(one: FeedEvent, other: FeedEvent | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
