/**
 * Tokens of runs that are not tracked: the SDK tells a session what its run context has spent in all,
 * so what is new is the difference to what was recorded before.
 *
 * @module
 */
import type { RunContext, Usage } from '@openai/agents-core';

import { NO_USAGE, sumOfUsage } from '../document/run-record.ts';
import type { RunRecord, UsageCounts } from '../store.ts';
import { isSpent, usageOf, usageSince } from './usage-counts.ts';

/**
 * What is recorded of each run context, by session: sessions of one context each keep what was spent
 * while they were used.
 */
const recorded = new WeakMap<Usage, Map<string, UsageCounts>>();

/**
 * What a write is to record, and what is to be called once it was acknowledged.
 */
export interface UnrecordedUsage {
  readonly record: RunRecord;
  readonly commit: () => void;
}

/**
 * Takes note of what a run context had spent before a session was first used with it.
 *
 * @param key - Of the session.
 */
export function noteUsage({ usage }: RunContext, key: string): void {
  if (recorded.get(usage)?.has(key) !== true) setRecorded(usage, key, usageOf(usage));
}

/**
 * Gives what a run context has spent since the last write to the session, if anything.
 *
 * @param key - Of the session.
 */
export function unrecordedUsage({ usage }: RunContext, key: string): UnrecordedUsage | undefined {
  const now = usageOf(usage);
  const spent = usageSince(now, recorded.get(usage)?.get(key) ?? NO_USAGE);
  if (!isSpent(spent)) return undefined;
  const record = { agents: [], currentAgent: null, spent: [{ agent: null, ...spent }], mark: null };
  return { record, commit: () => setRecorded(usage, key, now) };
}

/**
 * Takes note of what was recorded before the SDK adds it to the run context.
 *
 * @param key - Of the session.
 */
export function noteRecordedUsage({ usage }: RunContext, key: string, counts: UsageCounts): void {
  const before = recorded.get(usage)?.get(key) ?? NO_USAGE;
  setRecorded(usage, key, sumOfUsage([before, counts]));
}

function setRecorded(usage: Usage, key: string, counts: UsageCounts): void {
  const known = recorded.get(usage) ?? new Map<string, UsageCounts>();
  recorded.set(usage, known.set(key, counts));
}
