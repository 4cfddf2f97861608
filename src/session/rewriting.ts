/**
 * Changing a history that others change too.
 *
 * @module
 */
import type { Deadline } from '../deadline.ts';
import { ConflictError } from '../errors.ts';
import type { WriteResult } from '../store.ts';
import type { Removal, SessionHandle } from './session-handle.ts';

const LONGEST_PAUSE_MS = 20;

/**
 * What to do about a history as it was read: the rewrite, and what to give when it was applied or when
 * the history was another one by then.
 */
export interface Plan<T> {
  readonly removal: Removal;
  readonly applied: T;
  /** Called when the version does not hold; it can throw to give up. */
  readonly onConflict?: () => void;
}

/**
 * Plans and rewrites until the version that a plan was made for still holds. A plan of null ends it.
 *
 * @throws {@link ConflictError} (`conflict`) when other writers kept changing the history until the
 * time was up.
 */
export async function rewriteAsPlanned<T>(
  handle: SessionHandle,
  makePlan: (deadline: Deadline) => Promise<Plan<T> | null>,
): Promise<T | null> {
  const deadline = handle.newDeadline();
  for (let attempt = 0; !deadline.passed; attempt += 1) {
    // Many writers at once would otherwise go on getting in each other's way.
    if (attempt > 0) await deadline.pause(Math.random() * Math.min(2 ** attempt, LONGEST_PAUSE_MS));
    const plan = await makePlan(deadline);
    if (plan === null) return null;
    const result: WriteResult | null = await handle.rewrite(plan.removal, deadline);
    if (result !== null) return plan.applied;
    plan.onConflict?.();
  }
  throw deadline.failure(() => new ConflictError('Other writers kept changing the history'));
}
