/**
 * A walk over a history from its end, for stores.
 *
 * @module
 */
import type { EntrySelection, EntryVisitor, HistoryTail } from '../store.ts';
import { entryId, isMessageEntry } from './document-head.ts';
import type { DocumentHead, MessageEntry } from './document.ts';

/** A selection that looks at entries. */
export type WalkedSelection = Exclude<EntrySelection, { readonly kind: 'none' }>;

/**
 * Hands the values of `messages` to a visitor, newest first, and collects what it takes. Values that
 * are no entries are passed over, as the SDK's own file session does with corrupt records.
 */
export class HistoryWalk {
  /** Whether the visitor has enough, or the walk may go no further. */
  ended = false;
  /** How many values were looked at, without the one that the walk stopped before. */
  visited = 0;
  readonly #visit: EntryVisitor;
  readonly #hiddenId: string | null;
  readonly #within: 'history' | undefined;
  readonly #taken: MessageEntry[] = [];
  #inHistory: number | null = null;
  #lastId = '';

  /**
   * @param head - Of the document, which says where the model's view begins.
   */
  constructor(selection: WalkedSelection, head: Pick<DocumentHead, 'state'>) {
    this.#visit = selection.kind === 'walk' ? selection.visitor() : () => 'take';
    this.#within = selection.within;
    this.#hiddenId = hiddenId(head);
  }

  /** The entries that were taken, oldest first. */
  get entries(): MessageEntry[] {
    return this.#taken.toReversed();
  }

  /** How many of them, counted from the newest, the model still sees. */
  get inHistory(): number {
    return this.#inHistory ?? this.#taken.length;
  }

  /** Shows the next older value. */
  see(value: unknown): void {
    if (this.#hiddenId !== null && entryId(value) === this.#hiddenId) {
      this.#inHistory = this.#taken.length;
      this.ended = this.#within === 'history';
      if (this.ended && this.visited === 0) this.#lastId = this.#hiddenId;
      if (this.ended) return;
    }
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
    const isUnseen = this.visited === 0 && this.#lastId === '';
    return isUnseen ? null : { generation, lastId: this.#lastId };
  }
}

/**
 * The id of the last entry that the model no longer sees, or null where it sees everything. It counts
 * only while an entry with this id is there: other programs do not know of it.
 */
export function hiddenId({ state }: Pick<DocumentHead, 'state'>): string | null {
  const id: unknown = state?.history_start?.id;
  return typeof id === 'string' && id !== '' ? id : null;
}
