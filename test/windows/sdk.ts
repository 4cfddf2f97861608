/**
 * What the SDK exports nowhere: how it pairs calls with results, and what it drops before a run.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

interface Correlation {
  readonly resultType: string;
  readonly id: string;
}

/** Tells what a call and its result have in common. */
export type Correlate = (item: AgentInputItem) => Correlation | undefined;

type Prune = (
  items: readonly AgentInputItem[],
  options: { pruningIndexes: ReadonlySet<number> },
) => AgentInputItem[];

const runner = new URL('runner/', import.meta.resolve('@openai/agents-core'));

async function load<T>(file: string): Promise<T> {
  return (await import(new URL(file, runner).href)) as T;
}

const correlation = await load<{
  readonly getToolResultCorrelationForCall: Correlate;
  readonly getToolResultCorrelationForResult: Correlate;
}>('toolResultCorrelation.mjs');
const items = await load<{ readonly dropOrphanToolCalls: Prune }>('items.mjs');

export const ofCall: Correlate = correlation.getToolResultCorrelationForCall;
export const ofResult: Correlate = correlation.getToolResultCorrelationForResult;

/** Drops calls without results, as the SDK does with what a `sessionInputCallback` gives. */
export const dropOrphanToolCalls: Prune = items.dropOrphanToolCalls;
