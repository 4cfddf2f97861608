/**
 * Whether a model has seen a history: an input callback or filter can have held some of it back, which
 * then must not reach the model by way of a compaction.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import { keyWithoutId } from '../items/item-equality.ts';

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
  const seen = prepare(exchange.items).map(keyWithoutId);
  let next = 0;
  return history.map(keyWithoutId).every((key) => {
    const found = key === null ? -1 : seen.indexOf(key, next);
    next = found + 1;
    return found !== -1;
  });
}
