/**
 * When two items are the same: when JSON says the same of both, in whatever order of keys.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import type { JsonValue } from '../document/document.ts';
import { canonicalText } from './canonical-text.ts';
import { canonicalise } from './item-json.ts';

/**
 * Gives an item as JSON holds it.
 */
export function itemJson(item: AgentInputItem): JsonValue {
  return canonicalise(item, { loneSurrogates: 'replace', field: 'items' }).json;
}

/**
 * Gives a text that is equal for equal items.
 */
export function itemKey(item: AgentInputItem): string {
  return canonicalText(itemJson(item));
}

/**
 * Gives a text that is equal for items which are equal but for their ids, or null where JSON cannot
 * hold the item. The SDK drops ids on the way to the session or to the model, as it is told.
 */
export function keyWithoutId(item: AgentInputItem): string | null {
  try {
    const { id: _id, ...rest } = item as AgentInputItem & { id?: string };
    return itemKey(rest);
  } catch {
    return null;
  }
}

/**
 * Tells whether two lists hold the same items in the same order.
 */
export function sameItems(
  one: readonly AgentInputItem[],
  other: readonly AgentInputItem[],
): boolean {
  return (
    one.length === other.length &&
    one.every((item, index) => itemKey(item) === itemKey(other[index] as AgentInputItem))
  );
}
