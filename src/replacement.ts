/**
 * Entries that are kept in another way, and mean what they meant.
 *
 * @module
 */
import type { JsonValue, MessageEntry } from './document/document.ts';
import type { WriteParams, WriteResult } from './store.ts';

/**
 * Parameters of `SessionStore.replace`.
 */
export interface ReplaceParams extends WriteParams {
  /** That the history must still have. */
  readonly generation: number;
  /** Where in `messages` the first of the entries stands. */
  readonly index: number;
  /** One behind the other, whole, each with the id of the one that it replaces; may be none. */
  readonly entries: readonly MessageEntry[];
  /** What must stand there, as a read gave it, and what comes in its place. */
  readonly handoffContext?: { readonly before: JsonValue; readonly after: JsonValue } | undefined;
}

/**
 * What `SessionStore.replace` did.
 */
export interface ReplaceResult extends WriteResult {
  /** That the history has now; left out where the write was recognised as a repeat. */
  readonly generation?: number;
}
