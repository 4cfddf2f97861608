/**
 * What reasoning belongs to. Providers refuse it without what came of it, and the other way round.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import type { Bond } from './bond.ts';
import { resultCorrelation } from './correlation.ts';
import { isInput } from './turns.ts';

type Entry = readonly [position: number, item: AgentInputItem];

/**
 * Bonds reasoning to the item after it, and to all that the model gave there: up to the next
 * reasoning, result or input, and not beyond the history.
 */
export function bondReasoning(entries: readonly Entry[], historyLength: number): Bond[] {
  const bonds: Bond[] = [];
  let before: Entry | undefined;
  let isRun = false;
  for (const entry of entries) {
    const [position, item] = entry;
    const isOutput = !isReasoning(item) && !isResult(item);
    const belongs = isOutput && position < historyLength;
    isRun &&= !isInput(item) && (isReasoning(before?.[1]) || belongs);
    if (isRun && before !== undefined) bonds.push([before[0], position]);
    isRun = isReasoning(item) || (isRun && isOutput);
    before = entry;
  }
  return bonds;
}

/**
 * Finds reasoning that nothing follows: what came of it was never stored, or is an orphan itself.
 */
export function findLostReasoning(entries: readonly Entry[]): number[] {
  const lost: number[] = [];
  let isFollowed = false;
  for (const [position, item] of entries.toReversed()) {
    if (!isReasoning(item)) isFollowed = !isInput(item);
    else if (!isFollowed) lost.push(position);
  }
  return lost;
}

function isReasoning(item: AgentInputItem | undefined): boolean {
  return item?.type === 'reasoning';
}

/** What the provider found in a search of its own is the model's output. */
function isResult(item: AgentInputItem): boolean {
  const correlation = resultCorrelation(item);
  return correlation !== undefined && correlation.search !== 'server';
}
