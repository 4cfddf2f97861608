/**
 * Sessions that are made of whole documents, in Redis: lost answers, and what a failure leaves behind.
 *
 * @module
 */
import { createClient } from 'redis';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { JSONSession, type OutcomeUnknownError } from '../../../src/index.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { restore, stage } from '../../../src/stores/redis/scripts.generated.ts';
import { sharedRedisUrl } from '../../servers/shared-redis.ts';

const MANY = 1700;
const keyPrefix = `restoring:${crypto.randomUUID()}:`;
const client = createClient({ url: sharedRedisUrl(), RESP: 2 });
client.on('error', () => {});
const store = new RedisStore(client);

beforeAll(async () => {
  await client.connect();
  const session = new JSONSession({ sessionId: 'warm', keyPrefix, store });
  await session.create();
  await session.fork();
});

afterAll(() => client.destroy());

/** A session with more messages than go in one step. */
async function long(sessionId: string): Promise<JSONSession> {
  const session = new JSONSession({ sessionId, keyPrefix, store });
  const items = Array.from(
    { length: MANY },
    (_, at) => ({ role: 'user', content: `${at}` }) as const,
  );
  await session.addItems(items);
  return session;
}

/** Tells of each script that is sent, and can lose its answer. */
function watched(isLost: (sha1: string, count: number) => boolean): RedisStore {
  const counts = new Map<string, number>();
  return new RedisStore({
    async send({ args }): Promise<unknown> {
      const [command = '', sha1 = ''] = args;
      const reply = await client.sendCommand([...args]);
      if (command !== 'EVALSHA') return reply;
      const count = (counts.get(sha1) ?? 0) + 1;
      counts.set(sha1, count);
      if (isLost(sha1, count)) throw new Error('ECONNRESET');
      return reply;
    },
  });
}

async function stagedKeys(): Promise<string[]> {
  const keys = await client.keys(`trash:${keyPrefix}*`);
  return keys.filter((key) => !key.endsWith(':lives'));
}

test('every answer can get lost once, and the fork is there once', async () => {
  const session = await long('parent');
  const lossy = watched((_sha1, count) => count % 2 === 1);
  const parent = new JSONSession({ sessionId: 'parent', keyPrefix, store: lossy });
  const fork = await parent.fork();
  expect(await fork.getItems()).toEqual(await session.getItems());
  await fork.addItems([{ role: 'user', content: 'more' }]);
  expect(await fork.getItems()).toHaveLength(MANY + 1);
  expect(await stagedKeys()).toEqual([]);
});

test('a fork of unknown outcome is made once when it is repeated', async () => {
  await long('unknown');
  let losing = true;
  const lossy = watched((sha1) => losing && sha1 === restore.sha1);
  const options = { sessionId: 'unknown', keyPrefix, store: lossy, timeoutMs: 1500 };
  const parent = new JSONSession(options);
  const call = { sessionId: 'unknown-fork' };
  const error = await parent.fork(call).catch((failure: unknown) => failure);
  expect(error).toMatchObject({ code: 'outcome_unknown' });
  losing = false;
  const written = new JSONSession({ sessionId: 'unknown-fork', keyPrefix, store });
  await written.addMessage({ role: 'user', content: 'meanwhile' });
  const { operationId } = error as OutcomeUnknownError;
  const fork = await parent.fork({ ...call, operationId, timeoutMs: 5000 });
  expect(await fork.getItems()).toHaveLength(MANY + 1);
  await expect(parent.fork({ ...call, timeoutMs: 5000 })).rejects.toMatchObject({
    code: 'session_exists',
  });
  expect(await stagedKeys()).toEqual([]);
});

test('a fork that fails leaves nothing', async () => {
  const session = await long('failing');
  const taken = new JSONSession({ sessionId: 'taken', keyPrefix, store });
  await taken.create();
  await expect(session.fork({ sessionId: 'taken' })).rejects.toMatchObject({
    code: 'session_exists',
  });
  expect(await stagedKeys()).toEqual([]);
});

test('what is put together expires where nobody goes on', async () => {
  const session = await long('slow');
  const controller = new AbortController();
  const stopping = watched((sha1, count) => {
    if (sha1 === stage.sha1 && count === 2) controller.abort();
    return false;
  });
  const parent = new JSONSession({ sessionId: 'slow', keyPrefix, store: stopping });
  const call = { sessionId: 'slow-fork', signal: controller.signal };
  await expect(parent.fork(call)).rejects.toMatchObject({ code: 'aborted' });
  const [key = '', ...others] = await stagedKeys();
  expect(others).toEqual([]);
  expect(await client.ttl(key)).toBeGreaterThan(500);
  const fork = await session.fork({ sessionId: 'slow-fork' });
  expect(await fork.getItems()).toHaveLength(MANY);
  await client.del(key);
});

test('a part that got lost on the way is an error, and no session', async () => {
  await long('lost');
  const losing = new RedisStore({
    async send({ args }): Promise<unknown> {
      const [command = '', sha1 = '', , key = ''] = args;
      const reply = await client.sendCommand([...args]);
      if (command === 'EVALSHA' && sha1 === stage.sha1) await client.del(key);
      return reply;
    },
  });
  const parent = new JSONSession({ sessionId: 'lost', keyPrefix, store: losing });
  const call = { sessionId: 'lost-fork' };
  await expect(parent.fork(call)).rejects.toMatchObject({ code: 'store_unavailable' });
  expect(await client.exists(`${keyPrefix}lost-fork`)).toBe(0);
});

test('a field of another program with a name that is no word is said, and not left out', async () => {
  const session = await long('named');
  await client.json.set(`${keyPrefix}named`, '$["no word"]', 1);
  await expect(session.fork()).rejects.toMatchObject({ code: 'corrupt_document', field: '$' });
});
