/**
 * Short ways to say and to read something in a session.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import type { JSONSession } from '../session/session.ts';
import { NO_USAGE } from '../document/run-record.ts';
import type { Message, SessionUsage } from '../session/message.ts';

/** The usage of a session that no run was told of. */
export const NOTHING_USED: SessionUsage = { ...NO_USAGE, agents: {} };

/**
 * Adds a message of the user.
 */
export async function say(session: JSONSession, content: string): Promise<Message> {
  return session.addMessage({ role: 'user', content });
}

/**
 * Gives the texts of all messages.
 */
export async function textsOf(session: JSONSession): Promise<string[]> {
  return (await session.getMessages()).map(({ content }) => content);
}

/**
 * Gives an item with a text of the user.
 */
export function userItem(content: string): AgentInputItem {
  return { type: 'message', role: 'user', content };
}

/**
 * Gives an item with a text of the assistant.
 */
export function assistantItem(text: string): AgentInputItem {
  return {
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text }],
  };
}

/**
 * Gives the call of a tool.
 */
export function callItem(callId: string): AgentInputItem {
  return { type: 'function_call', callId, name: 'weather', status: 'completed', arguments: '{}' };
}

/**
 * Gives the result of a tool call.
 */
export function resultItem(callId: string): AgentInputItem {
  return {
    type: 'function_call_result',
    callId,
    name: 'weather',
    status: 'completed',
    output: { type: 'text', text: 'sunny' },
  };
}
