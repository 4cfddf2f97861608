/**
 * What a caller of the store itself gives for the texts that scripts put into paths and JSON.
 *
 * @module
 */
import { createClient } from 'redis';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { JSONSession } from '../../src/index.ts';
import type { AppendParams, NewSession } from '../../src/store.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { PYTHON_DOCUMENTS } from '../../src/testing/python-documents.ts';
import { readRedisDocument, writeRedisDocument } from '../document/redis-documents.ts';
import { ownPrefix } from '../processes/shared-stores.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';

const client = createClient({ url: sharedRedisUrl() });
client.on('error', () => {});
beforeAll(async () => {
  await client.connect();
});
afterAll(() => client.destroy());

const sessionId = 'chat';
const HOSTILE = [
  '',
  'x',
  'ab"',
  '"]',
  "']",
  '$..*',
  'ab"]}',
  '","admin":"',
  '12\n',
  'AB',
  '__proto__',
];
const GOOD = 'ab12';

interface Target {
  readonly store: RedisStore;
  readonly key: string;
  readonly session: JSONSession;
}

async function target(): Promise<Target> {
  const store = new RedisStore(client, { timeoutMs: 20_000 });
  const keyPrefix = ownPrefix();
  const session = new JSONSession({ store, keyPrefix, sessionId });
  await session.addMessage({ role: 'user', content: 'Hello' });
  return { store, key: `${keyPrefix}${sessionId}`, session };
}

function append(key: string, part: Partial<AppendParams>): AppendParams {
  return {
    key,
    sessionId,
    expect: { incarnation: null, userId: null },
    ttl: null,
    entries: [],
    tokens: 0,
    changes: {},
    create: null,
    ...part,
  };
}

const run = { agents: [], currentAgent: null, spent: [] };

test.each<[field: string, part: (text: string) => Partial<AppendParams>]>([
  ['operation.id', (id) => ({ operation: { id, digest: GOOD } })],
  ['operation.digest', (digest) => ({ operation: { id: GOOD, digest } })],
  ['run.mark', (mark) => ({ run: { ...run, mark } })],
])('%s', async (field, part) => {
  const { store, key, session } = await target();
  const before = await readRedisDocument(client, key);
  for (const text of HOSTILE) {
    const call = store.append(append(key, part(text)));
    await expect(call).rejects.toMatchObject({ code: 'invalid_input', field });
  }
  expect(await readRedisDocument(client, key)).toEqual(before);
  await store.append(append(key, part(GOOD)));
  await session.delete();
});

test('the id of an operation that is looked for', async () => {
  const { store, key, session } = await target();
  for (const operationId of HOSTILE) {
    const call = store.read({ key, sessionId, entries: { kind: 'none' }, operationId });
    await expect(call).rejects.toMatchObject({ code: 'invalid_input', field: 'operationId' });
  }
  await session.delete();
});

test('the incarnation of a session that is created', async () => {
  const { store, key, session } = await target();
  await session.delete();
  for (const incarnation of HOSTILE) {
    const created: NewSession = { userId: 'user', incarnation };
    const calls = [
      () => store.create({ key, sessionId, session: created, ttl: null }),
      () => store.append(append(key, { create: created })),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'invalid_input' });
  }
  expect(await client.exists(key)).toBe(0);
});

test.each(['1000000000000000000000', '100000000000000', '9'.repeat(400)])(
  'the id of a write with the number %s leaves a document of the Python class writable',
  async (number) => {
    const { key, session, store } = await target();
    await writeRedisDocument(client, key, PYTHON_DOCUMENTS['py-chat']);
    const keyPrefix = key.slice(0, -sessionId.length);
    const handle = new JSONSession({ store, keyPrefix, sessionId });
    const operationId = `0123456789abcdef-${number}-${Math.floor(Date.now() / 1000)}`;
    await handle.addMessage({ role: 'user', content: 'once', operationId });
    await handle.addMessage({ role: 'user', content: 'twice' });
    expect(await handle.getMessages({ limit: 2 })).toMatchObject([
      { content: 'once' },
      { content: 'twice' },
    ]);
    await session.delete().catch(() => handle.delete());
  },
);
