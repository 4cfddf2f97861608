/**
 * What the Redis store keeps of histories that it has read.
 *
 * @module
 */
import { createClient } from 'redis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { JSONSession } from '../../src/index.ts';
import { type RedisCommand, RedisStore } from '../../src/stores/redis/index.ts';
import { ownPrefix } from '../processes/shared-stores.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';

const keyPrefix = ownPrefix();
const client = createClient({ url: sharedRedisUrl(), RESP: 2 });
client.on('error', () => {});

/** Bytes of replies since the last look. */
let received = 0;

function storeWith(historyCacheBytes?: number): RedisStore {
  return new RedisStore(
    {
      async send({ args }: RedisCommand): Promise<unknown> {
        const reply = await client.sendCommand([...args]);
        received += JSON.stringify(reply).length;
        return reply;
      },
    },
    historyCacheBytes === undefined ? {} : { historyCacheBytes },
  );
}

function open(store: RedisStore, sessionId: string): JSONSession {
  return new JSONSession({ store, sessionId, keyPrefix });
}

function say(text: string) {
  return { role: 'user', content: `${text} ${'x'.repeat(100)}` } as const;
}

const LONG = Array.from({ length: 2500 }, (_, index) => say(`message ${index}`));
const LONG_BYTES = LONG.length * 100;

/** Gives how much a read of the whole history brings along. */
async function readBytes(session: JSONSession, length: number): Promise<number> {
  received = 0;
  expect(await session.getItems()).toHaveLength(length);
  return received;
}

let sessionId = '';

beforeAll(async () => {
  await client.connect();
});

afterAll(() => client.destroy());

beforeEach(() => {
  sessionId = crypto.randomUUID();
});

describe('a history that was read before', () => {
  test('is read on from there, by any handle of the store', async () => {
    const store = storeWith();
    const session = open(store, sessionId);
    await session.addItems(LONG);
    expect(await readBytes(session, 2500)).toBeGreaterThan(LONG_BYTES);
    expect(await readBytes(session, 2500)).toBeLessThan(3000);
    await session.addItems([say('more'), say('and more')]);
    expect(await readBytes(open(store, sessionId), 2502)).toBeLessThan(3000);
    expect((await session.getItems()).at(-1)).toEqual(say('and more'));
  });

  test('is the caller’s to change', async () => {
    const session = open(storeWith(), sessionId);
    await session.addItems([say('one'), say('two')]);
    const items = await session.getItems();
    for (const item of items) Object.assign(item, { content: 'changed', more: {} });
    items.length = 0;
    const again = await session.getItems();
    expect(again).toEqual([say('one'), say('two')]);
  });

  test('is read again from where others have changed it', async () => {
    const session = open(storeWith(), sessionId);
    const other = open(storeWith(), sessionId);
    await session.addItems(LONG);
    await session.getItems();
    for (let pops = 0; pops < 5; pops += 1) await other.popItem();
    await other.addItems([say('instead')]);
    expect(await readBytes(session, 2496)).toBeLessThan(10_000);
    expect(await session.getItems()).toEqual(await other.getItems());
    await other.clear();
    await other.addItems([say('new')]);
    expect(await session.getItems()).toEqual([say('new')]);
    await other.delete();
    await open(storeWith(), sessionId).addItems([say('another life')]);
    await expect(session.getItems()).rejects.toMatchObject({ code: 'session_expired' });
  });

  test('is read again where the Python class has cleared it, however it was filled since', async () => {
    const key = `${keyPrefix}${sessionId}`;
    const session = open(storeWith(), sessionId);
    await session.addItems(LONG.slice(0, 5));
    await session.getItems();
    const python = (index: number): string =>
      JSON.stringify({ id: `python-${index}`, role: 'user', content: 'from Python' });
    for (const count of [5, 3, 7]) {
      await client.sendCommand(['JSON.SET', key, '$.messages', '[]']);
      const messages = Array.from({ length: count }, (_, index) => python(index + count));
      await client.sendCommand(['JSON.ARRAPPEND', key, '$.messages', ...messages]);
      const items = await session.getItems();
      expect(items).toHaveLength(count);
      expect(items.every((item) => JSON.stringify(item).includes('from Python'))).toBe(true);
    }
  });
});

describe('what is kept is bounded', () => {
  test('by nothing at all', async () => {
    const session = open(storeWith(0), sessionId);
    await session.addItems(LONG);
    for (let reads = 0; reads < 2; reads += 1) {
      expect(await readBytes(session, 2500)).toBeGreaterThan(LONG_BYTES);
    }
  });

  test('by bytes: what was not read for the longest time goes', async () => {
    // Room for two of them.
    const store = storeWith(3 * LONG_BYTES * 2);
    const sessions = ['a', 'b', 'c'].map((name) => open(store, `${sessionId} ${name}`));
    const [first, second, third] = sessions as [JSONSession, JSONSession, JSONSession];
    for (const session of sessions) await session.addItems(LONG);
    for (const session of sessions) await session.getItems();
    expect(await readBytes(third, 2500)).toBeLessThan(3000);
    expect(await readBytes(second, 2500)).toBeLessThan(3000);
    expect(await readBytes(first, 2500)).toBeGreaterThan(LONG_BYTES);
    // Which has made room for itself.
    expect(await readBytes(third, 2500)).toBeGreaterThan(LONG_BYTES);
  });

  test('by what is deleted and cleared', async () => {
    const store = storeWith();
    const session = open(store, sessionId);
    await session.addItems(LONG);
    await session.getItems();
    await session.clear();
    await session.addItems(LONG);
    expect(await readBytes(session, 2500)).toBeGreaterThan(LONG_BYTES);
  });

  test.each([-1, 1.5, Number.NaN, '8' as unknown as number])('refuses %s', (bytes) => {
    expect(() => storeWith(bytes)).toThrow('historyCacheBytes');
  });
});
