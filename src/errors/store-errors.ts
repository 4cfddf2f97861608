/**
 * Errors of the store and of what is kept in it.
 *
 * @module
 */
import { SessionError, type SessionErrorOptions } from './session-error.ts';

/**
 * The key of the session holds something that is not a JSON document.
 *
 * @example
 * ```ts
 * import { JSONSession, WrongKeyTypeError } from 'agents-json-session';
 *
 * const session = new JSONSession({ sessionId: 'chat-1', keyPrefix: 'cache:' });
 * await session.getItems().catch((error: unknown) => {
 *   if (error instanceof WrongKeyTypeError) console.error(`The key holds a ${error.keyType}`);
 * });
 * ```
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
 *
 * @example
 * ```ts
 * import { CorruptDocumentError, JSONSession } from 'agents-json-session';
 *
 * const session = new JSONSession({ sessionId: 'chat-1' });
 * await session.getItems().catch((error: unknown) => {
 *   if (error instanceof CorruptDocumentError) console.error(`Look at ${error.field}`);
 * });
 * ```
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
 *
 * @example
 * ```ts
 * import { JSONSession, UnsupportedSchemaError } from 'agents-json-session';
 *
 * const session = new JSONSession({ sessionId: 'chat-1' });
 * await session.trackAgent('Triage').catch((error: unknown) => {
 *   if (error instanceof UnsupportedSchemaError) console.error(`Written by schema ${error.schema}`);
 * });
 * ```
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
 *
 * @example
 * ```ts
 * import { JSONSession, StoreUnavailableError } from 'agents-json-session';
 *
 * const session = new JSONSession({ sessionId: 'chat-1', timeoutMs: 1000 });
 * await session.getItems().catch((error: unknown) => {
 *   if (error instanceof StoreUnavailableError) console.error('Try again later');
 * });
 * ```
 */
export class StoreUnavailableError extends SessionError {
  readonly code = 'store_unavailable';
}

/**
 * The call was aborted by its signal before it had an effect. The signal's reason is the `cause`.
 *
 * @example
 * ```ts
 * import { CallAbortedError, JSONSession } from 'agents-json-session';
 *
 * const session = new JSONSession({ sessionId: 'chat-1', signal: AbortSignal.timeout(500) });
 * await session.getItems().catch((error: unknown) => {
 *   if (error instanceof CallAbortedError) console.error('Nobody waits for it any more');
 * });
 * ```
 */
export class CallAbortedError extends SessionError {
  readonly code = 'aborted';

  constructor(options?: SessionErrorOptions) {
    super('The call was aborted before it had an effect', options);
  }
}

/**
 * A write was sent and no answer came: it may have been applied or not.
 *
 * Make the same call again with the `operationId`, from whichever process and within nine minutes, and
 * it is applied once, whatever became of the first one. A removal that was applied is told what it
 * removed in the process that sent it, and gets `OperationAppliedError` in another.
 *
 * @example
 * ```ts
 * import { JSONSession, OutcomeUnknownError } from 'agents-json-session';
 *
 * const session = new JSONSession({ sessionId: 'chat-1' });
 * const message = { role: 'user', content: 'Hello' } as const;
 * await session.addMessage(message).catch(async (error: unknown) => {
 *   if (!(error instanceof OutcomeUnknownError)) throw error;
 *   return session.addMessage({ ...message, operationId: error.operationId });
 * });
 * ```
 */
export class OutcomeUnknownError extends SessionError {
  readonly code = 'outcome_unknown';
  /** Identifies the write, to send it again. */
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
 * A write was applied, and did not get as far in time as the `durability` of its store asks: to a
 * replica, or to the disk. It is there now, and can be lost if the server fails before it has.
 *
 * Any later write to the session that succeeds has brought it along, for example `touch()`. To find out
 * whether it is still there, send `addItems` or `addMessage` again with the `operationId`, from whichever
 * process and within nine minutes: the write is there once then, and is waited for again.
 *
 * @example
 * ```ts
 * import { JSONSession, NotDurableError } from 'agents-json-session';
 *
 * const url = 'redis://localhost:6379';
 * const session = new JSONSession({ sessionId: 'chat-1', url, durability: 'replicated' });
 * const message = { role: 'user', content: 'Hello' } as const;
 * await session.addMessage(message).catch(async (error: unknown) => {
 *   if (!(error instanceof NotDurableError)) throw error;
 *   return session.addMessage({ ...message, operationId: error.operationId });
 * });
 * ```
 */
export class NotDurableError extends SessionError {
  readonly code = 'not_durable';
  /** Identifies the write, to send it again; empty for what can be repeated as it is. */
  readonly operationId: string;
  /** The life of the session that was written to; null where it was deleted. */
  readonly incarnation: string | null;

  constructor(
    where: string,
    write: { operationId: string; incarnation: string | null },
    options?: SessionErrorOptions,
  ) {
    super(`The write was applied, and it is not known to be ${where}`, options);
    this.operationId = write.operationId;
    this.incarnation = write.incarnation;
  }
}

/**
 * The server has no JSON support.
 *
 * @example
 * ```ts
 * import { JSONSession, JsonNotSupportedError } from 'agents-json-session';
 *
 * const session = new JSONSession({ sessionId: 'chat-1', url: 'redis://localhost:6379' });
 * await session.getItems().catch((error: unknown) => {
 *   if (error instanceof JsonNotSupportedError) console.error(error.message);
 * });
 * ```
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
 *
 * @example
 * ```ts
 * import { JSONSession, OutOfMemoryError } from 'agents-json-session';
 *
 * const session = new JSONSession({ sessionId: 'chat-1', url: 'redis://localhost:6379' });
 * await session.addMessage({ role: 'user', content: 'Hello' }).catch((error: unknown) => {
 *   if (error instanceof OutOfMemoryError) console.error('Raise maxmemory or delete sessions');
 * });
 * ```
 */
export class OutOfMemoryError extends SessionError {
  readonly code = 'out_of_memory';
}

/**
 * The session or its store was closed before the call.
 *
 * @example
 * ```ts
 * import { JSONSession, StoreClosedError } from 'agents-json-session';
 *
 * const session = new JSONSession({ sessionId: 'chat-1' });
 * await session.close();
 * await session.getItems().catch((error: unknown) => {
 *   if (error instanceof StoreClosedError) console.error('Make a new JSONSession');
 * });
 * ```
 */
export class StoreClosedError extends SessionError {
  readonly code = 'store_closed';
}

/**
 * The store cannot do what was asked of it; the message says what can. Nothing was changed.
 *
 * @example
 * ```ts
 * import { UnsupportedError } from 'agents-json-session';
 * import { SessionDirectory } from 'agents-json-session/directory';
 *
 * const directory = new SessionDirectory({ url: 'redis://localhost:6379' });
 * await directory.list().catch((error: unknown) => {
 *   if (error instanceof UnsupportedError) console.error(error.method);
 * });
 * ```
 */
export class UnsupportedError extends SessionError {
  readonly code = 'unsupported';
  /** The method that the store has not. */
  readonly method: string;

  /**
   * @param advice - What to use.
   */
  constructor(method: string, advice: string, options?: SessionErrorOptions) {
    super(`The store does not support ${method}: ${advice}`, options);
    this.method = method;
  }
}
