/**
 * What sessions take in the server's memory.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import { JSONSession } from 'agents-json-session';
import { RedisStore } from 'agents-json-session/redis';

import { usedMemory } from '../measuring/used-memory.ts';
import type { BenchClient } from '../place/client.ts';
import { appendToList } from '../peers/list-session.ts';
import { messageItems } from '../peers/conversation-items.ts';

/** Messages in all: enough for what the server itself needs not to matter. */
const MESSAGES = 40_000;
const TURN = 4;

/**
 * Bytes of one session.
 */
export interface SessionMemory {
  readonly messages: number;
  readonly ours: number;
  readonly list: number;
}

/**
 * Measures sessions of so many messages, written in turns of four.
 */
export async function sessionMemory(client: BenchClient, messages: number): Promise<SessionMemory> {
  const store = new RedisStore(client);
  const ours = await bytesOf(client, messages, (sessionId) => {
    const session = new JSONSession({ sessionId, store, ttl: 3600 });
    return (items) => session.addItems(items);
  });
  const list = await bytesOf(
    client,
    messages,
    (key) => (items) => appendToList(client, key, items),
  );
  return { messages, ours, list };
}

async function bytesOf(
  client: BenchClient,
  messages: number,
  open: (name: string) => (items: AgentInputItem[]) => Promise<unknown>,
): Promise<number> {
  await client.flushAll();
  const before = await usedMemory(client);
  const sessions = Math.ceil(MESSAGES / messages);
  for (let index = 0; index < sessions; index += 1) {
    const name = crypto.randomUUID();
    const append = open(name);
    for (let count = 0; count < messages; count += TURN) {
      await append(messageItems(`${name} ${count}`, 0, TURN));
    }
  }
  return ((await usedMemory(client)) - before) / sessions;
}
