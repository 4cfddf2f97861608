/**
 * Turns of a conversation as callers see them.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import { numberTurns } from '../windows/turns.ts';
import type { Message } from './message.ts';

/**
 * What a user said and everything that came of it.
 */
export interface Turn {
  /** The messages of the turn, oldest first. */
  messages: Message[];
}

/** Stands for what is transcript only: it came of something, and nobody said it to the model. */
const NO_ITEM: AgentInputItem = { type: 'unknown' };

/**
 * Groups messages into turns.
 */
export function toTurns(messages: readonly Message[]): Turn[] {
  const numbers = numberTurns(messages.map(({ item }) => item ?? NO_ITEM));
  const turns = new Map<number | undefined, Turn>();
  for (const [index, message] of messages.entries()) {
    const turn = turns.get(numbers[index]) ?? { messages: [] };
    turns.set(numbers[index], turn);
    turn.messages.push(message);
  }
  return [...turns.values()];
}
