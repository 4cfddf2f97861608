/**
 * What is said in the conversations; `python/peers.py` says the same.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

/** Characters of a message. */
export const CHARACTERS = 250;

/**
 * The n-th message of a conversation: the user's and the assistant's in turn. No text comes twice in a
 * run, as RedisJSON keeps equal strings once.
 */
export function messageItem(
  conversation: string,
  number: number,
  characters?: number,
): AgentInputItem {
  const text = messageText(conversation, number, characters);
  return number % 2 === 0 ? userMessage(text) : assistantMessage(text);
}

/**
 * The text of the n-th message.
 */
export function messageText(
  conversation: string,
  number: number,
  characters: number = CHARACTERS,
): string {
  return `${conversation} ${number} `.padEnd(characters, 'conversation ');
}

/**
 * Messages from the n-th on.
 */
export function messageItems(
  conversation: string,
  number: number,
  count: number,
  characters?: number,
): AgentInputItem[] {
  return Array.from({ length: count }, (_, index) =>
    messageItem(conversation, number + index, characters),
  );
}

/**
 * A turn of four items, of which the first is the n-th of the conversation.
 */
export function turnItems(conversation: string, number: number): AgentInputItem[] {
  const callId = `call_${conversation}_${number}`;
  const text = (index: number): string => messageText(conversation, number + index);
  return [
    userMessage(text(0)),
    {
      type: 'function_call',
      callId,
      name: 'look_up',
      status: 'completed',
      arguments: JSON.stringify({ query: text(1) }),
    },
    {
      type: 'function_call_result',
      callId,
      name: 'look_up',
      status: 'completed',
      output: { type: 'text', text: text(2) },
    },
    assistantMessage(text(3)),
  ];
}

function userMessage(text: string): AgentInputItem {
  return { type: 'message', role: 'user', content: text };
}

function assistantMessage(text: string): AgentInputItem {
  const content = [{ type: 'output_text' as const, text }];
  return { type: 'message', role: 'assistant', status: 'completed', content };
}
