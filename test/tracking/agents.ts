/**
 * Agents with models that follow a script.
 *
 * @module
 */
import {
  Agent,
  type AgentOptions,
  handoff,
  type Handoff,
  tool,
  type Tool,
} from '@openai/agents-core';
import { ScriptedModel, type ScriptedModelInput } from '@openai/agents-core/testing';
import type { AnyAgent } from './runs.ts';

type Options = Partial<Omit<AgentOptions, 'name' | 'model'>>;

/**
 * Makes an agent.
 *
 * @param script - What its model answers, by request.
 */
export function newAgent(
  name: string,
  script: readonly ScriptedModelInput[],
  options: Options = {},
): AnyAgent {
  return new Agent({ name, model: new ScriptedModel(script), ...options });
}

/**
 * Lets agents hand over to each other, each to all others.
 */
export function connect(...agents: AnyAgent[]): void {
  for (const agent of agents) agent.handoffs = agents.filter((other) => other !== agent);
}

/**
 * A handoff as the SDK makes it, with other settings.
 */
export function handoffTo(agent: AnyAgent, config: Parameters<typeof handoff>[1]): Handoff {
  return handoff(agent, config);
}

/**
 * Makes a tool.
 *
 * @param act - What it does; it gives what the model is told.
 */
export function newTool(
  name: string,
  act: (context: unknown) => Promise<string> | string = () => `${name} is done`,
  { needsApproval = false }: { needsApproval?: boolean } = {},
): Tool {
  return tool({
    name,
    description: `Does ${name}.`,
    parameters: {
      type: 'object',
      properties: { input: { type: 'string' } },
      required: ['input'],
      additionalProperties: false,
    },
    strict: true,
    needsApproval,
    execute: async (_input, context) => act(context),
  });
}
