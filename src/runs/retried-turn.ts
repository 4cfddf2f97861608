/**
 * A failed turn that is tried again, for callbacks that choose what of the history is sent: to them it
 * is what comes new to it.
 *
 * @module
 */
import type { AgentInputItem, SessionInputCallback } from '@openai/agents-core';

import { sameItems } from '../items/item-equality.ts';

/**
 * A turn that is tried again.
 */
export interface RetriedTurn {
  /** As it is stored. */
  readonly input: readonly AgentInputItem[];
  /** Takes note of what the callback has made of the turn, which the SDK takes for new. */
  readonly onChanged: (items: readonly AgentInputItem[]) => void;
}

/**
 * Gives a callback for a run without input that goes on from a failed turn: it hands that turn, from
 * its input on, to another callback as the new items. What that gives back unchanged is of the history
 * for the SDK, which stores none of it once more.
 */
export function callbackForRetry(
  callback: SessionInputCallback,
  { input, onChanged }: RetriedTurn,
): SessionInputCallback {
  return async (history, newItems) => {
    const start = lastStartOf(input, history);
    if (start === -1) return callback(history, newItems);
    const stored = new Set(history);
    const combined = await callback(history.slice(0, start), history.slice(start));
    if (Array.isArray(combined)) onChanged(combined.filter((item) => !stored.has(item)));
    return combined;
  };
}

/** Where the items stand in a history for the last time, or -1. */
function lastStartOf(items: readonly AgentInputItem[], history: readonly AgentInputItem[]): number {
  let start = history.length - items.length;
  while (start >= 0 && !sameItems(history.slice(start, start + items.length), items)) start -= 1;
  return Math.max(start, -1);
}
