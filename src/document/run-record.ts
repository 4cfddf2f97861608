/**
 * What a run did beside its entries (agents, tokens, usage), and what that makes of a head, for stores
 * that keep the head as a value. The scripts of the Redis store do the same on the server
 * (`run-record.lua`).
 *
 * @module
 */
import type { AgentUsage, AppendParams, RunRecord, UsageCounts } from '../store.ts';
import type { StoredUsage, StoredUsageCounts } from './document.ts';
import type { CompleteHead } from './head-changes.ts';

const MARKS_KEPT = 16;

/** The name of each count where it is stored. */
const STORED_NAMES = {
  requests: 'requests',
  inputTokens: 'input_tokens',
  outputTokens: 'output_tokens',
  totalTokens: 'total_tokens',
  cachedTokens: 'cached_tokens',
  reasoningTokens: 'reasoning_tokens',
} as const satisfies Record<keyof UsageCounts, keyof StoredUsageCounts>;

const COUNTS = Object.keys(STORED_NAMES) as (keyof UsageCounts)[];

/** Nothing spent. */
export const NO_USAGE: UsageCounts = {
  requests: 0,
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  cachedTokens: 0,
  reasoningTokens: 0,
};

/** Nothing told. */
const NO_RECORD: RunRecord = { agents: [], currentAgent: null, spent: [], mark: null };

/**
 * Adds counts up.
 */
export function sumOfUsage(counts: readonly UsageCounts[]): UsageCounts {
  const sum: Record<keyof UsageCounts, number> = { ...NO_USAGE };
  for (const one of counts) for (const name of COUNTS) sum[name] += one[name];
  return sum;
}

/**
 * Gives stored counts as callers see them; what is missing or no number is 0.
 */
export function usageCounts(stored: StoredUsageCounts | undefined): UsageCounts {
  const counts: Record<keyof UsageCounts, number> = { ...NO_USAGE };
  for (const name of COUNTS) {
    const value: unknown = stored?.[STORED_NAMES[name]];
    if (typeof value === 'number') counts[name] = value;
  }
  return counts;
}

/**
 * Gives counts by their stored names.
 */
export function storedCounts(counts: UsageCounts): Required<StoredUsageCounts> {
  const entries = COUNTS.map((name) => [STORED_NAMES[name], counts[name]]);
  return Object.fromEntries(entries) as Required<StoredUsageCounts>;
}

/**
 * Everything that a write adds to the agents, tokens and usage of a session, in one form: what a run
 * did, and the agent and the tokens that a caller names. Null where that is nothing.
 */
export interface FullRecord {
  readonly agents: readonly string[];
  readonly currentAgent: string | null;
  readonly tokens: number;
  readonly spent: readonly AgentUsage[];
  readonly mark: string | null;
}

/**
 * Puts together what a write adds; each agent stands in `spent` once.
 */
export function fullRecord(
  run: RunRecord | undefined,
  { tokens = 0, changes = {} }: Partial<Pick<AppendParams, 'tokens' | 'changes'>> = {},
): FullRecord | null {
  const { currentAgent } = changes;
  if (run === undefined && tokens === 0 && currentAgent === undefined) return null;
  const { agents, mark, ...record } = run ?? NO_RECORD;
  const spent = spentByAgent(record.spent);
  return {
    agents: currentAgent === undefined ? agents : [...agents, currentAgent],
    currentAgent: currentAgent ?? record.currentAgent,
    tokens: tokens + sumOfUsage(spent).totalTokens,
    spent,
    mark,
  };
}

/**
 * Gives a head with what a write adds.
 */
export function headAfterRecord(head: CompleteHead, record: FullRecord | null): CompleteHead {
  if (record === null) return head;
  const { agents, currentAgent, tokens } = record;
  const { metadata } = head;
  return {
    ...head,
    metadata: {
      ...metadata,
      agents_used: [...new Set([...metadata.agents_used, ...agents])],
      current_agent: currentAgent ?? metadata.current_agent,
      total_tokens: metadata.total_tokens + tokens,
    },
    usage: usageAfter(head.usage, record),
  };
}

/**
 * Gives usage after it was set to zero. Fields of later releases stay, and marks: a run that goes on
 * has still been recorded so far.
 */
export function clearedUsage(usage: StoredUsage): StoredUsage {
  const zero = COUNTS.map((name) => [STORED_NAMES[name], 0]);
  const cleared: StoredUsage = { ...(Object.fromEntries(zero) as StoredUsageCounts), agents: {} };
  const present = Object.entries(cleared).filter(([name]) => Object.hasOwn(usage, name));
  return { ...usage, ...Object.fromEntries(present) };
}

function usageAfter(usage: StoredUsage, { spent, mark }: FullRecord): StoredUsage {
  return {
    ...usage,
    ...(spent.length > 0 && {
      ...added(usage, sumOfUsage(spent)),
      agents: { ...usage.agents, ...agentsAfter(usage, spent) },
    }),
    ...(mark !== null && { marks: marksAfter(usage.marks, mark) }),
  };
}

function agentsAfter(usage: StoredUsage, spent: readonly AgentUsage[]): StoredUsage['agents'] {
  const named = spent.filter(({ agent }) => agent !== null);
  return Object.fromEntries(
    named.map(({ agent, ...counts }) => {
      const before = Object.hasOwn(usage.agents ?? {}, String(agent))
        ? usage.agents?.[String(agent)]
        : undefined;
      return [String(agent), { ...before, ...added(before, counts) }];
    }),
  );
}

function added(before: StoredUsageCounts | undefined, counts: UsageCounts): StoredUsageCounts {
  return storedCounts(sumOfUsage([usageCounts(before), counts]));
}

function marksAfter(before: unknown, mark: string): string {
  const known = typeof before === 'string' && before.endsWith(';') ? before : '';
  return `${known}${mark};`
    .split(/(?<=;)/u)
    .slice(-MARKS_KEPT)
    .join('');
}

function spentByAgent(spent: readonly AgentUsage[]): AgentUsage[] {
  const agents = new Set(spent.map(({ agent }) => agent));
  return Array.from(agents, (agent) => ({
    agent,
    ...sumOfUsage(spent.filter((one) => one.agent === agent)),
  }));
}
