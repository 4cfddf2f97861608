/**
 * Receipts for a history that was read, by which the SDK has only that history compacted.
 *
 * @module
 */
import { isSameLife } from '../document/incarnation.ts';
import type { SessionSnapshot } from '../store.ts';

/** The version of a history that someone has read and added to. */
interface KnownHistory {
  /** Null where there was no session yet. */
  readonly incarnation: string | null;
  readonly generation: number;
  /** The number of entries that were read, and the id of the last one. */
  readonly length: number;
  readonly lastId: string;
  /** How many entries the holder has added. */
  added: number;
}

/**
 * The receipts of one session object. Each is good while nobody but its holder changes the history, in
 * any process.
 */
export class HistoryReceipts {
  readonly #known = new WeakMap<object, KnownHistory>();

  /**
   * Gives a receipt for a history, read as a whole; null where there is no session.
   */
  grant(snapshot: SessionSnapshot | null): object {
    const receipt = Object.freeze({});
    this.#known.set(receipt, {
      incarnation: snapshot?.incarnation ?? null,
      generation: generationOf(snapshot),
      length: snapshot?.entries.length ?? 0,
      lastId: snapshot?.entries.at(-1)?.id ?? '',
      added: 0,
    });
    return receipt;
  }

  /**
   * Takes note of entries that the holder of a receipt has added. They do not make a receipt good
   * again.
   */
  noteAdded(receipt: object | null, count: number): void {
    const known = receipt === null ? undefined : this.#known.get(receipt);
    if (known !== undefined) known.added += count;
  }

  /**
   * Tells whether the history still is what the receipt was given for and what its holder has added.
   */
  isGood(receipt: object | null, { incarnation, head, entries }: SessionSnapshot): boolean {
    const known = receipt === null ? undefined : this.#known.get(receipt);
    if (known === undefined) return false;
    return (
      isSameLife(head, known.incarnation ?? incarnation) &&
      known.generation === (head.state?.generation ?? 0) &&
      (entries[known.length - 1]?.id ?? '') === known.lastId &&
      entries.length === known.length + known.added
    );
  }
}

function generationOf(snapshot: SessionSnapshot | null): number {
  return snapshot?.head.state?.generation ?? 0;
}
