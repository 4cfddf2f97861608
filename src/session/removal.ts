/**
 * Taking items out of a history.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import { ConflictError } from '../errors.ts';
import type { SessionSnapshot } from '../store.ts';
import { NEWEST_ITEM, toItems } from './item-selection.ts';
import { isNotFound, type Removal, type SessionHandle } from './session-handle.ts';

/** How often a removal is tried while other writers change the end of the history. */
const POP_ATTEMPTS = 50;

/**
 * Removes the newest item and gives it. The removal names the entry that it expects at the end, so
 * the item is known before it is sent, whatever becomes of the answer.
 *
 * @throws {@link ConflictError} (`conflict`) when other writers kept changing the end of the history.
 */
export async function popNewestItem(handle: SessionHandle): Promise<AgentInputItem | undefined> {
  for (let attempt = 1; attempt <= POP_ATTEMPTS; attempt += 1) {
    const snapshot = await handle.read(NEWEST_ITEM);
    const [item] = toItems(snapshot?.entries ?? []);
    if (snapshot === null || item === undefined) return undefined;
    if ((await handle.rewrite(removalOf(snapshot))) !== null) return item;
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
    if (!isNotFound(error)) throw error;
  }
}

function removalOf({ head, entries }: SessionSnapshot): Removal {
  return {
    version: { generation: head.state?.generation ?? 0, lastId: entries.at(-1)?.id ?? '' },
    drop: entries.length,
    forgetOperations: false,
    resetTokens: false,
  };
}
