/**
 * A walk over a history from its end, for stores.
 *
 * @module
 */
import type { EntryVisitor, HistoryTail } from '../store.ts';
import { entryId, isMessageEntry } from './document-head.ts';
import type { MessageEntry } from './document.ts';

/**
 * Hands the values of `messages` to a visitor, newest first, and collects what it takes. Values that
 * are no entries are passed over, as the SDK's own file session does with corrupt records.
 */
export class HistoryWalk {
  /** Whether the visitor has enough. */
  ended = false;
  /** How many values were looked at, without the one that the visitor stopped before. */
  visited = 0;
  readonly #visit: EntryVisitor;
  readonly #taken: MessageEntry[] = [];
  #lastId = '';

  constructor(visit: EntryVisitor) {
    this.#visit = visit;
  }

  /** The entries that were taken, oldest first. */
  get entries(): MessageEntry[] {
    return this.#taken.toReversed();
  }

  /** Shows the next older value. */
  see(value: unknown): void {
    const verdict = isMessageEntry(value) ? this.#visit(value) : 'skip';
    this.ended = verdict === 'last' || verdict === 'stop';
    if (verdict === 'stop') return;
    if (this.visited === 0) this.#lastId = entryId(value);
    this.visited += 1;
    if (verdict !== 'skip') this.#taken.push(value as MessageEntry);
  }

  /** Shows values, which stand oldest first, until the visitor has enough. */
  seeAll(values: readonly unknown[]): void {
    for (let index = values.length - 1; index >= 0 && !this.ended; index -= 1) {
      this.see(values[index]);
    }
  }

  /** Names the end of the history that was walked. */
  tail(generation: number): HistoryTail | null {
    return this.visited === 0 ? null : { generation, lastId: this.#lastId };
  }
}

/**
 * The visitor that takes every entry.
 */
export function takeAll(): EntryVisitor {
  return () => 'take';
}
