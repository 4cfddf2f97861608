/**
 * Changing a history that others change too.
 *
 * @module
 */
import type { Deadline } from '../../deadline.ts';
import { ConflictError } from '../../errors.ts';
import type { HistoryTail, WriteResult } from '../../store.ts';
import type { Removal } from '../writing/requested-write.ts';
import type { SessionHandle } from '../session-handle.ts';

const LONGEST_PAUSE_MS = 20;

/** No entry has this id, so a rewrite that expects it changes nothing. */
export const NO_VERSION: HistoryTail = { generation: -1, lastId: '-' };

/**
 * What to do about a history as it was read: the rewrite, and what to give when it was applied or when
 * the history was another one by then.
 */
export interface Plan<T> {
  readonly removal: Removal;
  readonly applied: T;
  /** Gives what an earlier call has applied under the same operation id; left out, the same. */
  readonly repeated?: () => Promise<T>;
  /**
   * Called when the version does not hold. It can throw to give up, or give what the call gives then; else it is
   * planned anew.
   */
  readonly onConflict?: () => T | void;
}

/**
 * Plans and rewrites until the version that a plan was made for still holds. A plan of null ends it.
 *
 * @throws {@link ConflictError} (`conflict`) when other writers kept changing the history until the
 * time was up.
 */
export async function rewriteAsPlanned<T>(
  handle: SessionHandle,
  deadline: Deadline,
  makePlan: () => Promise<Plan<T> | null>,
): Promise<T | null> {
  for (let attempt = 0; !deadline.passed; attempt += 1) {
    // Many writers at once would otherwise go on getting in each other's way.
    if (attempt > 0) await deadline.pause(Math.random() * Math.min(2 ** attempt, LONGEST_PAUSE_MS));
    const plan = await makePlan();
    if (plan === null) return null;
    const result: WriteResult | null = await handle.rewrite(plan.removal, deadline);
    if (result?.repeated === true && plan.repeated !== undefined) return plan.repeated();
    if (result !== null) return plan.applied;
    const instead = plan.onConflict?.();
    if (instead !== undefined) return instead;
  }
  throw deadline.failure(() => new ConflictError('Other writers kept changing the history'));
}
