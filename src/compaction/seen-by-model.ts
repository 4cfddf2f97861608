/**
 * Whether a model has seen a history: an input callback or filter can have held some of it back, which
 * then must not reach the model by way of a compaction.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import { itemKey } from '../items/item-equality.ts';

/**
 * What the SDK tells, from 0.19.0 on, of the last exchange with the model: what it was sent and what it
 * answered.
 */
export interface ModelExchange {
  readonly items: AgentInputItem[];
}

/**
 * Tells whether all items of a history were in an exchange, in their order.
 *
 * @param prepare - Gives items as they are stored.
 */
export function wasSeen(
  history: readonly AgentInputItem[],
  exchange: ModelExchange,
  prepare: (items: AgentInputItem[]) => AgentInputItem[],
): boolean {
  const seen = prepare(exchange.items).map(keyOf);
  let next = 0;
  return history.map(keyOf).every((key) => {
    const found = key === null ? -1 : seen.indexOf(key, next);
    next = found + 1;
    return found !== -1;
  });
}

/**
 * Gives null where JSON cannot hold the item, so that it is nothing that was stored. The SDK leaves out
 * ids of calls where it stores them, and those of reasoning, if so told, where it sends it.
 */
function keyOf(item: AgentInputItem): string | null {
  try {
    const { id: _id, ...rest } = item as AgentInputItem & { id?: string };
    return itemKey(rest);
  } catch {
    return null;
  }
}
