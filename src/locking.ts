/**
 * Having a session to oneself.
 *
 * @module
 */
import type { NewSession, WriteParams } from './store.ts';

/**
 * Parameters of `SessionStore.lock`.
 */
export interface LockParams extends WriteParams {
  /** 32 hexadecimal digits, random: whoever knows them may write while the lock is live. */
  readonly lockToken: string;
  /** Milliseconds that the lock lives from now on. */
  readonly leaseMs: number;
  /** Whether a lock that is live is to be kept; else one is taken. */
  readonly keep: boolean;
  /** What to create when there is no session, or null to fail with `SessionNotFoundError`. */
  readonly create: NewSession | null;
}

/**
 * Parameters of `SessionStore.unlock`.
 */
export interface UnlockParams extends WriteParams {
  readonly lockToken: string;
}
