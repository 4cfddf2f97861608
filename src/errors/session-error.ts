/**
 * What all errors of this package have in common.
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
  | 'session_locked'
  | 'lease_lost'
  | 'conflict'
  | 'operation_conflict'
  | 'operation_applied'
  | 'aborted'
  | 'invalid_input'
  | 'item_too_large'
  | 'wrong_key_type'
  | 'corrupt_document'
  | 'unsupported_schema'
  | 'decryption_failed'
  | 'store_unavailable'
  | 'outcome_unknown'
  | 'not_durable'
  | 'json_not_supported'
  | 'out_of_memory'
  | 'store_closed'
  | 'unsupported';

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
