/**
 * The conversation that all peers keep.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

const CHARACTERS = 250;

/**
 * Gives a turn of items, all of them different: RedisJSON keeps equal strings once.
 */
export function turnOfItems(turn: number, count: number): AgentInputItem[] {
  return Array.from({ length: count }, (_, index) => ({
    type: 'message',
    role: 'user',
    content: `${turn}.${index} `.padEnd(CHARACTERS, 'conversation '),
  }));
}
