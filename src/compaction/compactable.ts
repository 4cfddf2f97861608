/**
 * What of a history can be compacted, and what must stay as it is.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import { findOpenCalls } from '../windows/open-calls.ts';
import { findGroups, type Group } from '../windows/window-parts.ts';

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
  const { whole, waiting } = sortGroups(history);
  return { settled: pick(history, whole), waiting: pick(history, waiting) };
}

/**
 * Gives the items that models accept: without calls whose results are missing, results whose calls
 * are, and what belongs to either.
 */
export function withoutHalves(items: readonly AgentInputItem[]): AgentInputItem[] {
  return pick(items, sortGroups(items).whole);
}

function sortGroups(items: readonly AgentInputItem[]): { whole: Group[]; waiting: Group[] } {
  const open = new Set(findOpenCalls(items));
  const groups = Map.groupBy(findGroups(items, items.length), (group) =>
    group.some((position) => open.has(position)) ? 'waiting' : 'whole',
  );
  return { whole: groups.get('whole') ?? [], waiting: groups.get('waiting') ?? [] };
}

function pick(items: readonly AgentInputItem[], groups: readonly Group[]): AgentInputItem[] {
  const positions = new Set(groups.flat());
  return items.filter((_, position) => positions.has(position));
}
