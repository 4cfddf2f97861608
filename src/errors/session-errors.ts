/**
 * Errors that a caller can do something about: which session, what input.
 *
 * @module
 */
import { SessionError, type SessionErrorOptions } from './session-error.ts';

/**
 * The session does not exist, or belongs to another user (the answer is the same for both).
 *
 * @example
 * ```ts
 * import { JSONSession, SessionNotFoundError } from 'agents-json-session';
 *
 * try {
 *   await JSONSession.load('chat-1', { userId: 'user-1' });
 * } catch (error) {
 *   if (!(error instanceof SessionNotFoundError)) throw error;
 *   console.log(`No such session: ${error.sessionId}`);
 * }
 * ```
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
 *
 * @example
 * ```ts
 * import { JSONSession, SessionExistsError } from 'agents-json-session';
 *
 * try {
 *   await JSONSession.create({ sessionId: 'chat-1' });
 * } catch (error) {
 *   if (!(error instanceof SessionExistsError)) throw error;
 *   console.log('Somebody was faster');
 * }
 * ```
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
 *
 * @example
 * ```ts
 * import { JSONSession, SessionExpiredError } from 'agents-json-session';
 *
 * const session = await JSONSession.open({ sessionId: 'chat-1', ttl: 3600 });
 * try {
 *   await session.addMessage({ role: 'user', content: 'Are you still there?' });
 * } catch (error) {
 *   if (!(error instanceof SessionExpiredError)) throw error;
 *   await session.create();
 * }
 * ```
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
 * Somebody else has the session to themselves, see `JSONSession.exclusive`. Nothing was written; try
 * again later.
 *
 * @example
 * ```ts
 * import { JSONSession, SessionLockedError } from 'agents-json-session';
 *
 * const session = new JSONSession({ sessionId: 'chat-1' });
 * try {
 *   await session.addMessage({ role: 'user', content: 'And one more thing' });
 * } catch (error) {
 *   if (!(error instanceof SessionLockedError)) throw error;
 *   console.log(`A run is under way; ask again in ${error.remainingMs} ms`);
 * }
 * ```
 */
export class SessionLockedError extends SessionError {
  readonly code = 'session_locked';
  readonly sessionId: string;
  /** Milliseconds after which the lock ends by itself, if its holder does not renew it. */
  readonly remainingMs: number;

  constructor(sessionId: string, remainingMs: number, options?: SessionErrorOptions) {
    super(`Session is locked by somebody else: ${sessionId}`, options);
    this.sessionId = sessionId;
    this.remainingMs = remainingMs;
  }
}

/**
 * A write within `JSONSession.exclusive` came too late: the lock was not renewed in time, so others may
 * have written meanwhile, or the session itself is another one. Nothing was written.
 *
 * @example
 * ```ts
 * import { Agent, run } from '@openai/agents';
 * import { JSONSession, LeaseLostError } from 'agents-json-session';
 *
 * const agent = new Agent({ name: 'Assistant' });
 * const session = new JSONSession({ sessionId: 'chat-1' });
 * try {
 *   await session.exclusive(() => run(agent, 'Hello', { session }));
 * } catch (error) {
 *   if (error instanceof LeaseLostError) console.error('The turn is not stored: run it again');
 * }
 * ```
 */
export class LeaseLostError extends SessionError {
  readonly code = 'lease_lost';
  readonly sessionId: string;

  constructor(sessionId: string, options?: SessionErrorOptions) {
    super(`The lock of the session was lost: ${sessionId}`, options);
    this.sessionId = sessionId;
  }
}

/**
 * Another writer changed the history in between, again and again, until the call gave up. Nothing
 * was applied; the call can be repeated.
 *
 * @example
 * ```ts
 * import { ConflictError, JSONSession } from 'agents-json-session';
 *
 * const session = new JSONSession({ sessionId: 'chat-1' });
 * try {
 *   await session.popItem();
 * } catch (error) {
 *   if (error instanceof ConflictError) await session.popItem();
 * }
 * ```
 */
export class ConflictError extends SessionError {
  readonly code = 'conflict';
}

/**
 * An operation id was used before, for something else. Nothing was applied.
 *
 * @example
 * ```ts
 * import { OperationConflictError } from 'agents-json-session';
 *
 * export function isMixUp(error: unknown): boolean {
 *   return error instanceof OperationConflictError;
 * }
 * ```
 */
export class OperationConflictError extends SessionError {
  readonly code = 'operation_conflict';

  constructor(options?: SessionErrorOptions) {
    super('The operation id was used before, for another operation', options);
  }
}

/**
 * A removal was repeated, and another process has applied it: it is done, and only that process knows
 * what was removed, for a store keeps nothing of that. This call has changed nothing.
 *
 * @example
 * ```ts
 * import { JSONSession, OperationAppliedError } from 'agents-json-session';
 *
 * const session = new JSONSession({ sessionId: 'chat-1' });
 * try {
 *   console.log(await session.popTurn({ operationId: 'undo-7' }));
 * } catch (error) {
 *   if (!(error instanceof OperationAppliedError)) throw error;
 *   console.log('The turn is removed already');
 * }
 * ```
 */
export class OperationAppliedError extends SessionError {
  readonly code = 'operation_applied';
  /** As the call was given it. */
  readonly operationId: string;

  constructor(operationId: string, options?: SessionErrorOptions) {
    super('The operation was applied before; what it removed is not known here', options);
    this.operationId = operationId;
  }
}

/**
 * An argument or option is not acceptable. Nothing was written.
 *
 * @example
 * ```ts
 * import { InvalidInputError, JSONSession } from 'agents-json-session';
 *
 * try {
 *   new JSONSession({ sessionId: '' });
 * } catch (error) {
 *   if (error instanceof InvalidInputError) console.error(error.field); // sessionId
 * }
 * ```
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
 *
 * @example
 * ```ts
 * import { ItemTooLargeError, JSONSession } from 'agents-json-session';
 *
 * const session = new JSONSession({ sessionId: 'chat-1', maxItemBytes: 65_536 });
 * try {
 *   await session.addMessage({ role: 'user', content: 'x'.repeat(100_000) });
 * } catch (error) {
 *   if (error instanceof ItemTooLargeError) console.error(error.bytes, error.limit);
 * }
 * ```
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
