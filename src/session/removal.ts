/**
 * Taking items out of a history.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import { ConflictError, hasCode } from '../errors.ts';
import { NEWEST_ITEM, toItems } from './item-selection.ts';
import type { SessionHandle } from './session-handle.ts';

const LONGEST_PAUSE_MS = 20;

/**
 * Removes the newest item and gives it, with all that stands behind it and is no item. The removal
 * names the entry that it expects at the end, so the item is known before it is sent, whatever becomes
 * of the answer.
 *
 * @throws {@link ConflictError} (`conflict`) when other writers kept changing the end of the history
 * until the time was up.
 */
export async function popNewestItem(handle: SessionHandle): Promise<AgentInputItem | undefined> {
  const deadline = handle.newDeadline();
  for (let attempt = 0; !deadline.passed; attempt += 1) {
    // Many that pop at once would otherwise go on getting in each other's way.
    if (attempt > 0) await deadline.pause(Math.random() * Math.min(2 ** attempt, LONGEST_PAUSE_MS));
    const snapshot = await handle.read(NEWEST_ITEM, deadline);
    const [item] = toItems(snapshot?.entries ?? []);
    if (snapshot === null || item === undefined) return undefined;
    const { tail: version, visited: drop } = snapshot;
    const removal = { version, drop, forgetOperations: false, resetTokens: false };
    if ((await handle.rewrite(removal, deadline)) !== null) return item;
  }
  throw new ConflictError('Other writers kept changing the end of the history');
}

/**
 * Removes everything from the history, and sets the tokens spent to zero where asked to. A session
 * that was never created has nothing to remove.
 */
export async function removeAll(handle: SessionHandle, resetTokens: boolean): Promise<void> {
  try {
    await handle.rewrite({ version: null, drop: 'all', forgetOperations: true, resetTokens });
  } catch (error) {
    if (!hasCode(error, 'session_not_found')) throw error;
  }
}
