/**
 * Sessions that the real classes of other packages wrote, imported into every store.
 *
 * @module
 */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { type AgentInputItem, protocol } from '@openai/agents-core';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { JSONSession } from '../../src/index.ts';
import { pythonRedisSessions } from '../../src/stores/redis/index.ts';
import { pythonSqliteSessions } from '../../src/stores/sqlite/index.ts';
import {
  fileSessions,
  type ForeignSession,
  importFrom,
  type ImportFromResult,
} from '../../src/transfer/index.ts';
import { checkDocument } from '../document/schema-check.ts';
import { ownPrefix, temporaryFolder } from '../processes/shared-stores.ts';
import { EVERY_STORE, type OpenStore } from '../security/every-store.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/foreign-sessions');
const SECRET = 'said-in-confidence';

type Dump = Record<string, { hash?: Record<string, string>; list?: string[]; ttl: number }>;

const DUMP = JSON.parse(readFileSync(join(FIXTURES, 'python-redis.json'), 'utf8')) as Dump;
const FILE = readFileSync(join(FIXTURES, 'file-travel.json'), 'utf8');

/** What the SDK for JavaScript makes of what the SDK for Python kept. */
const TRAVEL = [
  { role: 'user', content: 'How is the weather in Zürich and Oslo?' },
  { type: 'reasoning', content: [{ text: 'They want the weather.' }] },
  {
    type: 'function_call',
    callId: 'call_1',
    name: 'weather',
    arguments: '{"city": "Z\\u00fcrich"}',
  },
  { type: 'function_call', callId: 'call_2', name: 'weather', arguments: '{"city": "Oslo"}' },
  { type: 'function_call_result', callId: 'call_1', name: 'weather', output: 'Sunny in Zürich' },
  { type: 'function_call_result', callId: 'call_2', name: 'weather', output: 'Sunny in Oslo' },
  { role: 'assistant', content: [{ type: 'output_text', text: 'Sunny in both, ☀️.' }] },
  {
    role: 'user',
    content: [{ type: 'input_text', text: 'Thanks!' }, { image: 'https://example.com/a.png' }],
  },
  { role: 'assistant', content: [{ text: 'You are welcome.' }] },
];

const EASY = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hello' },
  { role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'Hi' }] },
  { type: 'unknown', providerData: { type: 'item_reference', id: 'msg_9' } },
];

/** Puts the keys of the Python class under a prefix of their own. */
async function plantKeys(change: (dump: Dump) => void = () => {}): Promise<string> {
  const keyPrefix = ownPrefix();
  const dump = structuredClone(DUMP);
  change(dump);
  const client = await createClient({ url: sharedRedisUrl() }).connect();
  for (const [name, { hash, list, ttl }] of Object.entries(dump)) {
    const key = name.replace('agents:session', keyPrefix);
    if (hash !== undefined) await client.hSet(key, hash);
    if (list !== undefined) await client.rPush(key, list);
    if (ttl > 0) await client.expire(key, ttl);
  }
  client.destroy();
  return keyPrefix;
}

/** Its file is opened for reading alone, as one that belongs to somebody else. */
function sqliteFixture(): string {
  const path = join(temporaryFolder(), 'python.db');
  copyFileSync(join(FIXTURES, 'python.db'), path);
  return path;
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}

