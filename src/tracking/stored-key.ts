/**
 * What stays the same of an item on its way from a run into the session.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import { itemKey } from '../items/item-equality.ts';

/**
 * Gives a text that is equal for an item and its stored form, or null where JSON cannot hold the item.
 * The SDK drops the ids of calls, and turns binary data into text.
 */
export function storedKey(item: AgentInputItem): string | null {
  if ('callId' in item && typeof item.callId === 'string') return `${item.type} ${item.callId}`;
  try {
    const { id: _id, ...rest } = item as AgentInputItem & { id?: string };
    return itemKey(rest);
  } catch {
    // Refused where it is stored; here it must not end a run.
    return null;
  }
}
