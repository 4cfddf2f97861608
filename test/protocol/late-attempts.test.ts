/**
 * Attempts that arrive when their caller has been answered, at a real server: what the explorer found.
 */
import { createClient } from 'redis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import type { RedisCommand } from '../../src/stores/redis/clients/client.ts';
import { RedisStore } from '../../src/stores/redis/redis-store.ts';
import type { AppendParams, NewEntry } from '../../src/store.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';

const client = createClient({ url: sharedRedisUrl(), RESP: 2 });
client.on('error', () => {});

let key = '';
/** What is on its way when its connection breaks. */
let held: RedisCommand[] = [];
let breaks = 0;
/** Runs before the command is sent again. */
let meanwhile: () => Promise<unknown> = async () => {};

const other = new RedisStore(client);
const store = new RedisStore({
  async send(command: RedisCommand): Promise<unknown> {
    if (breaks > 0) {
      breaks -= 1;
      held.push(command);
      await meanwhile();
      throw Object.assign(new Error('The connection is gone'), { code: 'ECONNRESET' });
    }
    return client.sendCommand([...command.args]);
  },
});

beforeAll(() => client.connect());
afterAll(() => client.destroy());

beforeEach(() => {
  key = `late-attempts:${crypto.randomUUID()}`;
  held = [];
  breaks = 0;
});

const ANYBODY = { incarnation: null, userId: null };

function entryOf(id: string): NewEntry {
  return { id, role: 'user', content: id, agent: null, tokens: null };
}

function append(id: string): AppendParams {
  const incarnation = crypto.randomUUID().replaceAll('-', '');
  const address = { key, sessionId: 's', expect: ANYBODY, ttl: 60 };
  const create = { userId: 'u', incarnation };
  return { ...address, create, entries: [entryOf(id)], tokens: 0, changes: {} };
}

async function stored(path: string): Promise<string[]> {
  const text = await client.sendCommand<string | null>(['JSON.GET', key, path]);
  return text === null ? [] : (JSON.parse(text) as string[]);
}

async function entries(): Promise<string[]> {
  return stored('$.messages[*].id');
}

async function arriveLate(): Promise<unknown[]> {
  return Promise.all(held.map(async ({ args }) => client.sendCommand([...args])));
}

test('a write that met a lock when it was sent again is unknown: it may arrive when the lock is gone', async () => {
  await store.append(append('first'));
  const lock = { key, sessionId: 's', expect: ANYBODY, ttl: null, lockToken: 'token' };
  breaks = 1;
  meanwhile = () => other.lock({ ...lock, leaseMs: 30_000, keep: false, create: null });
  await expect(store.append(append('second'))).rejects.toMatchObject({ code: 'outcome_unknown' });
  await other.unlock(lock);
  await arriveLate();
  expect(await entries()).toEqual(['first', 'second']);
});

test('a number that met a lock goes to no other write', async () => {
  await store.append(append('first'));
  const lock = { key, sessionId: 's', expect: ANYBODY, ttl: null, lockToken: 'token' };
  await other.lock({ ...lock, leaseMs: 30_000, keep: false, create: null });
  const numbers: string[][] = [];
  const watching = new RedisStore({
    send(command: RedisCommand): Promise<unknown> {
      numbers.push(command.args.slice(6, 8));
      return client.sendCommand([...command.args]);
    },
  });
  await expect(watching.append(append('a'))).rejects.toMatchObject({ code: 'session_locked' });
  await other.unlock(lock);
  await watching.append(append('b'));
  const [refused, applied] = numbers;
  expect(applied).not.toEqual(refused);
});

test('a late number of a life that is over does not begin another one', async () => {
  await store.append(append('first'));
  breaks = 1;
  meanwhile = async () => {
    await other.delete({ key, sessionId: 's', expect: ANYBODY });
    await other.append(append('of another life'));
  };
  await store.append(append('second'));
  expect(await entries()).toEqual(['of another life', 'second']);
  await client.sendCommand(['DEL', key]);
  expect(await arriveLate()).toEqual([['GAP', '']]);
  expect(await entries()).toEqual([]);
});

test('a lane that goes on after its session is over begins the next one as a new writer', async () => {
  await store.append(append('first'));
  await client.sendCommand(['DEL', key]);
  const { incarnation } = await store.append(append('second'));
  const [writers] = await stored('$.state.writers');
  expect(writers).toMatch(/^[\da-f]{16}:1:[\d.]+;$/u);
  expect(incarnation).toMatch(/^[\da-f]{32}$/u);
  expect(await entries()).toEqual(['second']);
});
