/**
 * What is particular to documents in Redis: native JSON, the key's expiry, and keys that hold something
 * else.
 *
 * @module
 */
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { JSONSession } from '../../src/index.ts';
import type { JSONSessionOptions } from '../../src/index.ts';
import { type RedisCommand, RedisStore } from '../../src/stores/redis/index.ts';
import { type Calls, EVERY_CALL, EVERY_READ, EVERY_WRITE } from '../../src/testing/every-call.ts';
import { PYTHON_DOCUMENTS } from '../../src/testing/python-documents.ts';
import { SAMPLE_ITEMS } from '../../src/testing/sample-items.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';

const keyPrefix = `redis-documents:${crypto.randomUUID()}:`;
const client = createClient({ url: sharedRedisUrl(), RESP: 2 });
client.on('error', () => {});

const store = new RedisStore({
  send(command: RedisCommand): Promise<unknown> {
    return client.sendCommand([...command.args]);
  },
});

let sessionId = '';
let key = '';

async function redis(...args: string[]): Promise<unknown> {
  return client.sendCommand(args);
}

async function plant(document: unknown): Promise<void> {
  await redis('JSON.SET', key, '$', JSON.stringify(document));
}

function open(options: JSONSessionOptions = {}): JSONSession {
  return new JSONSession({ sessionId, keyPrefix, store, ...options });
}

async function failure(call: Promise<unknown>): Promise<Record<string, unknown>> {
  return call.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error as Record<string, unknown>,
  );
}

beforeAll(async () => {
  await client.connect();
});

afterAll(() => client.destroy());

beforeEach(() => {
  sessionId = crypto.randomUUID();
  key = `${keyPrefix}${sessionId}`;
});

afterEach(async () => {
  await redis('DEL', key);
});

describe('native JSON', () => {
  test('a session is one object, and content is always a string', async () => {
    const session = open();
    await session.addItems(SAMPLE_ITEMS.map(({ item }) => item));
    await session.addMessage({ role: 'tool', content: 'note' });
    expect(await redis('TYPE', key)).toBe('ReJSON-RL');
    expect(await redis('JSON.TYPE', key)).toBe('object');
    expect(await redis('JSON.GET', key, '$.messages[0].content')).toBe('["Hello"]');
    const types = (await redis('JSON.TYPE', key, '$.messages[*].content')) as string[];
    expect(types).toHaveLength(SAMPLE_ITEMS.length + 1);
    expect(new Set(types)).toEqual(new Set(['string']));
    const items = (await redis('JSON.TYPE', key, '$.messages[*].item')) as string[];
    expect(new Set(items)).toEqual(new Set(['object']));
  });

  test('nothing but the one key is written', async () => {
    const session = open();
    await session.addItems(SAMPLE_ITEMS.map(({ item }) => item));
    await session.clear();
    const { keys } = await client.scan('0', { MATCH: `*${sessionId}*`, COUNT: 1_000_000 });
    expect(keys).toEqual([key]);
  });

  test('deep items are text, so that no parser meets them', async () => {
    let deep: unknown = 1;
    for (let level = 0; level < 300; level += 1) deep = [deep];
    const session = open();
    await session.addItems([{ type: 'unknown', providerData: { deep } }]);
    expect(await redis('JSON.TYPE', key, '$.messages[0].item.$json')).toEqual(['string']);
  });

  test('times are those of the server, with microseconds', async () => {
    const session = open();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_400_000 });
    try {
      const { timestamp } = await session.addMessage({ role: 'user', content: 'Hello' });
      const [seconds] = (await redis('TIME')) as [string, string];
      expect(Math.abs(timestamp.getTime() / 1000 - Number(seconds))).toBeLessThan(60);
      const { createdAt, updatedAt } = await session.getMetadata();
      expect(createdAt).toEqual(timestamp);
      expect(updatedAt).toEqual(timestamp);
    } finally {
      vi.useRealTimers();
    }
    expect(await redis('JSON.GET', key, '$.messages[0].timestamp')).toMatch(
      /^\[\d{10}\.\d{1,6}\]$/,
    );
  });
});

