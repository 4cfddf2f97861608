/**
 * Calls that wait for their results.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import { bondCalls } from './call-bonds.ts';
import { callCorrelation, resultCorrelation } from './correlation.ts';

/**
 * Finds the calls of a conversation that have no result, by position. A search that the provider ran
 * waits for nothing, and what an absent program called is an orphan and no call that waits.
 */
export function findOpenCalls(items: readonly AgentInputItem[]): number[] {
  const { bonds, orphans } = bondCalls(items);
  const answered = new Set<number>();
  for (const [owner, position] of bonds) {
    if (answers(items[position], items[owner])) answered.add(owner);
  }
  return [...items.entries()].flatMap(([position, item]) => {
    const call = callCorrelation(item);
    const waits = call !== undefined && call.search !== 'server' && !answered.has(position);
    return waits && !orphans.has(position) ? [position] : [];
  });
}

/** A program is bonded to what it called, too, and searches without ids by their order. */
function answers(result: AgentInputItem | undefined, call: AgentInputItem | undefined): boolean {
  const given = result && resultCorrelation(result);
  const asked = call && callCorrelation(call);
  if (given === undefined || asked === undefined || given.search !== asked.search) return false;
  return given.key === undefined || given.key === asked.key;
}
