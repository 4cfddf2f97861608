/**
 * A client process that appends for some time to sessions of its own, and says how often it did.
 *
 * @module
 */
import { JSONSession } from 'agents-json-session';
import { RedisStore } from 'agents-json-session/redis';
import { createClient, createCluster } from 'redis';

import { messageItems } from '../peers/conversation-items.ts';
import type { Load } from './load.ts';

const TTL_SECONDS = 3600;

const load = JSON.parse(process.argv[2] ?? '') as Load;

async function connect() {
  const client = load.isCluster
    ? createCluster({ rootNodes: load.urls.map((url) => ({ url })) })
    : createClient({ url: load.urls[0] ?? '' });
  // Failures reach the caller of a command.
  client.on('error', () => {});
  await client.connect();
  return client;
}

const client = await connect();
const store = new RedisStore(client);
const sessions = Array.from(
  { length: load.sessions },
  () => new JSONSession({ store, ttl: TTL_SECONDS }),
);

/** Appends to one session, one after the other, as an agent does. */
async function converse(session: JSONSession, end: number): Promise<number> {
  let appends = 0;
  for (; performance.now() < end; appends += 1) {
    await session.addItems(messageItems(`${session.sessionId} ${appends}`, 0, load.items));
  }
  return appends;
}

const end = performance.now() + load.milliseconds;
const appends = await Promise.all(sessions.map((session) => converse(session, end)));
process.send?.(appends.reduce((sum, count) => sum + count, 0));
client.destroy();
