/**
 * Which session a call of a store is about, and what its caller knows of it.
 *
 * @module
 */

/**
 * Which session a call is about.
 */
export interface SessionAddress {
  /** The key in the store: prefix and session id. */
  readonly key: string;
  readonly sessionId: string;
  /** Milliseconds that the call may take in all; left out: the store's own default. */
  readonly timeoutMs?: number;
  /** Ends the call: with `CallAbortedError`, or `OutcomeUnknownError` for a write that was sent. */
  readonly signal?: AbortSignal | undefined;
  /** Is told each time that the store tries something again, if the store tells. */
  readonly onRetry?: (() => void) | undefined;
}

/**
 * What the caller knows of the session, checked in the same step as a write.
 */
export interface SessionExpectation {
  /**
   * The life that the caller has seen, as a snapshot or a write told it. The call fails with
   * `SessionExpiredError` when the session is gone or another one stands there. Null: not seen yet.
   */
  readonly incarnation: string | null;
  /**
   * The owner that the session must have when the caller has not seen it yet, else the call fails
   * with `SessionNotFoundError`. Null: any.
   */
  readonly userId: string | null;
}
