/**
 * Which messages a search finds, and in which order: the same in every store.
 *
 * @module
 */
import type { EntryFilter, FoundEntry } from '../directory-store.ts';
import { isMessageEntry } from '../document/document-head.ts';
import type { MessageEntry } from '../document/document.ts';
import { wordsOf } from './words.ts';

/**
 * Tells whether a value of `messages` is one that is searched.
 */
export function isFound(
  value: unknown,
  { words, role, agent, since }: EntryFilter,
): value is MessageEntry {
  if (!isMessageEntry(value)) return false;
  if (role !== undefined && value.role !== role) return false;
  if (agent !== undefined && value.agent !== agent) return false;
  if (since !== undefined && timeOf(value) < since) return false;
  const found = wordsOf(value.content);
  return [...words].every((word) => found.has(word));
}

/**
 * Gives when a message was stored, as Unix time in seconds; 0 where another program has left it out.
 */
export function timeOf({ timestamp }: MessageEntry): number {
  return typeof timestamp === 'number' ? timestamp : 0;
}

/**
 * Where a message stands, and since when.
 */
export interface TimedPlace {
  readonly key: string;
  readonly index: number;
  /** Unix time in seconds. */
  readonly time: number;
}

/**
 * Compares two places for an order: the newest first, those of one time by their sessions and from the end
 * of each.
 */
export function comparePlaces(one: TimedPlace, other: TimedPlace): number {
  if (one.time !== other.time) return other.time - one.time;
  if (one.key !== other.key) return one.key < other.key ? -1 : 1;
  return other.index - one.index;
}

/**
 * Collects the first messages of those that come in any order, and keeps no more than it needs.
 */
export class FoundCollector {
  readonly #limit: number;
  readonly #best: FoundEntry[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The messages in order. */
  get found(): readonly FoundEntry[] {
    return this.#best;
  }

  /** Takes a message in if it belongs to the first. */
  add(entry: FoundEntry): void {
    const place = placeOf(entry);
    const at = this.#best.findLastIndex((one) => comparePlaces(placeOf(one), place) < 0);
    if (at + 1 >= this.#limit) return;
    this.#best.splice(at + 1, 0, entry);
    if (this.#best.length > this.#limit) this.#best.pop();
  }
}

function placeOf({ key, index, entry }: FoundEntry): TimedPlace {
  return { key, index, time: timeOf(entry) };
}
