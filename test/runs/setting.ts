/**
 * Where a conversation is kept and how it is run.
 *
 * @module
 */
import { JSONSession } from '../../src/index.ts';

/**
 * One conversation; it can be sent to another process.
 */
export interface Setting {
  readonly url: string;
  readonly keyPrefix: string;
  readonly sessionId: string;
  /** Seconds that the session is kept: what a test leaves behind goes away by itself. */
  readonly ttl: number;
  /** Whether runs are streamed. */
  readonly stream: boolean;
}

/**
 * Opens the session, as a process does that has not seen it.
 */
export function openSession({ url, keyPrefix, sessionId, ttl }: Setting): JSONSession {
  return new JSONSession({ url, keyPrefix, sessionId, ttl });
}
