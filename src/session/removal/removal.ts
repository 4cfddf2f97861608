/**
 * Taking messages off the end of a history.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import type { MessageEntry } from '../../document/document.ts';
import { hasCode, InvalidInputError } from '../../errors.ts';
import { decodeItem } from '../../items/item-codec.ts';
import type { EntryVisitor } from '../../store.ts';
import { turnVisitor } from '../../windows/turns.ts';
import type { WriteCall } from '../writing/caller-operation.ts';
import { type EndSelection, NEWEST_ITEM, toItems } from '../item-selection.ts';
import type { Removed } from './known-removals.ts';
import { RepeatableRemoval } from './repeatable-removal.ts';
import { rewriteAsPlanned } from '../rewriting/rewriting.ts';
import type { SessionHandle } from '../session-handle.ts';

const TURN_SIZE_HINT = 20;

const NEWEST_TURN: EndSelection = {
  kind: 'walk',
  visitor: () => turnVisitor(decodeItem),
  sizeHint: TURN_SIZE_HINT,
};

/**
 * Removes the newest item and gives it, with all that stands behind it and is no item. The removal
 * names the entry that it expects at the end, so the item is known before it is sent, whatever becomes
 * of the answer.
 *
 * @throws `ConflictError` (`conflict`) when other writers kept changing the end of the history
 * until the time was up; `OperationAppliedError` (`operation_applied`) when another process has removed
 * it under the same operation id.
 */
export async function popNewestItem(
  handle: SessionHandle,
  call: WriteCall,
): Promise<AgentInputItem | undefined> {
  const { entries } = await removeEnd(handle, call, { end: NEWEST_ITEM, isWanted: hasItem });
  return toItems(entries)[0];
}

/**
 * Removes the newest turn and gives its entries.
 *
 * @throws as {@link popNewestItem} does.
 */
export async function popNewestTurn(handle: SessionHandle, call: WriteCall): Promise<Removed> {
  return removeEnd(handle, call, { end: NEWEST_TURN, isWanted: () => true });
}

/**
 * Removes the message with an id and everything behind it, and gives the entries.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) when there is no such message; else as
 * {@link popNewestItem} does.
 */
export async function removeFrom(
  handle: SessionHandle,
  id: string,
  call: WriteCall,
): Promise<Removed> {
  const visitor = (): EntryVisitor => (entry) => (entry.id === id ? 'last' : 'take');
  const end: EndSelection = { kind: 'walk', visitor, sizeHint: TURN_SIZE_HINT };
  const isWanted = ([oldest]: MessageEntry[]): boolean => {
    if (oldest?.id === id) return true;
    throw new InvalidInputError('messageId', 'names no message of this session');
  };
  return removeEnd(handle, call, { end, isWanted });
}

/**
 * Removes everything from the history, and sets the tokens spent to zero where asked to. A session
 * that was never created has nothing to remove.
 */
export async function removeAll(
  handle: SessionHandle,
  { deadline, once }: WriteCall,
  resetTokens: boolean,
): Promise<void> {
  const removal = { version: null, drop: 'all', forgetOperations: true, resetTokens } as const;
  try {
    await handle.rewrite({ ...removal, ...once }, deadline);
  } catch (error) {
    if (!hasCode(error, 'session_not_found')) throw error;
  }
}

function hasItem(entries: MessageEntry[]): boolean {
  return toItems(entries).length > 0;
}

/** Removes what a walk over the end takes, if it is as wanted, and gives it. */
async function removeEnd(
  handle: SessionHandle,
  call: WriteCall,
  { end, isWanted }: { end: EndSelection; isWanted: (entries: MessageEntry[]) => boolean },
): Promise<Removed> {
  const { deadline } = call;
  const removal = new RepeatableRemoval(handle, call);
  try {
    const removed = await rewriteAsPlanned(handle, deadline, async () => {
      const snapshot = await handle.read(end, deadline);
      const entries = snapshot?.entries ?? [];
      const isThere = (): boolean => isWanted(entries) && entries.length > 0;
      if (snapshot !== null) return removal.plan(snapshot, isThere);
      isThere();
      return null;
    });
    return removed ?? { entries: [], inHistory: 0 };
  } catch (error) {
    removal.noteFailure(error);
    throw error;
  }
}