describe('the expiry of the key', () => {
  async function timeLeft(): Promise<number> {
    return Number(await redis('PTTL', key));
  }

  test('begins with the session', async () => {
    const session = open({ ttl: 100 });
    await session.create();
    expect(await timeLeft()).toBeGreaterThan(90_000);
    await redis('DEL', key);
    await open({ ttl: 100 }).addMessage({ role: 'user', content: 'Hello' });
    expect(await timeLeft()).toBeGreaterThan(90_000);
  });

  test.each(Object.entries({ ...EVERY_WRITE, touch: EVERY_CALL['touch']! }))(
    'begins again with %s, by a handle that knows no ttl',
    async (_, write) => {
      await open({ ttl: 100 }).addItems([{ role: 'user', content: 'Hello' }]);
      await redis('PEXPIRE', key, '5000');
      await write(open());
      expect(await timeLeft()).toBeGreaterThan(90_000);
      expect(await timeLeft()).toBeLessThanOrEqual(100_000);
    },
  );

  test.each(Object.entries(EVERY_READ))('does not begin again with %s', async (_, read) => {
    await open({ ttl: 100 }).addItems([{ role: 'user', content: 'Hello' }]);
    await redis('PEXPIRE', key, '5000');
    await read(open());
    expect(await timeLeft()).toBeLessThanOrEqual(5000);
  });

  test.each(Object.entries(EVERY_WRITE))(
    'goes on after %s where the document has no ttl',
    async (_, write) => {
      await plant(PYTHON_DOCUMENTS['py-chat']);
      await redis('PEXPIRE', key, '50000');
      await write(open());
      expect(await timeLeft()).toBeGreaterThan(40_000);
      expect(await timeLeft()).toBeLessThanOrEqual(50_000);
    },
  );

  test('is that of the handle where the document has no ttl', async () => {
    await plant(PYTHON_DOCUMENTS['py-chat']);
    await redis('PEXPIRE', key, '50000');
    await open({ ttl: 900 }).addMessage({ role: 'user', content: 'Hello' });
    expect(await timeLeft()).toBeGreaterThan(890_000);
    expect(await redis('JSON.GET', key, '$.state.ttl')).toBe('[900]');
  });

  test('is there for the longest ttl', async () => {
    await open({ ttl: 2 ** 31 - 1 }).create();
    expect(await timeLeft()).toBeGreaterThan(2 ** 40);
  });
});

describe('a key that holds something else', () => {
  const OTHERS: [type: string, command: string[]][] = [
    ['string', ['SET', '@', 'x']],
    ['list', ['RPUSH', '@', 'x']],
    ['hash', ['HSET', '@', 'session_id', 'x']],
    ['set', ['SADD', '@', 'x']],
    ['zset', ['ZADD', '@', '1', 'x']],
    ['stream', ['XADD', '@', '*', 'a', 'b']],
  ];

  test.each(OTHERS)('%s: every call fails and leaves it alone', async (keyType, command) => {
    await redis(...command.map((arg) => (arg === '@' ? key : arg)));
    const before = await redis('OBJECT', 'ENCODING', key);
    const calls: Record<string, (session: JSONSession) => Promise<unknown>> = {
      ...EVERY_CALL,
      create: (session) => session.create(),
      delete: (session) => session.delete(),
      load: () => JSONSession.load(sessionId, { store, keyPrefix }),
      open: () => JSONSession.open({ sessionId, store, keyPrefix }),
    };
    for (const [name, call] of Object.entries(calls)) {
      const error = await failure(call(open({ ttl: 5 })));
      expect([name, error['code'], error['keyType']]).toEqual([name, 'wrong_key_type', keyType]);
    }
    expect(await redis('TYPE', key)).toBe(keyType);
    expect(await redis('OBJECT', 'ENCODING', key)).toBe(before);
    expect(await redis('PTTL', key)).toBe(-1);
  });
});

