/**
 * What of a history models accept.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import { findOpenCalls } from './open-calls.ts';
import { findGroups, type Group } from './window-parts.ts';

/**
 * A history in two parts. What models refuse, such as results without a call, is in neither.
 */
export interface SortedItems {
  readonly whole: AgentInputItem[];
  /** Calls that wait for their results, with all that belongs to them. */
  readonly waiting: AgentInputItem[];
}

/**
 * Takes calls that wait, and what belongs to them, out of a history.
 */
export function sortItems(items: readonly AgentInputItem[]): SortedItems {
  const open = new Set(findOpenCalls(items));
  const groups = Map.groupBy(findGroups(items, items.length), (group) =>
    group.some((position) => open.has(position)) ? 'waiting' : 'whole',
  );
  return {
    whole: pick(items, groups.get('whole') ?? []),
    waiting: pick(items, groups.get('waiting') ?? []),
  };
}

/**
 * Gives the items that models accept: without calls whose results are missing, results whose calls
 * are, and what belongs to either.
 */
export function withoutHalves(items: readonly AgentInputItem[]): AgentInputItem[] {
  return sortItems(items).whole;
}

function pick(items: readonly AgentInputItem[], groups: readonly Group[]): AgentInputItem[] {
  const positions = new Set(groups.flat());
  return items.filter((_, position) => positions.has(position));
}
