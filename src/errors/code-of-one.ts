/**
 * Errors of one session that say the same of all that follow.
 *
 * @module
 */
import { SessionError, type SessionErrorCode } from '../errors.ts';

const OF_THE_WHOLE: ReadonlySet<SessionErrorCode> = new Set([
  'aborted',
  'store_closed',
  'store_unavailable',
]);

/**
 * Gives the code of an error that is about one session alone.
 *
 * @throws the error, where it is about all of them.
 */
export function codeOfOne(error: unknown): SessionErrorCode {
  if (error instanceof SessionError && !OF_THE_WHOLE.has(error.code)) return error.code;
  throw error;
}
