/**
 * What a document remembers of the rewrites of its history.
 *
 * @module
 */
import type { DocumentHead, DocumentState } from './document.ts';

/** How many rewrites are remembered. */
export const CHANGES_KEPT = 16;

type Change = DocumentState['changes'][number];

/**
 * Gives the rewrites that a document remembers, oldest first; what is no such record is left out.
 */
export function recordedChanges({ state }: Pick<DocumentHead, 'state'>): Change[] {
  const changes: unknown = state?.changes;
  return Array.isArray(changes) ? changes.filter(isChange) : [];
}

function isChange(value: unknown): value is Change {
  if (!Array.isArray(value)) return false;
  const [generation, lowestIndex] = value as unknown[];
  return (
    typeof generation === 'number' && Number.isInteger(lowestIndex) && Number(lowestIndex) >= 0
  );
}
