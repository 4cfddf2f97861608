/**
 * One life of a session id, from create to delete or expiry, and how to tell it from another.
 *
 * @module
 */
import type { DocumentHead } from './document.ts';

const BY_CREATION = 'created:';

/**
 * Identifies the life that a document belongs to. A document of the Python class has no incarnation
 * until our first write to it; until then its creation time stands for it.
 */
export function incarnationOf(head: Pick<DocumentHead, 'created_at' | 'state'>): string {
  return head.state?.incarnation ?? `${BY_CREATION}${head.created_at}`;
}

/**
 * Tells whether a life was seen by its creation time only: a write gives it an incarnation.
 */
export function isKnownByCreation(incarnation: string): boolean {
  return incarnation.startsWith(BY_CREATION);
}

/**
 * Tells whether a document still is the life that was seen before. Creation times are compared as
 * numbers: RedisJSON prints `1795357251.0` where JavaScript prints `1795357251`.
 */
export function isSameLife(
  head: Pick<DocumentHead, 'created_at' | 'state'>,
  incarnation: string,
): boolean {
  if (isKnownByCreation(incarnation)) {
    return Number(incarnation.slice(BY_CREATION.length)) === head.created_at;
  }
  return head.state?.incarnation === incarnation;
}

/**
 * Gives the incarnation that a create was to begin, which is the id of its unknown outcome, or null for
 * another id.
 */
export function createdIncarnation(operationId: string | undefined): string | null {
  return /^[\da-f]{32}$/u.exec(operationId ?? '')?.[0] ?? null;
}
