/**
 * One class per failure, each with a stable `code` to switch on.
 *
 * @module
 */
import type { DecryptionError } from './errors/decryption-error.ts';
import type { SessionErrorCode } from './errors/session-error.ts';
import type {
  SessionNotFoundError,
  SessionExistsError,
  SessionExpiredError,
  SessionLockedError,
  LeaseLostError,
  ConflictError,
  OperationConflictError,
  OperationAppliedError,
  InvalidInputError,
  ItemTooLargeError,
} from './errors/session-errors.ts';
import type {
  WrongKeyTypeError,
  CorruptDocumentError,
  UnsupportedSchemaError,
  StoreUnavailableError,
  CallAbortedError,
  OutcomeUnknownError,
  NotDurableError,
  JsonNotSupportedError,
  OutOfMemoryError,
  StoreClosedError,
  UnsupportedError,
} from './errors/store-errors.ts';

export {
  DecryptionError,
  type DecryptionFailure,
  type DecryptionProblem,
} from './errors/decryption-error.ts';
export {
  SessionError,
  type SessionErrorCode,
  type SessionErrorOptions,
} from './errors/session-error.ts';
export {
  SessionNotFoundError,
  SessionExistsError,
  SessionExpiredError,
  SessionLockedError,
  LeaseLostError,
  ConflictError,
  OperationConflictError,
  OperationAppliedError,
  InvalidInputError,
  ItemTooLargeError,
} from './errors/session-errors.ts';
export {
  WrongKeyTypeError,
  CorruptDocumentError,
  UnsupportedSchemaError,
  StoreUnavailableError,
  CallAbortedError,
  OutcomeUnknownError,
  NotDurableError,
  JsonNotSupportedError,
  OutOfMemoryError,
  StoreClosedError,
  UnsupportedError,
} from './errors/store-errors.ts';

/**
 * Every concrete error of this package, to switch on with exhaustiveness.
 *
 * @example
 * ```ts
 * import type { AnySessionError } from 'agents-json-session';
 *
 * export function isWorthRetrying(error: AnySessionError): boolean {
 *   switch (error.code) {
 *     case 'store_unavailable':
 *     case 'conflict':
 *       return true;
 *     default:
 *       return false;
 *   }
 * }
 * ```
 */
export type AnySessionError =
  | SessionNotFoundError
  | SessionExistsError
  | SessionExpiredError
  | SessionLockedError
  | LeaseLostError
  | ConflictError
  | OperationConflictError
  | OperationAppliedError
  | InvalidInputError
  | ItemTooLargeError
  | WrongKeyTypeError
  | CorruptDocumentError
  | UnsupportedSchemaError
  | DecryptionError
  | StoreUnavailableError
  | CallAbortedError
  | OutcomeUnknownError
  | NotDurableError
  | JsonNotSupportedError
  | OutOfMemoryError
  | StoreClosedError
  | UnsupportedError;

/**
 * Tells which failure an error is, whichever copy of this package made it: stores are shared between
 * the copies of a process, and a stranger's store may come with one of its own.
 */
export function hasCode(error: unknown, code: SessionErrorCode): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
