/**
 * Whatever sessions hold, the server's search takes in all that is kept of it.
 *
 * @module
 */
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { SessionDirectory } from '../../../src/directory/index.ts';
import { JSONSession } from '../../../src/index.ts';
import { fieldsOf, listOf, textOf } from '../../../src/stores/redis/diagnosis/reply-shape.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { PYTHON_DOCUMENTS } from '../../../src/testing/python-documents.ts';
import { userItem } from '../../../src/testing/conversation.ts';
import { VALID_ITEMS } from '../../../src/testing/sample-items.ts';
import { writeRedisDocument } from '../../document/redis-documents.ts';
import { HOSTILE_VALUES } from '../../security/hostile-values.ts';
import { ownRedis } from '../../servers/own-redis.ts';

const { url } = await ownRedis();
const client = createClient({ url, RESP: 2 });
client.on('error', () => {});
beforeAll(async () => {
  await client.connect();
  // Both indexes are there before anything is written: what fails then is counted.
  await directory.list();
  await directory.search('hello');
});
afterAll(() => client.destroy());

const store = new RedisStore(client, { directory: true, search: true, timeoutMs: 20_000 });
const directory = new SessionDirectory({ store });
const INDEXES = ['projection:session:', 'Search:session:'] as const;
const HOSTILE_TEXTS = HOSTILE_VALUES.map(([, make]) => make()).filter(
  (value) => typeof value === 'string',
);

/** How many hashes an index has not taken in: in all, and by attribute where the server tells. */
async function failuresOf(index: string): Promise<{ all: number; byAttribute: number[] }> {
  const about = fieldsOf(await client.sendCommand(['FT.INFO', index]));
  const byAttribute = listOf(about.get('field statistics')).map((field) => {
    const errors = fieldsOf(fieldsOf(field).get('Index Errors'));
    return Number(textOf(errors.get('indexing failures')));
  });
  return { all: Number(textOf(about.get('hash_indexing_failures'))), byAttribute };
}

async function countOf(index: string): Promise<number> {
  const about = fieldsOf(await client.sendCommand(['FT.INFO', index]));
  return Number(textOf(about.get('num_docs')));
}

/** What is wrong with what is kept, and how many failures the indexes have told of. */
async function faults(): Promise<{ failures: number; missing: number; stale: number }> {
  // Writes keep nothing of a session without words; this does.
  await directory.checkProjection({ repair: true });
  const { missing, stale } = await directory.checkProjection();
  const told = await Promise.all(INDEXES.map(failuresOf));
  const failures = told.flatMap(({ all, byAttribute }) => [all, ...byAttribute]);
  // Five attributes of messages at least, and as many of sessions.
  expect(failures.length).toBeGreaterThan(10);
  expect(Math.min(...(await Promise.all(INDEXES.map(countOf))))).toBeGreaterThan(0);
  return { failures: failures.reduce((sum, one) => sum + one, 0), missing, stale };
}

const NO_FAULTS = { failures: 0, missing: 0, stale: 0 };

/** Of foreign programs, with what no program of ours writes. */
const ODD_MESSAGES = [
  { id: 'a', role: 'user', content: 'no time' },
  { id: 'b', role: 'user', content: 'a time as text', timestamp: '2026-01-01T00:00:00Z' },
  { id: 'c', role: 'user', content: 'a time far away', timestamp: 1e300 },
  { id: 'd', role: 'user', content: 'a time before all', timestamp: -1e300 },
  { id: 'e', role: 'user', content: '', timestamp: 1, agent: '' },
  { id: 'f', role: 'tool', content: 'an agent that is none', timestamp: 1, agent: { a: 1 } },
  { id: '', role: 'user', content: 'no id', timestamp: 1 },
  { id: 'h', role: 'user', content: ['no', 'text'], timestamp: 1 },
  'no message',
  null,
];

describe('nothing fails to be indexed of', () => {
  test('items of every kind: calls, images, files, reasoning, refusals', async () => {
    for (const [at, { item }] of VALID_ITEMS.entries()) {
      await new JSONSession({ store, sessionId: `item-${at}` }).addItems([userItem('Hello'), item]);
    }
    await new JSONSession({ store, sessionId: 'all' }).addItems(
      VALID_ITEMS.map(({ item }) => item),
    );
    expect(await faults()).toEqual(NO_FAULTS);
  });

  test('sessions of the Python class, and what others write', async () => {
    const chat = PYTHON_DOCUMENTS['py-chat'];
    const odd = { ...chat, messages: ODD_MESSAGES, user_id: null, attributes: { a: { b: [1] } } };
    const documents = { ...PYTHON_DOCUMENTS, odd };
    for (const [id, document] of Object.entries(documents)) {
      await writeRedisDocument(client, `session:${id}`, { ...document, session_id: id });
    }
    for (const id of Object.keys(documents)) {
      await new JSONSession({ store, sessionId: id }).addMessage({ role: 'user', content: 'On' });
    }
    expect(await faults()).toEqual(NO_FAULTS);
  });

  test('hostile texts, wherever they stand', async () => {
    let taken = 0;
    for (const [at, text] of HOSTILE_TEXTS.entries()) {
      const named = { store, sessionId: `hostile-${at}`, userId: text };
      const unnamed = { store, sessionId: `hostile-${at}` };
      const session = await JSONSession.create(named).catch(() => JSONSession.create(unnamed));
      await session.addMessage({ role: 'user', content: text });
      const steps: (() => Promise<unknown>)[] = [
        () => session.addMessage({ role: 'assistant', content: 'Hello', agent: text }),
        () => session.setAttributes({ [text]: text, list: [text] }),
        () => session.trackAgent(text),
        () => new JSONSession({ store, sessionId: text }).addItems([userItem(text)]),
      ];
      // Some are refused, as ids with NUL are.
      const ends = await Promise.allSettled(steps.map(async (take) => take()));
      taken += ends.filter(({ status }) => status === 'fulfilled').length;
    }
    expect(taken).toBeGreaterThan(100);
    expect(await faults()).toEqual(NO_FAULTS);
  });
});

test('what an index cannot take in is counted', async () => {
  await client.hSet('projection:session:x', { key: 'session:x', updated: 'never' });
  await client.hSet('Search:session:x', { key: 'session:x', words: 'hello', time: 'never' });
  for (const index of INDEXES) {
    const { all, byAttribute } = await failuresOf(index);
    expect([index, all]).toEqual([index, 1]);
    expect(byAttribute.filter((failures) => failures === 1)).toHaveLength(1);
  }
});