describe('a document that is no session', () => {
  const CHAT = PYTHON_DOCUMENTS['py-chat'];
  const STATE = {
    schema: 1,
    incarnation: 'a'.repeat(32),
    ttl: null,
    generation: 0,
    changes: [],
    history_start: null,
    writers: '',
    lock: null,
  };

  /** What is wrong, which field the error names, and the document. */
  const CORRUPT: [name: string, field: RegExp, document: unknown][] = [
    ['messages is a string', /^messages$/, { ...CHAT, messages: 'text' }],
    ['messages is an object', /^messages$/, { ...CHAT, messages: {} }],
    ['messages is a number', /^messages$/, { ...CHAT, messages: 5 }],
    ['messages is null', /^messages$/, { ...CHAT, messages: null }],
    ['messages is missing', /^messages$/, { ...CHAT, messages: undefined }],
    ['metadata is a list', /^metadata/, { ...CHAT, metadata: [] }],
    ['metadata is missing', /^metadata/, { ...CHAT, metadata: undefined }],
    [
      'the count is a string',
      /^metadata/,
      { ...CHAT, metadata: { ...CHAT.metadata, message_count: '5' } },
    ],
    [
      'the tokens are a string',
      /^metadata/,
      { ...CHAT, metadata: { ...CHAT.metadata, total_tokens: '30' } },
    ],
    ['created_at is a string', /^created_at$/, { ...CHAT, created_at: '2026' }],
    ['created_at is missing', /^created_at$/, { ...CHAT, created_at: undefined }],
    ['state is a string', /^state/, { ...CHAT, state: 'x' }],
    ['state is a list', /^state/, { ...CHAT, state: [] }],
    ['the schema is a string', /^state/, { ...CHAT, state: { ...STATE, schema: '1' } }],
    [
      'the incarnation is missing',
      /^state/,
      { ...CHAT, state: { ...STATE, incarnation: undefined } },
    ],
    ['the generation is a string', /^state/, { ...CHAT, state: { ...STATE, generation: 'x' } }],
    ['the root is a list', /./, [1, 2, 3]],
    ['the root is a string', /./, 'text'],
    ['the root is an empty object', /./, {}],
  ];

  /** Which of the calls did not say that the document is corrupt at this field, and what they said. */
  async function othersThanCorrupt(
    field: RegExp,
    calls: Record<string, () => Promise<unknown>>,
  ): Promise<unknown[]> {
    const others: unknown[] = [];
    for (const [name, call] of Object.entries(calls)) {
      const error = await failure(call());
      const isCorrupt = error['code'] === 'corrupt_document' && field.test(String(error['field']));
      if (!isCorrupt) others.push([name, error]);
    }
    return others;
  }

  /** Each call on a handle of its own. */
  function onHandles(calls: Calls): Record<string, () => Promise<unknown>> {
    return Object.fromEntries(
      Object.entries(calls).map(([name, call]) => [name, () => call(open({ ttl: 5 }))]),
    );
  }

  test.each(CORRUPT)(
    '%s: every write is refused and changes nothing',
    async (_, field, document) => {
      await plant(document);
      const before = await redis('JSON.GET', key);
      expect(await othersThanCorrupt(field, onHandles(EVERY_WRITE))).toEqual([]);
      const error = await failure(open().create());
      expect(['corrupt_document', 'session_exists']).toContain(error['code']);
      expect(await redis('JSON.GET', key)).toBe(before);
      expect(await redis('PTTL', key)).toBe(-1);
    },
  );

  test.each(CORRUPT)('%s: every read says so', async (_, field, document) => {
    await plant(document);
    const calls = {
      ...onHandles(EVERY_READ),
      load: () => JSONSession.load(sessionId, { store, keyPrefix }),
      open: () => JSONSession.open({ sessionId, store, keyPrefix }),
    };
    expect(await othersThanCorrupt(field, calls)).toEqual([]);
  });

  test.each(CORRUPT)('%s: it can be deleted', async (_, _field, document) => {
    await plant(document);
    expect(await open().delete()).toBe(true);
    expect(await redis('EXISTS', key)).toBe(0);
  });

  test('a list of agents that is none is refused by trackAgent', async () => {
    await plant({ ...CHAT, metadata: { ...CHAT.metadata, agents_used: 'Triage' } });
    const before = await redis('JSON.GET', key);
    const track = { trackAgent: () => open().trackAgent('Billing') };
    expect(await othersThanCorrupt(/^metadata/, track)).toEqual([]);
    expect(await redis('JSON.GET', key)).toBe(before);
  });

  test.each([
    ['text of no writer', 'nonsense'],
    ['quotes', '";drop'],
    ['a record without an end', 'aaaaaaaaaaaaaaaa:1:1795357251.000000'],
    ['many old records', 'bbbbbbbbbbbbbbbb:7:1.000000;'.repeat(100)],
  ])('writers that are %s lose no write', async (_, writers) => {
    await plant({
      ...CHAT,
      state: { ...STATE, writers },
      operations: {},
      attributes: {},
      usage: {},
    });
    const session = open();
    const outcome = await session.addMessage({ role: 'user', content: 'Hello' }).then(
      () => 'added',
      (error: unknown) => (error as { code?: string }).code,
    );
    const count = outcome === 'added' ? 6 : 5;
    expect(['added', 'corrupt_document']).toContain(outcome);
    expect(await session.getMessages()).toHaveLength(count);
    const stored = JSON.parse((await redis('JSON.GET', key)) as string) as { messages: unknown[] };
    expect(stored.messages).toHaveLength(count);
  });
});
