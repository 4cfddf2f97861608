/**
 * Which entries a read has looked at: all of them are opened, also those that it does not give, for one
 * that was changed could be passed over otherwise.
 *
 * @module
 */
import { DecryptionError } from '../errors.ts';
import type { MessageEntry } from '../document/document.ts';
import type { EntrySelection, SessionSnapshot } from '../store.ts';
import { readableEntry } from './sealed-entry.ts';

/**
 * A selection over encrypted entries.
 */
export class SeenEntries {
  /** As the store is asked for it. */
  readonly selection: EntrySelection;
  #seen: MessageEntry[] = [];
  #stopped = 0;

  constructor(selection: EntrySelection) {
    this.selection = selection.kind === 'walk' ? this.#watched(selection) : selection;
  }

  /** Those that the read has looked at and does not give. */
  notIn({ entries }: SessionSnapshot): MessageEntry[] {
    const given = new Set(entries);
    return this.#seen.filter((entry) => !given.has(entry));
  }

  /**
   * Checks that nothing was passed over which is no entry: it can have been one.
   *
   * @throws {@link DecryptionError} (`decryption_failed`).
   */
  checkWhole({ entries, visited }: SessionSnapshot, sessionId: string): void {
    const { kind } = this.selection;
    if (kind === 'none') return;
    const count = kind === 'walk' ? this.#seen.length - this.#stopped : entries.length;
    if (count === visited) return;
    const failure = { sessionId, entryId: null, field: 'messages' } as const;
    throw new DecryptionError({ ...failure, problem: 'not_authentic' });
  }

  #watched(selection: Extract<EntrySelection, { kind: 'walk' }>): EntrySelection {
    return {
      ...selection,
      visitor: () => {
        [this.#seen, this.#stopped] = [[], 0];
        const visit = selection.visitor();
        return (entry) => {
          const verdict = visit(readableEntry(entry));
          this.#seen.push(entry);
          if (verdict === 'stop') this.#stopped = 1;
          return verdict;
        };
      },
    };
  }
}