describe.each(EVERY_STORE)('into %s', (_, openStore) => {
  let open: OpenStore;
  let client: ReturnType<typeof createClient>;

  beforeAll(async () => {
    open = await openStore(sharedRedisUrl());
    client = createClient({ url: sharedRedisUrl() });
    await client.connect();
  });

  afterAll(async () => {
    client.destroy();
    await open.end();
  });

  const newPlace = (): { store: OpenStore['store']; keyPrefix: string } => ({
    store: open.store,
    keyPrefix: ownPrefix(),
  });

  async function itemsOf(place: object, sessionId: string): Promise<AgentInputItem[]> {
    const session = new JSONSession({ ...place, sessionId });
    const items = await session.getItems();
    for (const item of items) expect(protocol.ModelItem.safeParse(item).error).toBeUndefined();
    return items;
  }

  /** Imports them twice: what there is must be the same each time. */
  async function importTwice(
    place: { keyPrefix: string },
    sessions: () => AsyncIterable<ForeignSession>,
  ): Promise<ImportFromResult[]> {
    const options = { ...place, userId: 'ada' };
    const first = await collect(importFrom(sessions(), options));
    const documents = async (): Promise<unknown[]> =>
      Promise.all(
        first.map(({ sessionId }) => open.readDocument(`${place.keyPrefix}${sessionId}`)),
      );
    const before = await documents();
    for (const document of before) checkDocument(document);
    const again = await collect(importFrom(sessions(), options));
    expect(again.map(({ status }) => status)).toEqual(first.map(() => 'unchanged'));
    expect(await documents()).toEqual(before);
    return first.toSorted((left, right) => (left.sessionId < right.sessionId ? -1 : 1));
  }

  const RESULTS = [
    { sessionId: 'easy', status: 'imported', messageCount: 4, skipped: 0 },
    { sessionId: 'travel: Zürich', status: 'imported', messageCount: 9, skipped: 0 },
  ];

  test('SQLiteSession of Python: items, ids and times', async () => {
    const place = newPlace();
    const path = sqliteFixture();
    expect(await importTwice(place, () => pythonSqliteSessions(path))).toEqual(RESULTS);
    expect(await itemsOf(place, 'travel: Zürich')).toMatchObject(TRAVEL);
    expect(await itemsOf(place, 'easy')).toMatchObject(EASY);
    const session = new JSONSession({ ...place, sessionId: 'easy' });
    const { userId, createdAt, messageCount } = await session.getMetadata();
    const { created_at: time } = DUMP['agents:session:easy']!.hash!;
    expect([userId, messageCount]).toEqual(['ada', 4]);
    // Both were written by one script.
    expect(Math.abs(createdAt.getTime() / 1000 - Number(time))).toBeLessThan(5);
    const [message] = await session.getMessages({ limit: 1 });
    expect(Math.abs(message!.timestamp.getTime() / 1000 - Number(time))).toBeLessThan(5);
  });

  test('RedisSession of Python: items, and the time that it has left', async () => {
    const place = newPlace();
    const keyPrefix = await plantKeys();
    const sessions = (): AsyncIterable<ForeignSession> =>
      pythonRedisSessions(client, { keyPrefix });
    expect(await importTwice(place, sessions)).toEqual(RESULTS);
    expect(await itemsOf(place, 'travel: Zürich')).toMatchObject(TRAVEL);
    expect(await itemsOf(place, 'easy')).toMatchObject(EASY);
    const left = async (sessionId: string): Promise<number | null | undefined> => {
      const address = { key: `${place.keyPrefix}${sessionId}`, sessionId };
      const snapshot = await open.store.read({
        ...address,
        entries: { kind: 'none' },
        wholeHead: true,
      });
      return snapshot?.expiresIn;
    };
    expect(await left('travel: Zürich')).toBeGreaterThan(86_000);
    expect(await left('easy')).toBeNull();
  });

  test('FileSession of the examples: items as they were', async () => {
    const place = newPlace();
    const time = new Date('2026-01-02T03:04:05Z');
    const files = [{ sessionId: 'file-travel', text: FILE, time }];
    const sessions = async function* (): AsyncGenerator<ForeignSession> {
      yield* fileSessions(files);
    };
    const [result] = await importTwice(place, sessions);
    const items = JSON.parse(FILE) as AgentInputItem[];
    expect(result).toMatchObject({ sessionId: 'file-travel', messageCount: 6 });
    expect(await itemsOf(place, 'file-travel')).toEqual(items);
    const session = new JSONSession({ ...place, sessionId: 'file-travel' });
    expect((await session.getMetadata()).createdAt).toEqual(time);
  });

  test('what is no JSON is passed over, as Python does, and counted', async () => {
    const keyPrefix = await plantKeys((dump) => {
      dump['agents:session:easy:messages']!.list!.splice(1, 0, '{"role":');
    });
    const place = newPlace();
    const results = await collect(importFrom(pythonRedisSessions(client, { keyPrefix }), place));
    expect(results.find(({ sessionId }) => sessionId === 'easy')).toMatchObject({ skipped: 1 });
    expect(await itemsOf(place, 'easy')).toMatchObject(EASY);
  });

  test('keys of other programs beside them are passed over', async () => {
    const keyPrefix = await plantKeys((dump) => {
      dump['agents:session:other'] = { hash: { session_id: 'another', name: 'x' }, ttl: -1 };
      dump['agents:session:none'] = { hash: { name: 'x' }, ttl: -1 };
      dump['agents:sessions:easy'] = { hash: { session_id: 'easy' }, ttl: -1 };
      dump['agents:session:list'] = { list: ['x'], ttl: -1 };
    });
    const found = await collect(pythonRedisSessions(client, { keyPrefix }));
    expect(found.map(({ sessionId }) => sessionId).toSorted()).toEqual(['easy', 'travel: Zürich']);
  });

  test('another session of that id is replaced only where that is said', async () => {
    const place = newPlace();
    const session = new JSONSession({ ...place, sessionId: 'easy' });
    await session.addMessage({ role: 'user', content: 'mine' });
    const path = sqliteFixture();
    const importing = collect(importFrom(pythonSqliteSessions(path), place));
    await expect(importing).rejects.toMatchObject({ code: 'session_exists' });
    const replacing = importFrom(pythonSqliteSessions(path), { ...place, overwrite: true });
    expect((await collect(replacing)).map(({ status }) => status)).toEqual([
      'replaced',
      'imported',
    ]);
  });

  test.each([
    ['no object', SECRET],
    ['a message without content', { type: 'message', role: 'user', content: { [SECRET]: 1 } }],
  ])('%s is named and not repeated, and nothing of its session is written', async (_name, item) => {
    const place = newPlace();
    const sessions = pythonRedisSessions(client, { keyPrefix: await plantKeys() });
    const changed = async function* (): AsyncGenerator<ForeignSession> {
      for await (const session of sessions) {
        if (session.sessionId !== 'easy') continue;
        yield { ...session, items: session.items.with(2, { item, time: null }) };
      }
    };
    const error: unknown = await collect(importFrom(changed(), place)).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'invalid_input', field: 'items[2]' });
    expect(inspect(error, { depth: 9 })).not.toContain(SECRET);
    expect(await open.readDocument(`${place.keyPrefix}easy`)).toBeNull();
  });
});

test.each(['', '{}', `[${SECRET}`])('%o is no file of a session', (text) => {
  const reading = (): unknown => [...fileSessions([{ sessionId: 's', text }])];
  expect(reading).toThrow(
    expect.objectContaining({ code: 'invalid_input', field: 'text' }) as Error,
  );
});

test('a file that is none of SQLiteSession is unavailable', async () => {
  const path = join(temporaryFolder(), 'missing.db');
  const reading = collect(pythonSqliteSessions(path));
  await expect(reading).rejects.toMatchObject({ code: 'store_unavailable' });
});
