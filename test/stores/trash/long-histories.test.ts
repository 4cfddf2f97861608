/**
 * Histories that are too long to be freed at once: moved out of the way in one step, freed in many.
 *
 * @module
 */
import { createClient } from 'redis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { JSONSession } from '../../../src/index.ts';
import type { JSONSessionOptions } from '../../../src/index.ts';
import { type RedisCommand, RedisStore } from '../../../src/stores/redis/index.ts';
import { trim } from '../../../src/stores/redis/scripts.generated.ts';
import { PYTHON_DOCUMENTS } from '../../../src/testing/python-documents.ts';
import { validateDocument } from '../../document/schema-check.ts';
import { startRedis } from '../../servers/redis-server.ts';
import { sharedRedisUrl } from '../../servers/shared-redis.ts';

const LONG = 2600;
const keyPrefix = `long-histories:${crypto.randomUUID()}:`;
const client = createClient({ url: sharedRedisUrl(), RESP: 2 });
client.on('error', () => {});

let sent: RedisCommand[] = [];
/** Fails the commands that it takes. */
let breakOn: (command: RedisCommand) => boolean = () => false;
const store = new RedisStore({
  async send(command: RedisCommand): Promise<unknown> {
    sent.push(command);
    if (breakOn(command)) throw new Error('ECONNRESET');
    return client.sendCommand([...command.args]);
  },
});

let sessionId = '';
let key = '';

function open(options: JSONSessionOptions = {}): JSONSession {
  return new JSONSession({ sessionId, keyPrefix, store, ...options });
}

async function redis(...args: string[]): Promise<unknown> {
  return client.sendCommand(args);
}

/** Keys beside the session of this test that hold more than what was deleted. */
async function trash(): Promise<string[]> {
  const keys = await client.keys(`trash:${keyPrefix}{${key}}:*`);
  return keys.filter((one) => !one.endsWith(':lives'));
}

function isTrim({ args }: RedisCommand): boolean {
  return args.includes(trim.sha1) || args.includes(trim.source);
}

const ITEMS = Array.from({ length: LONG }, (_, index) => ({
  role: 'user' as const,
  content: `message ${index}`,
}));

beforeAll(async () => {
  await client.connect();
});

afterAll(() => client.destroy());

beforeEach(() => {
  sessionId = crypto.randomUUID();
  key = `${keyPrefix}${sessionId}`;
  sent = [];
  breakOn = () => false;
});

