/**
 * Taking messages off the end of a history.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import type { MessageEntry } from '../document/document.ts';
import { hasCode, InvalidInputError } from '../errors.ts';
import { decodeItem } from '../items/item-codec.ts';
import type { EntryVisitor, SessionSnapshot } from '../store.ts';
import { turnVisitor } from '../windows/turns.ts';
import { type EndSelection, NEWEST_ITEM, toItems } from './item-selection.ts';
import { rewriteAsPlanned } from './rewriting.ts';
import type { SessionHandle } from './session-handle.ts';

const TURN_SIZE_HINT = 20;

/** Entries as they were before they were removed, oldest first. */
type Removed = Pick<SessionSnapshot, 'entries' | 'inHistory'>;

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
 * until the time was up.
 */
export async function popNewestItem(handle: SessionHandle): Promise<AgentInputItem | undefined> {
  const { entries } = await removeEnd(handle, NEWEST_ITEM, (taken) => toItems(taken).length > 0);
  return toItems(entries)[0];
}

/**
 * Removes the newest turn and gives its entries.
 *
 * @throws `ConflictError` (`conflict`) as {@link popNewestItem} does.
 */
export async function popNewestTurn(handle: SessionHandle): Promise<Removed> {
  return removeEnd(handle, NEWEST_TURN, () => true);
}

/**
 * Removes the message with an id and everything behind it, and gives the entries.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) when there is no such message.
 * @throws `ConflictError` (`conflict`) as {@link popNewestItem} does.
 */
export async function removeFrom(handle: SessionHandle, id: string): Promise<Removed> {
  const visitor = (): EntryVisitor => (entry) => (entry.id === id ? 'last' : 'take');
  return removeEnd(handle, { kind: 'walk', visitor, sizeHint: TURN_SIZE_HINT }, ([oldest]) => {
    if (oldest?.id === id) return true;
    throw new InvalidInputError('messageId', 'names no message of this session');
  });
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

/** Removes what a walk over the end takes, if it is as wanted, and gives it. */
async function removeEnd(
  handle: SessionHandle,
  end: EndSelection,
  isWanted: (entries: MessageEntry[]) => boolean,
): Promise<Removed> {
  const removed = await rewriteAsPlanned(handle, async (deadline) => {
    const snapshot = await handle.read(end, deadline);
    const entries = snapshot?.entries ?? [];
    if (!isWanted(entries) || snapshot === null || entries.length === 0) return null;
    const { tail: version, visited: drop } = snapshot;
    return { removal: { version, drop }, applied: snapshot };
  });
  return removed ?? { entries: [], inHistory: 0 };
}
