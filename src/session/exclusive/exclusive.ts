/**
 * Having a session to oneself, across processes.
 *
 * @module
 */
import { checkSignal, Deadline } from '../../deadline.ts';
import { hasCode, StoreUnavailableError } from '../../errors.ts';
import { currentLock, HeldLock, runLocked } from './held-lock.ts';
import { checkArguments, checkInteger } from '../input-validation.ts';
import { completed } from '../jobs/run-result.ts';
import type { SessionHandle } from '../session-handle.ts';

const LEAST_LEASE_MS = 1000;
const MOST_LEASE_MS = 3_600_000;
const MOST_WAIT_MS = 2 ** 31 - 1;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;
/** A renewal may fail twice before the lease is over. */
const RENEWALS_IN_LEASE = 3;
const RETRIES_IN_LEASE = 12;

/**
 * Options of `JSONSession.exclusive`.
 */
export interface ExclusiveOptions {
  /**
   * Milliseconds to wait for those who have the session to themselves now; 0 tries once.
   *
   * @defaultValue 30000
   */
  wait?: number | undefined;
  /**
   * Milliseconds, from 1000 to 3600000, after which others may go on where this process has died or
   * stands still. It is renewed while the function runs, however long that takes.
   *
   * @defaultValue 30000
   */
  lease?: number | undefined;
  /**
   * Ends the waiting, with `CallAbortedError`. The function gets a signal of its own.
   *
   * @defaultValue that of the session alone
   */
  signal?: AbortSignal | undefined;
}

/**
 * What a function knows that has a session to itself.
 */
export interface HeldLease {
  /** Aborted when the lock was lost, so that a run need not go on: nothing that it writes is stored. */
  readonly signal: AbortSignal;
}

interface Waiting {
  readonly wait: number;
  readonly lease: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Checks options and fills in what was left out.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong.
 */
export function checkExclusiveOptions(options: ExclusiveOptions): Waiting {
  const { wait = 30_000, lease = 30_000, signal } = checkArguments(options, 'options');
  return {
    wait: checkInteger(wait, 'wait', 0, MOST_WAIT_MS),
    lease: checkInteger(lease, 'lease', LEAST_LEASE_MS, MOST_LEASE_MS),
    signal: checkSignal(signal),
  };
}

/**
 * Runs a function while nobody else can write to the session. Within such a function of the same
 * session it runs at once.
 */
export async function runExclusively<R>(
  handle: SessionHandle,
  fn: (lease: HeldLease) => R | Promise<R>,
  { wait, lease, signal: end }: Waiting,
): Promise<R> {
  const work = ({ signal }: HeldLock): Promise<R> => completed(() => fn({ signal }));
  const held = currentLock(handle.place);
  if (held !== undefined) return work(held);
  const lock = new HeldLock(handle.place);
  await acquire(handle, lock, { wait, lease, signal: end });
  const stopRenewing = keepRenewing(handle, lock, lease);
  try {
    return await runLocked(lock, () => work(lock));
  } finally {
    stopRenewing();
    await release(handle, lock);
  }
}

/**
 * Tries until nobody else has the lock.
 *
 * @throws `SessionLockedError` (`session_locked`) when somebody still had it at the end.
 */
async function acquire(
  handle: SessionHandle,
  lock: HeldLock,
  { wait, lease, signal }: Waiting,
): Promise<void> {
  const deadline = new Deadline(wait, handle.newDeadline({ signal }).signal);
  let longest = FIRST_PAUSE_MS;
  for (;;) {
    try {
      await handle.lock(lock, lease, handle.newDeadline({ signal }));
      return;
    } catch (error) {
      // Not waited for: the store has just let a whole call go without an answer.
      if (isUnsure(error)) void release(handle, lock);
      if (!hasCode(error, 'session_locked') || deadline.passed) throw failureOf(error, deadline);
      await deadline.pause(longest * (0.5 + Math.random() / 2));
      longest = Math.min(longest * 2, LONGEST_PAUSE_MS);
    }
  }
}

/** There may be a lock, or one that does not survive what it should. */
function isUnsure(error: unknown): boolean {
  return hasCode(error, 'outcome_unknown') || hasCode(error, 'not_durable');
}

/** Of the function more is known than of the lock: it was not called. */
function failureOf(error: unknown, deadline: Deadline): unknown {
  const isUnknown = isUnsure(error);
  const isOfLock = isUnknown || hasCode(error, 'session_locked');
  if (deadline.isAborted && isOfLock) return deadline.aborted;
  if (!isUnknown) return error;
  const message = 'The store did not say whether it locked the session';
  return new StoreUnavailableError(message, { cause: error });
}

/** Gives what ends it. */
function keepRenewing(handle: SessionHandle, lock: HeldLock, lease: number): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const schedule = (parts: number): void => {
    if (isStopped || lock.isOver || lock.signal.aborted) return;
    timer = setTimeout(() => void renew(), lease / parts);
    // In other runtimes it is a number, which holds nothing.
    timer.unref?.();
  };
  const renew = async (): Promise<void> => {
    try {
      await handle.renewLock(lock, lease);
      schedule(RENEWALS_IN_LEASE);
    } catch (error) {
      if (!lock.isOver && isLoss(error)) lock.lose(error);
      schedule(RETRIES_IN_LEASE);
    }
  };
  schedule(RENEWALS_IN_LEASE);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

/** A session that is gone has taken its lock along. */
function isLoss(error: unknown): boolean {
  return (['lease_lost', 'session_expired', 'session_not_found'] as const).some((code) =>
    hasCode(error, code),
  );
}

/** A lock that cannot be given back ends by itself; the function has an outcome of its own. */
async function release(handle: SessionHandle, lock: HeldLock): Promise<void> {
  const isHeld = !lock.isOver && !lock.signal.aborted;
  lock.end();
  if (isHeld) await handle.unlock(lock).catch(() => {});
}
