/**
 * Marks of what is recorded of runs.
 *
 * @module
 */
import type { Deadline } from '../../deadline.ts';
import type { SessionHandle } from '../session-handle.ts';

/**
 * Reads the marks of a session's document; there are none before the session is created.
 */
export async function readMarks(handle: SessionHandle, deadline?: Deadline): Promise<string> {
  const snapshot = await handle.read({ kind: 'none' }, deadline);
  const marks: unknown = snapshot?.head.usage?.marks;
  return typeof marks === 'string' ? marks : '';
}
