/**
 * Which entries hold the items that the SDK asks for.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import type { MessageEntry } from '../document/document.ts';
import { InvalidInputError } from '../errors.ts';
import { decodeItem, holdsItem } from '../items/item-codec.ts';
import type { EntrySelection, NewEntry } from '../store.ts';

/**
 * Selects entries from the end on.
 */
export type EndSelection = Extract<EntrySelection, { kind: 'walk' }>;

/**
 * Gives the selection for the newest `limit` items that the model sees, or for all. Entries that are transcript only
 * count for nothing.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) when the limit is no whole number.
 */
export function selectItems(limit: number | undefined): EntrySelection {
  if (limit === undefined) return { kind: 'all', within: 'history' };
  if (typeof limit === 'number' && limit <= 0) return { kind: 'none' };
  if (!Number.isInteger(limit)) throw new InvalidInputError('limit', 'must be a whole number');
  const visitor = (): ((entry: MessageEntry) => 'take' | 'last' | 'skip') => {
    let left = limit;
    return (entry) => {
      if (!holdsItem(entry)) return 'skip';
      left -= 1;
      return left === 0 ? 'last' : 'take';
    };
  };
  return { kind: 'walk', within: 'history', visitor, sizeHint: limit };
}

/**
 * Selects the newest entry that holds an item which the model sees, and what is transcript only behind
 * it.
 */
export const NEWEST_ITEM: EndSelection = {
  kind: 'walk',
  within: 'history',
  visitor: () => (entry) => (holdsItem(entry) ? 'last' : 'take'),
  sizeHint: 1,
};

/**
 * Gives the items of entries, in order.
 */
export function toItems(entries: readonly MessageEntry[]): AgentInputItem[] {
  const items: AgentInputItem[] = [];
  for (const entry of entries) {
    const item = decodeItem(entry);
    if (item !== undefined) items.push(item);
  }
  return items;
}

/**
 * Tells whether entries begin with the result of a call, or the answer to an approval.
 */
export function beginsWithResult(entries: readonly NewEntry[]): boolean {
  return entries[0]?.role === 'tool';
}
