/**
 * What the answers of scripted models cost: no two costs, and no two counts of one, have anything in
 * common, and no sum of some is that of others.
 *
 * @module
 */
import { Usage } from '@openai/agents-core';
import type { UsageCounts } from '../../src/index.ts';

const NOTHING: UsageCounts = {
  requests: 0,
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  cachedTokens: 0,
  reasoningTokens: 0,
};

/**
 * The number of what an answer costs, from 0 to 20.
 */
export type Cost = number;

/**
 * Gives what a model says that its answer has cost.
 */
export function usageOfCost(cost: Cost): Usage {
  const { cachedTokens, reasoningTokens, ...tokens } = countsOfCost(cost);
  return new Usage({
    ...tokens,
    inputTokensDetails: { cached_tokens: cachedTokens },
    outputTokensDetails: { reasoning_tokens: reasoningTokens },
  });
}

/**
 * Gives what a session is to say of answers.
 */
export function countsOf(costs: readonly Cost[]): UsageCounts {
  return sumOf(costs.map(countsOfCost));
}

/**
 * Gives what runs say themselves that they have spent, where contexts that they share count once.
 */
export function ownCounts(usages: Iterable<Usage>): UsageCounts {
  return sumOf(Array.from(new Set(usages), countsOfUsage));
}

/**
 * Adds counts up.
 */
function sumOf(all: readonly UsageCounts[]): UsageCounts {
  const names = Object.keys(NOTHING) as (keyof UsageCounts)[];
  const entries = names.map((name) => [name, all.reduce((sum, one) => sum + one[name], 0)]);
  return Object.fromEntries(entries) as Record<keyof UsageCounts, number>;
}

function countsOfCost(cost: Cost): UsageCounts {
  const unit = 2 ** cost;
  return {
    requests: 1,
    inputTokens: 10 * unit,
    outputTokens: 3 * unit,
    // Not the sum of the two: what a provider says of the total is taken as it is.
    totalTokens: 14 * unit,
    cachedTokens: 4 * unit,
    reasoningTokens: unit,
  };
}

function countsOfUsage(usage: Usage): UsageCounts {
  const { requests, inputTokens, outputTokens, totalTokens } = usage;
  const detail = (details: Record<string, number>[], name: string): number =>
    details.reduce((sum, one) => sum + (one[name] ?? 0), 0);
  return {
    requests,
    inputTokens,
    outputTokens,
    totalTokens,
    cachedTokens: detail(usage.inputTokensDetails, 'cached_tokens'),
    reasoningTokens: detail(usage.outputTokensDetails, 'reasoning_tokens'),
  };
}
