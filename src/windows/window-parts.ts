/**
 * The parts that a window is put together from.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import { bondCalls } from './call-bonds.ts';
import { groupByBonds } from './group-by-bonds.ts';
import { bondReasoning, findLostReasoning } from './reasoning.ts';

/**
 * Positions of items that stay together, in order.
 */
export type Group = readonly number[];

/**
 * A history taken apart. Positions are those in `history`.
 */
export interface WindowParts {
  /** From the latest compaction on, which stands for all before it. */
  readonly history: readonly AgentInputItem[];
  /** What the new input cannot do without: the calls of its results. */
  readonly required: Group;
  /** The compaction item, if there is one. */
  readonly compaction: Group;
  /** Everything else that models accept, the newest first. A group is as old as its first item. */
  readonly groups: readonly Group[];
}

/**
 * Takes a history apart into groups that must stay whole.
 */
export function takeApart(
  stored: readonly AgentInputItem[],
  newItems: readonly AgentInputItem[],
): WindowParts {
  const history = stored.slice(Math.max(0, stored.findLastIndex(isCompaction)));
  const isHistory = (position: number): boolean => position < history.length;
  const whole = findGroups([...history, ...newItems], history.length);
  const required = whole.filter((group) => !group.every(isHistory)).flat();
  const groups = whole.filter((group) => group.every(isHistory)).toReversed();
  const [first] = history;
  const hasCompaction = first !== undefined && isCompaction(first);
  return {
    history,
    required: required.filter(isHistory),
    compaction: hasCompaction ? [0] : [],
    groups: hasCompaction ? groups.filter((group) => group[0] !== 0) : groups,
  };
}

/**
 * Puts the kept groups back in order, with the new input after them.
 */
export function putTogether(
  history: readonly AgentInputItem[],
  kept: readonly Group[],
  newItems: readonly AgentInputItem[],
): AgentInputItem[] {
  const positions = new Set(kept.flat());
  return [...history.filter((_, position) => positions.has(position)), ...newItems];
}

/**
 * Gives the groups of a history and of new items behind it, without the orphans of the history, in the
 * order of their first items.
 */
export function findGroups(items: readonly AgentInputItem[], historyLength: number): Group[] {
  const { bonds, orphans } = bondCalls(items);
  const entries = [...items.entries()].filter(([position]) => !orphans.has(position));
  const lost = new Set([...orphans, ...findLostReasoning(entries)]);
  const groups = groupByBonds(items.length, [...bonds, ...bondReasoning(entries, historyLength)]);
  return groups.filter(([first = 0]) => first >= historyLength || !lost.has(first));
}

function isCompaction(item: AgentInputItem): boolean {
  return item.type === 'compaction';
}
