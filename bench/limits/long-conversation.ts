/**
 * A conversation in which both sides speak, so that it has turns and a filter has something to leave out.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

/**
 * Gives items, questions and answers by turns, all of them different: RedisJSON keeps equal strings once.
 *
 * @param name - Says which they are.
 * @param characters - Of each text.
 */
export function exchanges(name: string, count: number, characters = 250): AgentInputItem[] {
  return Array.from({ length: count }, (_, index) => {
    const text = `${name}.${index} `.padEnd(characters, 'conversation ');
    if (index % 2 === 0) return { type: 'message', role: 'user', content: text };
    return {
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text }],
    };
  });
}
