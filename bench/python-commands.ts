/**
 * The commands of the Python class `JSONSession` for one message, from the same client as ours.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';

import type { BenchClient } from './client.ts';

const TTL_SECONDS = 3600;

/**
 * Creates the document that the commands write to.
 */
export async function createPythonDocument(client: BenchClient, key: string): Promise<void> {
  await client.json.set(key, '$', {
    updated_at: 0,
    metadata: { message_count: 0, total_tokens: 0 },
    messages: [],
  });
}

/**
 * Adds one message in five commands, one after the other.
 */
export async function addPythonMessage(
  client: BenchClient,
  key: string,
  content: string,
): Promise<void> {
  await client.json.arrAppend(key, '$.messages', {
    id: randomBytes(8).toString('hex'),
    role: 'user',
    content,
    timestamp: Date.now() / 1000,
    agent: null,
    tokens: 7,
  });
  await client.json.numIncrBy(key, '$.metadata.message_count', 1);
  await client.json.numIncrBy(key, '$.metadata.total_tokens', 7);
  await client.json.set(key, '$.updated_at', Date.now() / 1000);
  await client.expire(key, TTL_SECONDS);
}
