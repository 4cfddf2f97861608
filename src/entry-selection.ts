/**
 * Which entries a read wants.
 *
 * @module
 */
import type { MessageEntry } from './document/document.ts';

/**
 * Sees entries from the newest to the oldest and says for each whether it belongs to the answer.
 * `stop` ends the walk without the entry, `last` takes it and ends the walk. Of an encrypted session it
 * sees all but the text: whether there is an item and of which role, and nothing that is said.
 */
export type EntryVisitor = (entry: MessageEntry) => 'take' | 'last' | 'skip' | 'stop';

/**
 * Which entries a read wants beside the head of the document.
 *
 * A walk can begin again with a fresh visitor when a writer changed the history in between. With
 * `within: 'history'` it ends where the model's view begins: at the entry that `history_start` names,
 * as long as that entry is there.
 */
export type EntrySelection =
  | { readonly kind: 'none' }
  | { readonly kind: 'all'; readonly within?: 'history' }
  | {
      readonly kind: 'walk';
      readonly within?: 'history';
      /** Begins a walk. */
      readonly visitor: () => EntryVisitor;
      /** How many entries the walk will probably look at. */
      readonly sizeHint: number;
    };
