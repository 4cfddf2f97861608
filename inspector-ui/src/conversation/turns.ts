/**
 * The turns of a conversation: what a person said, and all that agents did for it.
 *
 * @module
 */
import type { Message } from '../api/types.ts';
import { kindOf } from './items.ts';

/** One turn. */
export interface Turn {
  /** Id of its first message. */
  id: string;
  /** Of all turns that are loaded. */
  index: number;
  text: string;
  /** The agents that took part, in order; the first may be the one of the turn before. */
  agents: string[];
  tokens: number;
  /** The tokens again, by agent in order. Those of no known agent are under an empty name. */
  tokensByAgent: Map<string, number>;
  messages: number;
  calls: number;
  failed: boolean;
  timestamp: string;
}

/** Gives the turns of messages in a row. */
export function turnsOf(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  let before: Message | undefined;
  for (const message of messages) {
    const isNew = message.role === 'user' && before?.role !== 'user';
    if (isNew || turns.length === 0) turns.push(newTurn(message, turns.length));
    addTo(turns.at(-1) as Turn, message);
    before = message;
  }
  return turns;
}

function newTurn({ id, content, timestamp }: Message, index: number): Turn {
  const counts = { tokens: 0, messages: 0, calls: 0 };
  return {
    id,
    index,
    text: content.slice(0, 160),
    agents: [],
    tokensByAgent: new Map(),
    failed: false,
    timestamp,
    ...counts,
  };
}

function addTo(turn: Turn, message: Message): void {
  turn.messages += 1;
  if (message.tokens !== null) {
    const name = message.agent ?? '';
    turn.tokens += message.tokens;
    turn.tokensByAgent.set(name, (turn.tokensByAgent.get(name) ?? 0) + message.tokens);
  }
  if (kindOf(message) === 'call') turn.calls += 1;
  if (message.failed === true) turn.failed = true;
  const named =
    message.handoff === undefined ? [message.agent] : [message.agent, message.handoff.to];
  for (const agent of named) {
    if (agent !== null && turn.agents.at(-1) !== agent) turn.agents.push(agent);
  }
}
