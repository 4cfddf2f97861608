/**
 * Items as they are stored of a run of the travel agent.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import type { Call } from './travel-agent.ts';

/** What a tool answers when its call was rejected; the SDK's words. */
export const REJECTED = 'Tool execution was not approved.';

/** What the user said. */
export function user(content: string): AgentInputItem {
  return { type: 'message', role: 'user', content };
}

/** What the model said. */
export function assistant(text: string): AgentInputItem {
  return {
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text }],
  };
}

/** The call of a tool. */
export function called({ tool: name, city, callId }: Call): AgentInputItem {
  const args = JSON.stringify({ city });
  return { type: 'function_call', name, callId, status: 'completed', arguments: args };
}

/** What the tool answered. */
export function answered({ tool: name, callId }: Call, text: string): AgentInputItem {
  const output = { type: 'text', text } as const;
  return { type: 'function_call_result', name, callId, status: 'completed', output };
}
