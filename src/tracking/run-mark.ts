/**
 * How much of a run is recorded, kept in the document in the same step as what it recorded: a run that
 * goes on in another process finds its mark by an item that it has written.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import { NO_USAGE } from '../document/run-record.ts';
import { sha256 } from '../items/canonical-text.ts';
import { randomHex } from '../random-ids.ts';
import type { UsageCounts } from '../store.ts';
import { storedKey } from './stored-key.ts';

/** Of a run that has no item yet. */
const NO_EVIDENCE = '0'.repeat(16);

/** The counts of a mark, in this order. */
const COUNTS = [
  'requests',
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'cachedTokens',
  'reasoningTokens',
] as const satisfies (keyof UsageCounts)[];

/**
 * Gives a mark that no other write has: `evidence:nonce:counts…`.
 *
 * @param last - The last item that the run had when it was written, if it had any.
 * @param usage - What the run's context had spent.
 */
export async function newMark(
  last?: AgentInputItem,
  usage: UsageCounts = NO_USAGE,
): Promise<string> {
  const counts = COUNTS.map((name) => usage[name]);
  return [await evidenceOf(last), randomHex(4), ...counts].join(':');
}

/**
 * Gives how much of a run is recorded, or null where no mark is of one of its items.
 *
 * @param marks - As the document has them.
 * @param items - What the run has generated.
 * @param usage - What it has spent.
 */
export async function usageRecordedBy(
  marks: string,
  items: readonly AgentInputItem[],
  usage: UsageCounts,
): Promise<UsageCounts | null> {
  const evidence = new Set(await Promise.all(items.map(evidenceOf)));
  const own = marks
    .split(';')
    .map((mark) => mark.split(':'))
    .filter(([proof = '']) => evidence.has(proof))
    .map(([_proof, _nonce, ...counts]) => countsOf(counts))
    .filter((counts) => COUNTS.every((name) => counts[name] <= usage[name]));
  return own.toSorted((one, other) => other.totalTokens - one.totalTokens)[0] ?? null;
}

function countsOf(texts: readonly string[]): UsageCounts {
  const counts = COUNTS.map((name, index) => [name, Number(texts[index] ?? Number.NaN)] as const);
  return Object.fromEntries(counts) as Record<keyof UsageCounts, number>;
}

async function evidenceOf(item: AgentInputItem | undefined): Promise<string> {
  const key = item && storedKey(item);
  return typeof key === 'string' ? (await sha256(key)).slice(0, 16) : NO_EVIDENCE;
}
