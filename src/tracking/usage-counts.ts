/**
 * The SDK's usage as the numbers that a session keeps.
 *
 * @module
 */
import type { RequestUsage, Usage } from '@openai/agents-core';

import type { UsageCounts } from '../store.ts';

type Details = Readonly<Record<string, number>> | readonly Readonly<Record<string, number>>[];

/**
 * Gives the counts of what a run has spent.
 */
export function usageOf(usage: Usage): UsageCounts {
  return { requests: wholeNumber(usage.requests), ...tokensOf(usage) };
}

/**
 * Gives the counts of one request.
 */
export function requestUsageOf(usage: Partial<RequestUsage>): UsageCounts {
  return { requests: 1, ...tokensOf(usage) };
}

/**
 * Gives what has come since; what has gone down counts for nothing.
 */
export function usageSince(now: UsageCounts, before: UsageCounts): UsageCounts {
  const names = Object.keys(now) as (keyof UsageCounts)[];
  const entries = names.map((name) => [name, Math.max(0, now[name] - before[name])]);
  return Object.fromEntries(entries) as Record<keyof UsageCounts, number>;
}

/**
 * Tells whether anything was spent.
 */
export function isSpent(counts: UsageCounts): boolean {
  return Object.values(counts).some((count) => count > 0);
}

function tokensOf(
  usage: Partial<Pick<Usage, 'inputTokens' | 'outputTokens' | 'totalTokens'>> & {
    readonly inputTokensDetails?: Details;
    readonly outputTokensDetails?: Details;
  },
): Omit<UsageCounts, 'requests'> {
  return {
    inputTokens: wholeNumber(usage.inputTokens),
    outputTokens: wholeNumber(usage.outputTokens),
    totalTokens: wholeNumber(usage.totalTokens),
    cachedTokens: sumOf(usage.inputTokensDetails, 'cached_tokens'),
    reasoningTokens: sumOf(usage.outputTokensDetails, 'reasoning_tokens'),
  };
}

function sumOf(details: Details | undefined, name: string): number {
  const all = [details ?? []].flat();
  return all.reduce((sum, one) => sum + wholeNumber(one?.[name]), 0);
}

/** Providers fill these in, and some leave them out. */
function wholeNumber(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
