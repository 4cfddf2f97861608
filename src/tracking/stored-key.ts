/**
 * What stays the same of an item on its way from a run into the session.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import { keyWithoutId } from '../items/item-equality.ts';
import { sdkForm } from '../items/sdk-form.ts';

/** A run is asked for the same items at every turn, and nobody changes one that was sent. */
const known = new WeakMap<AgentInputItem, string | null>();

/**
 * Gives a text that is equal for an item and its stored form, or null where JSON cannot hold the item.
 * The SDK drops the ids of calls, and turns binary data into text.
 */
export function storedKey(item: AgentInputItem): string | null {
  let key = known.get(item);
  if (key === undefined) {
    key = newKey(item);
    known.set(item, key);
  }
  return key;
}

function newKey(item: AgentInputItem): string | null {
  if ('callId' in item && typeof item.callId === 'string') return `${item.type} ${item.callId}`;
  try {
    return keyWithoutId(sdkForm(item));
  } catch {
    // A cycle is refused where it is stored; here it must not end a run.
    return null;
  }
}
