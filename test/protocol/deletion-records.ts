/**
 * What is remembered of deletes beside a session, as `deleted-lives.lua` does.
 *
 * @module
 */

const RECORDS_KEPT = 64;

/** In the place of an incarnation, for a call that found nothing to delete. */
export const NOTHING = '-';

export interface DeletionRecord {
  /** Of the life that was deleted, or {@link NOTHING}. */
  readonly incarnation: string;
  /** Name of the call. */
  readonly call: string;
}

/**
 * Gives the records with a new one at the end, without those past the number kept: calls that found
 * nothing go first.
 */
export function recordDeletion(
  records: readonly DeletionRecord[],
  record: DeletionRecord,
): DeletionRecord[] {
  const kept = [...records, record];
  while (kept.length > RECORDS_KEPT) {
    const idle = kept.findIndex(({ incarnation }) => incarnation === NOTHING);
    kept.splice(Math.max(0, idle), 1);
  }
  return kept;
}

/** Whether a life is known to be over because somebody deleted it. */
export function wasDeleted(records: readonly DeletionRecord[], incarnation: string): boolean {
  return records.some((record) => record.incarnation === incarnation);
}

/** Gives how a call ended that has been here before, or null. */
export function deletionBy(
  records: readonly DeletionRecord[],
  call: string,
): 'deleted' | 'nothing' | null {
  const known = records.filter((record) => record.call === call);
  if (known.length === 0) return null;
  return known.some(({ incarnation }) => incarnation === NOTHING) ? 'nothing' : 'deleted';
}
