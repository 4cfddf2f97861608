/**
 * The one check of what is recorded of runs: against what the SDK says of them, and against what the
 * test says.
 *
 * @module
 */
import type { AgentInputItem, RunItem, Usage } from '@openai/agents-core';
import { expect } from 'vitest';
import type { Message } from '../../src/index.ts';
import { openSession, type Setting } from '../runs/setting.ts';
import { type Cost, countsOf, ownCounts } from './costs.ts';

/**
 * A run of the session: the one that it was in the end, where it went on several times.
 */
export interface Run {
  /** What the caller gave it. */
  readonly input: string | readonly AgentInputItem[];
  readonly result: { readonly newItems: RunItem[]; readonly state: { readonly usage: Usage } };
}

/**
 * What the test says of them.
 */
export interface Expected {
  /** In order of first use. */
  readonly agentsUsed: readonly string[];
  /** In order, as `from > to`. */
  readonly handoffs?: readonly string[];
  /** What the answers cost that each agent is to have paid. */
  readonly spent: Readonly<Record<string, readonly Cost[]>>;
  /** What no agent has paid. */
  readonly unnamed?: readonly Cost[];
  /** The entries, where they are others than those of the results, or an order that interleaves. */
  readonly entries?: readonly Entry[];
  /** Tokens that stand on the entries of each agent, where they are not all that it has spent. */
  readonly tokens?: Readonly<Record<string, number>>;
  /** Left out: the agent of the last entry that has one. */
  readonly currentAgent?: string | null;
  /** Where a filter removed handoffs: what stands on the entry that says the text. */
  readonly landings?: Readonly<Record<string, string>>;
}

/**
 * What is compared of an entry.
 */
export interface Entry {
  readonly role: string;
  readonly what: string;
  readonly agent: string | null;
  readonly handoff?: string;
}

/**
 * Checks all that a session has recorded of runs, as a process sees it that had no part in it.
 */
export async function expectRecorded(
  setting: Setting,
  runs: readonly Run[],
  expected: Expected,
): Promise<Message[]> {
  await using session = openSession(setting);
  const messages = await session.getMessages();
  const metadata = await session.getMetadata();
  const entries = (expected.entries ?? runs.flatMap(entriesOf)).map((one) => {
    const handoff = expected.landings?.[one.what];
    return handoff === undefined ? one : { ...one, handoff };
  });
  const seen = messages.map(entryOf);
  expect(seen).toStrictEqual(entries);
  expect(seen.flatMap(({ handoff }) => handoff ?? [])).toStrictEqual(expected.handoffs ?? []);
  expect(metadata.agentsUsed).toStrictEqual(expected.agentsUsed);
  const lastAgent = entries.findLast(({ agent }) => agent !== null)?.agent ?? null;
  expect(metadata.currentAgent).toBe(expected.currentAgent ?? lastAgent);
  const { agents, ...total } = metadata.usage;
  const spent = Object.entries(expected.spent);
  expect(agents).toStrictEqual(
    Object.fromEntries(spent.map(([name, costs]) => [name, countsOf(costs)])),
  );
  expect(total).toStrictEqual(
    countsOf([...spent.flatMap(([, costs]) => costs), ...(expected.unnamed ?? [])]),
  );
  if (runs.length > 0) {
    expect(total).toStrictEqual(ownCounts(runs.map(({ result }) => result.state.usage)));
  }
  expect(metadata.totalTokens).toBe(total.totalTokens);
  expect(tokensByAgent(messages)).toEqual(
    expected.tokens ??
      Object.fromEntries(spent.map(([name, costs]) => [name, countsOf(costs).totalTokens])),
  );
  return messages;
}

/**
 * Gives what is to be stored of a run.
 */
export function entriesOf({ input, result }: Run): Entry[] {
  const given = typeof input === 'string' ? [inputItem(input)] : input;
  return [
    ...given.map((item) => ({ ...describeItem(item), agent: null })),
    ...result.newItems.filter(({ type }) => type !== 'tool_approval_item').map(entryOfRunItem),
  ];
}

/**
 * Gives an entry that the test names itself.
 */
export function entry(role: string, what: string, agent: string | null, handoff?: string): Entry {
  return { role, what, agent, ...(handoff !== undefined && { handoff }) };
}

function entryOfRunItem(item: RunItem): Entry {
  const described = describeItem(item.rawItem);
  if (item.type !== 'handoff_output_item') return { ...described, agent: item.agent.name };
  const from = item.sourceAgent.name;
  return { ...described, agent: from, handoff: `${from} > ${item.targetAgent.name}` };
}

/**
 * Gives what is compared of a stored message.
 */
export function entryOf({ role, item, agent, handoff, content }: Message): Entry {
  const { what } = item === undefined ? { what: content } : describeItem(item);
  return { role, what, agent, ...(handoff && { handoff: `${handoff.from} > ${handoff.to}` }) };
}

function tokensByAgent(messages: readonly Message[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { agent, tokens } of messages) {
    if (tokens !== null) sums[String(agent)] = (sums[String(agent)] ?? 0) + tokens;
  }
  return sums;
}

function inputItem(content: string): AgentInputItem {
  return { type: 'message', role: 'user', content };
}

function describeItem(item: AgentInputItem): { role: string; what: string } {
  if ('role' in item) return { role: item.role, what: textOf(item.content) };
  if (item.type === 'function_call') {
    return { role: 'assistant', what: `${item.name} ${item.callId}` };
  }
  if (item.type === 'function_call_result') {
    return { role: 'tool', what: `${item.callId}: ${textOf(item.output)}` };
  }
  return { role: 'assistant', what: item.type };
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return [content]
    .flat()
    .map((part) => (part as { text?: string }).text ?? '')
    .join('');
}
