/**
 * What tells one state of a session from another.
 *
 * @module
 */
import type { SessionSnapshot } from '../../index.ts';

/**
 * Gives a text that is another one after every change: the life of the session, the generation of its
 * history, and more, with dots between them.
 *
 * @param snapshot - Of the head alone.
 */
export function versionOf({ incarnation, length, head }: SessionSnapshot): string {
  // In a document of the Python class it is a time.
  const life = incarnation.replaceAll('.', '_');
  return [life, head.state?.generation ?? 0, length, head.updated_at].join('.');
}
