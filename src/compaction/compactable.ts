/**
 * What of a history can be compacted, and what must stay as it is.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import { sortItems } from '../windows/whole-items.ts';

/**
 * A history in two parts.
 */
export interface CompactableHistory {
  /** What the model is sent, but for the calls that wait. */
  readonly settled: AgentInputItem[];
  /**
   * Calls that wait for their results, with all that belongs to them. A result can still come, from
   * whichever process, and must find its call.
   */
  readonly waiting: AgentInputItem[];
}

/**
 * Takes a history apart. What models refuse, such as results without a call, is in neither part.
 */
export function takeApartToCompact(stored: readonly AgentInputItem[]): CompactableHistory {
  const latest = stored.findLastIndex(({ type }) => type === 'compaction');
  const history = stored.slice(Math.max(0, latest));
  const { whole: settled, waiting } = sortItems(history);
  return { settled, waiting };
}