describe('a long history', () => {
  test('that is deleted is freed in steps, and nothing of it is left', async () => {
    const session = open();
    await session.addItems(ITEMS);
    sent = [];
    expect(await session.delete()).toBe(true);
    expect(sent.filter(isTrim).length).toBeGreaterThanOrEqual(Math.ceil(LONG / 500));
    expect(await trash()).toEqual([]);
    expect(await redis('EXISTS', key)).toBe(0);
  });

  test('that is cleared is freed in steps, and its head stays', async () => {
    const session = open({ ttl: 600, userId: 'user-1' });
    await session.addItems(ITEMS);
    await session.addMessage({ role: 'user', content: 'x', tokens: 5, agent: 'Writer' });
    await session.trackAgent('Writer');
    await session.setAttributes({ title: 'Trip' });
    await session.setHandoffContext({ to: ['Writer'], list: [] });
    const before = await session.getMetadata();
    sent = [];
    await session.clear();
    expect(sent.filter(isTrim).length).toBeGreaterThanOrEqual(Math.ceil(LONG / 500));
    expect(await trash()).toEqual([]);
    const { updatedAt, ...after } = await session.getMetadata();
    expect(updatedAt.getTime()).toBeGreaterThan(before.updatedAt.getTime());
    const { updatedAt: _, ...others } = before;
    expect(after).toEqual({ ...others, messageCount: 0, totalTokens: 0 });
    expect(await session.getHandoffContext()).toEqual({ to: ['Writer'], list: [] });
    const document = JSON.parse(String(await redis('JSON.GET', key))) as unknown;
    expect(validateDocument(document)).toBe(true);
    const left = Number(await redis('TTL', key));
    expect(left).toBeGreaterThan(590);
    expect(left).toBeLessThanOrEqual(600);
    await session.addItems([{ role: 'user', content: 'again' }]);
    expect(await session.getItems()).toHaveLength(1);
  });

  test('that is cleared for new items gives way to them in one step', async () => {
    const session = open();
    await session.addItems(ITEMS);
    await session.clearSession();
    await session.addItems([{ role: 'user', content: 'new' }]);
    expect(await session.getItems()).toMatchObject([{ content: 'new' }]);
    expect(await trash()).toEqual([]);
  });

  test.each(['clear', 'delete'] as const)(
    'of which the rest cannot be freed after %s expires',
    async (end) => {
      await open().addItems(ITEMS);
      const session = open({ timeoutMs: 1000 });
      let trims = 0;
      breakOn = (command) => isTrim(command) && (trims += 1) > 2;
      await session[end]();
      const [left = ''] = await trash();
      expect(Number(await redis('TTL', left))).toBeGreaterThan(500);
      expect(Number(await redis('TTL', left))).toBeLessThanOrEqual(600);
      expect(await redis('EXISTS', key)).toBe(end === 'clear' ? 1 : 0);
    },
  );

  test.each(['clear', 'delete'] as const)(
    'is freed also where the answer to %s was lost',
    async (end) => {
      const session = open();
      await session.addItems(ITEMS);
      let isLost = false;
      const losing = new RedisStore({
        async send({ args }): Promise<unknown> {
          const reply = await client.sendCommand([...args]);
          if (isLost || args[0] === 'JSON.GET') return reply;
          isLost = true;
          throw new Error('ECONNRESET');
        },
      });
      const result = await open({ store: losing })[end]();
      expect(isLost).toBe(true);
      if (end === 'delete') expect(result).toBe(true);
      expect(await trash()).toEqual([]);
    },
  );

  test('keeps the clock of a key without a ttl of ours', async () => {
    await open().addItems(ITEMS);
    await redis('EXPIRE', key, '500');
    await open().clear();
    const left = Number(await redis('TTL', key));
    expect(left).toBeGreaterThan(490);
    expect(left).toBeLessThanOrEqual(500);
  });

  test('of a document with fields that are not known here is cleared with all of them kept', async () => {
    const session = open();
    await session.addItems(ITEMS);
    await redis('JSON.SET', key, '$.later', '{"a":[1]}');
    await session.clear();
    expect(await redis('JSON.GET', key, '$.later')).toBe('[{"a":[1]}]');
    expect(await session.getItems()).toEqual([]);
    expect(sent.filter(isTrim)).toEqual([]);
  });

  test('of the Python class is cleared, and is ours then', async () => {
    const [python] = Object.values(PYTHON_DOCUMENTS);
    const [message] = python!.messages;
    const messages = Array.from({ length: LONG }, () => message);
    await redis('JSON.SET', key, '$', JSON.stringify({ ...python, messages }));
    await open().clear();
    const document = JSON.parse(String(await redis('JSON.GET', key))) as Record<string, unknown>;
    expect(validateDocument(document)).toBe(true);
    expect(document).toMatchObject({
      session_id: python!.session_id,
      created_at: python!.created_at,
      messages: [],
    });
    expect(await trash()).toEqual([]);
  });

  test('is cleared and deleted at the memory limit', async () => {
    const server = await startRedis();
    const own = createClient({ url: server.url });
    own.on('error', () => {});
    await own.connect();
    try {
      for (const end of ['clear', 'delete'] as const) {
        await own.configSet('maxmemory', '0');
        const session = open({ store: new RedisStore(own) });
        await session.addItems(ITEMS);
        await own.configSet('maxmemory', '1');
        await session[end]();
        expect(await own.exists(key)).toBe(end === 'clear' ? 1 : 0);
        if (end === 'clear') expect(await session.getItems()).toEqual([]);
      }
      expect((await own.keys('*')).filter((one) => !one.endsWith(':lives'))).toEqual([]);
    } finally {
      own.destroy();
      await server.stop();
    }
  });
});
