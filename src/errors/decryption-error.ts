/**
 * The error of what is encrypted, or should be.
 *
 * @module
 */
import { SessionError, type SessionErrorOptions } from './session-error.ts';

/**
 * Why something could not be read:
 *
 * - `not_authentic`: it was changed, it comes from another place, session or user, or the key that has
 *   its id here is another one.
 * - `unknown_key`: the keyring has no key with its id (any more).
 * - `not_encrypted`: it stands there as plain text, and the session is not `migrating`.
 * - `no_keyring`: it is encrypted, and the session was opened without `encryption`.
 */
export type DecryptionProblem = 'not_authentic' | 'unknown_key' | 'not_encrypted' | 'no_keyring';

/**
 * What one of these is about.
 */
export interface DecryptionFailure {
  readonly sessionId: string;
  /** See {@link DecryptionError.entryId}. */
  readonly entryId: string | null;
  /** See {@link DecryptionError.field}. */
  readonly field: 'messages' | 'handoff_context';
  readonly problem: DecryptionProblem;
  /** See {@link DecryptionError.keyId}. */
  readonly keyId?: string | null;
}

/**
 * Something of an encrypted session could not be read. Nothing is passed over for it: the call fails,
 * and has changed nothing.
 *
 * @example
 * ```ts
 * import { DecryptionError, JSONSession } from 'agents-json-session';
 * import { createKeyring } from 'agents-json-session/encryption';
 *
 * const key = crypto.getRandomValues(new Uint8Array(32));
 * const encryption = await createKeyring({ current: 'k1', keys: { k1: key } });
 * const session = new JSONSession({ sessionId: 'chat-1', encryption });
 * try {
 *   console.log(await session.getMessages());
 * } catch (error) {
 *   if (!(error instanceof DecryptionError)) throw error;
 *   console.error(error.problem, error.entryId, error.keyId);
 * }
 * ```
 */
export class DecryptionError extends SessionError {
  readonly code = 'decryption_failed';
  readonly sessionId: string;
  /** The message that cannot be read; null for a handoff context, or an entry that has no id. */
  readonly entryId: string | null;
  /** Where it stands in the document. */
  readonly field: 'messages' | 'handoff_context';
  readonly problem: DecryptionProblem;
  /** The id of the key that it asks for, or null where it names none. */
  readonly keyId: string | null;

  constructor(failure: DecryptionFailure, options?: SessionErrorOptions) {
    const { sessionId, entryId, field, problem, keyId = null } = failure;
    const what = entryId === null ? field : `message ${entryId}`;
    super(`Cannot read ${what} of session ${sessionId}: ${problem.replaceAll('_', ' ')}`, options);
    this.sessionId = sessionId;
    this.entryId = entryId;
    this.field = field;
    this.problem = problem;
    this.keyId = keyId;
  }
}
