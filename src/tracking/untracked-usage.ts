/**
 * Tokens of runs that are not tracked: the SDK tells a session what its run context has spent in all,
 * so what is new is the difference to what was recorded before.
 *
 * @module
 */
import type { RunContext, Usage } from '@openai/agents-core';

import { NO_USAGE, sumOfUsage } from '../document/run-record.ts';
import { hasCode } from '../errors.ts';
import type { RunRecord, UsageCounts } from '../store.ts';
import { newMark } from './run-mark.ts';
import { isSpent, usageOf, usageSince } from './usage-counts.ts';

/**
 * What one session has recorded of one run context.
 */
interface Account {
  /** What was recorded, or is about to be. */
  recorded: UsageCounts;
  /** Of writes of which nobody knows whether they were applied. */
  readonly unknown: { readonly mark: string; readonly spent: UsageCounts }[];
}

/**
 * Accounts by session: sessions of one context each keep what was spent while they were used.
 */
const accounts = new WeakMap<Usage, Map<string, Account>>();

/**
 * What a write is to record. What it claims no other write does, until it has failed.
 */
export interface UsageClaim {
  readonly record: RunRecord;
  /** To be called when the write has failed. */
  readonly release: (error: unknown) => void;
}

/**
 * Takes note of what a run context had spent before a session was first used with it.
 *
 * @param place - The session, in whichever handle.
 */
export function noteUsage({ usage }: RunContext, place: string): void {
  accountOf(usage, place, usageOf(usage));
}

/**
 * Takes note of what a run that is tracked has spent, which it records itself.
 *
 * @param usage - Of its context, which has it already.
 * @param place - The session, in whichever handle.
 */
export function noteTrackedUsage(usage: Usage, place: string, counts: UsageCounts): void {
  const account = accountOf(usage, place, usageSince(usageOf(usage), counts));
  account.recorded = sumOfUsage([account.recorded, counts]);
}

/**
 * Takes note of what was recorded before the SDK adds it to the run context.
 *
 * @param place - The session, in whichever handle.
 */
export function noteRecordedUsage({ usage }: RunContext, place: string, counts: UsageCounts): void {
  const account = accountOf(usage, place, NO_USAGE);
  account.recorded = sumOfUsage([account.recorded, counts]);
}

/**
 * Claims what a run context has spent and no write to the session has recorded, if anything.
 *
 * @param place - The session, in whichever handle.
 * @param readMarks - Reads the marks of the session's document.
 */
export async function claimUsage(
  { usage }: RunContext,
  place: string,
  readMarks: () => Promise<string>,
): Promise<UsageClaim | undefined> {
  const account = accountOf(usage, place, NO_USAGE);
  await settleUnknown(account, readMarks);
  const spent = usageSince(usageOf(usage), account.recorded);
  if (!isSpent(spent)) return undefined;
  account.recorded = sumOfUsage([account.recorded, spent]);
  const mark = await newMark();
  return {
    record: { agents: [], currentAgent: null, spent: [{ agent: null, ...spent }], mark },
    release: (error) => {
      const mayBeThere = hasCode(error, 'outcome_unknown') || hasCode(error, 'not_durable');
      if (mayBeThere) account.unknown.push({ mark, spent });
      else account.recorded = usageSince(account.recorded, spent);
    },
  };
}

/** What was not applied after all is to be recorded by another write. */
async function settleUnknown(account: Account, readMarks: () => Promise<string>): Promise<void> {
  if (account.unknown.length === 0) return;
  const unknown = account.unknown.splice(0);
  let marks: string;
  try {
    marks = await readMarks();
  } catch (error) {
    account.unknown.push(...unknown);
    throw error;
  }
  for (const { mark, spent } of unknown) {
    if (!marks.includes(mark)) account.recorded = usageSince(account.recorded, spent);
  }
}

/**
 * @param recorded - What an account is opened with.
 */
function accountOf(usage: Usage, place: string, recorded: UsageCounts): Account {
  const known = accounts.get(usage) ?? new Map<string, Account>();
  accounts.set(usage, known);
  const account = known.get(place) ?? { recorded, unknown: [] };
  known.set(place, account);
  return account;
}
