/**
 * An agent that every process makes for itself, with a model that follows a script.
 *
 * @module
 */
import { Agent, tool, type Tool } from '@openai/agents-core';
import {
  assistantMessage,
  functionCall,
  ScriptedModel,
  type ScriptedModelResponse,
} from '@openai/agents-core/testing';

/**
 * A call of a tool: `book` waits for an approval, `hold` does not.
 */
export interface Call {
  readonly tool: 'book' | 'hold';
  readonly city: string;
  readonly callId: string;
}

/**
 * What the model answers to one request.
 */
export interface Step {
  readonly says?: string;
  readonly calls?: readonly Call[];
}

/**
 * What an output guardrail does; a test may change its mind between two runs.
 */
export interface Guardrail {
  blocks: boolean;
}

/**
 * An agent and what can be seen of its work.
 */
export interface Travel {
  readonly agent: Agent;
  readonly model: ScriptedModel;
  /** What the tools did, in order: a call that was made twice stands there twice. */
  readonly deeds: string[];
}

/**
 * Makes an agent.
 *
 * @param script - What the model answers, one step for each request.
 * @param guardrail - Left out: the agent has none.
 */
export function newTravel(script: readonly Step[], guardrail?: Guardrail): Travel {
  const model = new ScriptedModel(script.map(responseOf));
  const deeds: string[] = [];
  const act = (deed: string, done: string): string => {
    deeds.push(deed);
    return done;
  };
  const tools = [
    cityTool('book', true, (city) => act(`book ${city}`, `booked ${city}`)),
    cityTool('hold', false, (city) => act(`hold ${city}`, `held ${city}`)),
  ];
  const promises = {
    name: 'promises',
    execute: async () => ({ tripwireTriggered: guardrail?.blocks ?? false, outputInfo: null }),
  };
  const outputGuardrails = guardrail ? [promises] : [];
  return { agent: new Agent({ name: 'Travel', model, tools, outputGuardrails }), model, deeds };
}

function responseOf({ says, calls = [] }: Step): ScriptedModelResponse {
  const spoken = says === undefined ? [] : [assistantMessage(says)];
  return [...spoken, ...calls.map((call) => functionCall(call.tool, { city: call.city }, call))];
}

function cityTool(name: Call['tool'], needsApproval: boolean, act: (city: string) => string): Tool {
  return tool({
    name,
    description: `Can ${name} a trip.`,
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    },
    strict: true,
    needsApproval,
    execute: (input) => act((input as { city: string }).city),
  });
}
