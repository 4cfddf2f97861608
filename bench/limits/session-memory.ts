/**
 * What sessions take in the server's memory.
 *
 * @module
 */
import { JSONSession } from 'agents-json-session';
import { RedisStore } from 'agents-json-session/redis';

import type { BenchClient } from '../client.ts';
import { ListSession } from '../list-session.ts';
import { exchanges } from './long-conversation.ts';

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
    return new JSONSession({ sessionId, store, ttl: 3600 });
  });
  const list = await bytesOf(client, messages, (key) => new ListSession(client, key));
  return { messages, ours, list };
}

async function bytesOf(
  client: BenchClient,
  messages: number,
  open: (name: string) => Pick<JSONSession, 'addItems'>,
): Promise<number> {
  await client.flushAll();
  const before = await usedMemory(client);
  const sessions = Math.ceil(MESSAGES / messages);
  for (let index = 0; index < sessions; index += 1) {
    const name = crypto.randomUUID();
    const session = open(name);
    for (let count = 0; count < messages; count += TURN) {
      await session.addItems(exchanges(`${name} ${count}`, TURN));
    }
  }
  return ((await usedMemory(client)) - before) / sessions;
}

async function usedMemory(client: BenchClient): Promise<number> {
  const info = await client.info('memory');
  return Number(/^used_memory:(\d+)/mu.exec(info)?.[1]);
}
