/**
 * One class per failure, each with a stable `code` to switch on.
 *
 * No message, field or cause of these errors holds conversation text, passwords or client objects.
 *
 * @module
 */
import { AgentsError } from '@openai/agents-core';

/**
 * Every value that {@link SessionError.code} can have.
 */
export type SessionErrorCode =
  | 'session_not_found'
  | 'session_exists'
  | 'session_expired'
  | 'conflict'
  | 'invalid_input'
  | 'item_too_large'
  | 'wrong_key_type'
  | 'corrupt_document'
  | 'unsupported_schema'
  | 'store_unavailable'
  | 'outcome_unknown'
  | 'json_not_supported'
  | 'out_of_memory'
  | 'store_closed';

/**
 * Options that every {@link SessionError} takes.
 */
export interface SessionErrorOptions {
  /** The failure underneath, already free of message text and passwords. */
  cause?: unknown;
}

/**
 * Base class of every error that this package throws, except for the SDK's own `UserError`.
 *
 * It extends the SDK's `AgentsError`, so code that handles errors of a run handles these too. Prefer
 * `error.code` to `instanceof` where two copies of the package can be loaded.
 *
 * @example
 * ```ts
 * import { JSONSession, SessionError } from 'agents-json-session';
 *
 * try {
 *   await JSONSession.load('unknown', { url: 'sqlite::memory:' });
 * } catch (error) {
 *   if (error instanceof SessionError) console.error(error.code);
 * }
 * ```
 */
export abstract class SessionError extends AgentsError {
  /** Stable identifier of the failure. */
  abstract readonly code: SessionErrorCode;

  constructor(message: string, options: SessionErrorOptions = {}) {
    super(message);
    this.name = new.target.name;
    if (options.cause !== undefined) this.cause = options.cause;
  }
}

/**
 * The session does not exist, or belongs to another user (the answer is the same for both).
 */
export class SessionNotFoundError extends SessionError {
  readonly code = 'session_not_found';
  readonly sessionId: string;

  constructor(sessionId: string, options?: SessionErrorOptions) {
    super(`Session not found: ${sessionId}`, options);
    this.sessionId = sessionId;
  }
}

/**
 * `create` met a session with the same id.
 */
export class SessionExistsError extends SessionError {
  readonly code = 'session_exists';
  readonly sessionId: string;

  constructor(sessionId: string, options?: SessionErrorOptions) {
    super(`Session already exists: ${sessionId}`, options);
    this.sessionId = sessionId;
  }
}

/**
 * The session that this handle has seen is gone (expired or deleted) or was replaced by another one
 * with the same id.
 */
export class SessionExpiredError extends SessionError {
  readonly code = 'session_expired';
  readonly sessionId: string;

  constructor(sessionId: string, options?: SessionErrorOptions) {
    super(`Session expired or was deleted: ${sessionId}`, options);
    this.sessionId = sessionId;
  }
}

/**
 * Another writer changed the history in between, again and again, until the call gave up. Nothing
 * was applied; the call can be repeated.
 */
export class ConflictError extends SessionError {
  readonly code = 'conflict';
}

/**
 * An argument or option is not acceptable. Nothing was written.
 */
export class InvalidInputError extends SessionError {
  readonly code = 'invalid_input';
  /** Name of the argument or option, with a path into it where that helps (`items[2]`). */
  readonly field: string;

  constructor(field: string, reason: string, options?: SessionErrorOptions) {
    super(`Invalid ${field}: ${reason}`, options);
    this.field = field;
  }
}

/**
 * An item is larger than the option `maxItemBytes` allows. Nothing was written.
 */
export class ItemTooLargeError extends SessionError {
  readonly code = 'item_too_large';
  readonly field: string;
  /** Size of the item as JSON text in bytes of UTF-8. */
  readonly bytes: number;
  /** The limit in bytes. */
  readonly limit: number;

  constructor(field: string, bytes: number, limit: number) {
    super(`${field} is too large: ${bytes} bytes, the limit is ${limit}`);
    this.field = field;
    this.bytes = bytes;
    this.limit = limit;
  }
}

/**
 * The key of the session holds something that is not a JSON document.
 */
export class WrongKeyTypeError extends SessionError {
  readonly code = 'wrong_key_type';
  /** The type that the server reports for the key, for example `string`. */
  readonly keyType: string;

  constructor(sessionId: string, keyType: string) {
    super(`The key of session ${sessionId} holds a value of type ${keyType}, not a JSON document`);
    this.keyType = keyType;
  }
}

/**
 * The stored document does not have the shape of a session. Nothing was changed.
 */
export class CorruptDocumentError extends SessionError {
  readonly code = 'corrupt_document';
  /** The part of the document that is wrong, for example `messages`. */
  readonly field: string;

  constructor(sessionId: string, field: string, options?: SessionErrorOptions) {
    super(`The stored document of session ${sessionId} is corrupt at ${field}`, options);
    this.field = field;
  }
}

/**
 * The document was written by a newer release with another schema: it can be read, not written.
 */
export class UnsupportedSchemaError extends SessionError {
  readonly code = 'unsupported_schema';
  /** The schema number of the document. */
  readonly schema: number;

  constructor(sessionId: string, schema: number) {
    super(
      `Session ${sessionId} has schema ${schema}, which this release can read but not write: update agents-json-session`,
    );
    this.schema = schema;
  }
}

/**
 * The store could not be reached or refused to work within the time allowed. Nothing was applied.
 */
export class StoreUnavailableError extends SessionError {
  readonly code = 'store_unavailable';
}

/**
 * A write was sent and no answer came: it may have been applied or not.
 */
export class OutcomeUnknownError extends SessionError {
  readonly code = 'outcome_unknown';
  /** Identifies the write whose outcome is unknown. */
  readonly operationId: string;

  constructor(operationId: string, options?: SessionErrorOptions) {
    super(
      `No answer from the store: operation ${operationId} may have been applied or not`,
      options,
    );
    this.operationId = operationId;
  }
}

/**
 * The server has no JSON support.
 */
export class JsonNotSupportedError extends SessionError {
  readonly code = 'json_not_supported';

  constructor(server: string, options?: SessionErrorOptions) {
    super(
      `${server} has no JSON commands: use Redis 8 or newer, Redis Stack, or Valkey with valkey-json, or the embedded store (url 'sqlite:<file>')`,
      options,
    );
  }
}

/**
 * The server is at its memory limit and refused the write. Nothing was applied.
 */
export class OutOfMemoryError extends SessionError {
  readonly code = 'out_of_memory';
}

/**
 * The session or its store was closed before the call.
 */
export class StoreClosedError extends SessionError {
  readonly code = 'store_closed';
}

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
  | ConflictError
  | InvalidInputError
  | ItemTooLargeError
  | WrongKeyTypeError
  | CorruptDocumentError
  | UnsupportedSchemaError
  | StoreUnavailableError
  | OutcomeUnknownError
  | JsonNotSupportedError
  | OutOfMemoryError
  | StoreClosedError;
