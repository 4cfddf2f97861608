/**
 * One page of a document, and how it fits to others.
 *
 * @module
 */
import { CHANGES_KEPT, recordedChanges } from '../../../document/changes.ts';
import { entryId } from '../../../document/document-head.ts';
import type { DocumentHead } from '../../../document/document.ts';
import type { AppliedOperation } from '../../../store.ts';

/** Values that a page brings at most: of short messages about a millisecond of the server's time. */
export const MOST_VALUES = 1000;

/** Bytes of JSON text that a page is to bring at most: about three milliseconds of the server's time. */
const MOST_BYTES: number = 512 * 1024;

/** Values of a page that is asked for before anything is known of their sizes. */
export const FIRST_PAGE = 250;

/** No document has more: a number past 63 bits in a path ends the server. */
const MOST_ENTRIES: number = 2 ** 31;

/**
 * The head of a document at one moment.
 */
export interface HeadPart {
  readonly head: DocumentHead;
  readonly incarnation: string;
  readonly generation: number;
  readonly operation: AppliedOperation | null;
}

/**
 * A stretch of `messages` with the head of the same moment.
 */
export interface Page extends HeadPart {
  readonly values: unknown[];
  /** About how much they take as JSON text. */
  readonly bytes: number;
}

/**
 * Gives how many values to ask for next, by how much JSON text those of a page take together.
 */
export function nextPageSize(count: number, bytes: number): number {
  const fitting = Math.floor((MOST_BYTES * count) / bytes);
  return Math.min(MOST_VALUES, Math.max(1, fitting));
}

/**
 * Tells how many of the values that were read by `before`, the first `read` of `messages`, are still
 * the same in `after`.
 */
export function untouched(before: Page, after: Page, read: number): number {
  if (before.incarnation !== after.incarnation) return 0;
  if (before.generation === after.generation) return read;
  // A replica that was promoted may never have had what was read.
  if (before.generation > after.generation) return 0;
  const changes = recordedChanges(after.head);
  const reachesBack =
    changes.some(([generation]) => generation === before.generation) ||
    (before.generation === 0 && changes.length < CHANGES_KEPT);
  if (!reachesBack) return 0;
  const since = changes.filter(([generation]) => generation > before.generation);
  return Math.min(read, ...since.map(([, lowestIndex]) => lowestIndex));
}

/**
 * Tells whether an older page ends with the oldest value of a newer one, at the same version.
 */
export function continues(newer: Page, older: Page, oldest: unknown): boolean {
  return (
    newer.incarnation === older.incarnation &&
    newer.generation === older.generation &&
    entryId(oldest) !== '' &&
    sameValue(older.values.at(-1), oldest)
  );
}

/**
 * Tells whether a page begins with a value.
 */
export function startsWith(page: Page, value: unknown): boolean {
  return page.values.length > 0 && sameValue(page.values[0], value);
}

/**
 * Where the oldest value of the newest page stands, by the document's own count. The Python class
 * counts after it appends, and others may write anything; so it counts only once the page before has
 * been seen to overlap. Negative: of no use.
 */
export function positionOfOldest({ head, values }: Page): number {
  const position = head.metadata.message_count - values.length;
  return Number.isInteger(position) && position <= MOST_ENTRIES ? position : -1;
}

/**
 * Where the last entry stands that the model no longer sees, or 0: a hint, until its id was seen.
 */
export function hiddenIndex({ state }: DocumentHead): number {
  const index: unknown = state?.history_start?.index;
  const isUsable = typeof index === 'number' && Number.isInteger(index) && index <= MOST_ENTRIES;
  return isUsable ? Math.max(0, index - 1) : 0;
}

function sameValue(left: unknown, right: unknown): boolean {
  const id = entryId(left);
  return id === '' ? JSON.stringify(left) === JSON.stringify(right) : id === entryId(right);
}
