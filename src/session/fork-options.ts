/**
 * What callers say of the fork that they want.
 *
 * @module
 */
import type { WriteOptions } from './writing/caller-operation.ts';
import { checkId, checkName } from './input-validation.ts';

/**
 * Options of `fork`.
 */
export interface ForkOptions extends WriteOptions {
  /**
   * Id of the new session.
   *
   * @defaultValue a random UUID
   */
  sessionId?: string | undefined;
  /**
   * Id of the last message that the fork has. Calls that the model sees up to there must have the
   * results that they have in this session, and reasoning what it led to.
   *
   * @defaultValue the newest message
   */
  upTo?: string | undefined;
}

/**
 * Gives the id that the fork is to have, and up to which message it goes; null for the newest.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong.
 */
export function checkForkOptions({ sessionId, upTo }: ForkOptions): {
  sessionId: string;
  upTo: string | null;
} {
  return {
    sessionId: sessionId === undefined ? crypto.randomUUID() : checkId(sessionId, 'sessionId'),
    upTo: upTo === undefined ? null : checkName(upTo, 'upTo'),
  };
}
