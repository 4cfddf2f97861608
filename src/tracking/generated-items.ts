/**
 * What the state of a run says of its items.
 *
 * @module
 */
import {
  type Agent,
  type AgentInputItem,
  type AgentOutputType,
  type RunContext,
  type RunItem,
  RunResult,
  type RunState,
} from '@openai/agents-core';

import type { Handoff } from '../document/document.ts';

/**
 * An item that a run has generated.
 */
export interface GeneratedItem {
  readonly item: AgentInputItem;
  readonly agent: string | null;
  readonly handoff?: Handoff;
}

/**
 * What a run has done so far.
 */
export interface RunSoFar {
  readonly items: readonly GeneratedItem[];
  readonly input: readonly AgentInputItem[];
  /** The agent at work. */
  readonly agent: string | null;
  readonly context: RunContext;
}

/**
 * Reads the state of a run, which may be of another copy of the SDK.
 *
 * @param state - A `RunState`.
 */
export function generatedItems(state: object): RunSoFar {
  const { newItems, input, lastAgent, runContext } = new RunResult(
    state as RunState<unknown, Agent<unknown, AgentOutputType>>,
  );
  return {
    items: newItems.filter(isStored).map(generatedItem),
    input: typeof input === 'string' ? [] : input,
    agent: lastAgent?.name.toWellFormed() ?? null,
    context: runContext,
  };
}

/** What waits for an approval is no item of the conversation; the call stands before it. */
function isStored({ type }: RunItem): boolean {
  return type !== 'tool_approval_item';
}

function generatedItem(runItem: RunItem): GeneratedItem {
  const item = runItem.rawItem;
  if (runItem.type !== 'handoff_output_item')
    return { item, agent: runItem.agent.name.toWellFormed() };
  const from = runItem.sourceAgent.name.toWellFormed();
  return { item, agent: from, handoff: { from, to: runItem.targetAgent.name.toWellFormed() } };
}
