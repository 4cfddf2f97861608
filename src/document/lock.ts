/**
 * The lock of a session, for stores that keep the head as a value. The scripts of the Redis store do
 * the same on the server (`lock.lua`).
 *
 * @module
 */
import { LeaseLostError, SessionLockedError } from '../errors.ts';
import type { DocumentHead, SessionLock } from './document.ts';
import type { CompleteHead } from './head-changes.ts';
import type { LockParams, UnlockParams } from '../store.ts';

/** What of a write its lock is checked by. */
type Writer = Pick<LockParams, 'sessionId'> & { readonly lockToken?: string | undefined };

/**
 * Checks that a session is not locked, or locked for the one who writes.
 *
 * @param now - In Unix seconds, by the store's clock.
 * @throws {@link SessionLockedError} (`session_locked`), {@link LeaseLostError} (`lease_lost`).
 */
export function checkLock(
  head: Pick<DocumentHead, 'state'>,
  { lockToken, sessionId }: Writer,
  now: number,
): void {
  const lock = liveLock(head, now);
  if (lockToken === undefined) {
    if (lock !== null) throw lockedError(lock, sessionId, now);
  } else if (lock?.token !== lockToken) {
    throw new LeaseLostError(sessionId);
  }
}

/**
 * Gives a head that is locked.
 *
 * @throws {@link SessionLockedError} (`session_locked`), {@link LeaseLostError} (`lease_lost`).
 */
export function lockedHead(head: CompleteHead, params: LockParams, now: number): CompleteHead {
  const { lockToken: token, leaseMs, keep, sessionId } = params;
  const lock = liveLock(head, now);
  if (keep) checkLock(head, params, now);
  else if (lock !== null && lock.token !== token) throw lockedError(lock, sessionId, now);
  return withLock(head, { token, until: now + leaseMs / 1000 });
}

/**
 * Gives a head whose lock is given back, or null where it is over already.
 */
export function unlockedHead(
  head: CompleteHead,
  { lockToken }: UnlockParams,
  now: number,
): CompleteHead | null {
  return liveLock(head, now)?.token === lockToken ? withLock(head, null) : null;
}

/** What another program wrote there locks nobody out. */
function liveLock({ state }: Pick<DocumentHead, 'state'>, now: number): SessionLock | null {
  const { token, until } = (state?.lock ?? {}) as { [key in keyof SessionLock]?: unknown };
  const isLive = typeof token === 'string' && typeof until === 'number' && until > now;
  return isLive ? { token, until } : null;
}

function lockedError({ until }: SessionLock, sessionId: string, now: number): SessionLockedError {
  return new SessionLockedError(sessionId, Math.ceil((until - now) * 1000));
}

function withLock(head: CompleteHead, lock: SessionLock | null): CompleteHead {
  return { ...head, state: { ...head.state, lock } };
}
