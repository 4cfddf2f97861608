/**
 * What the page can ask, on every kind of store.
 *
 * @module
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { closeStores, CompactingSession, JSONSession } from '../../src/index.ts';
import { importSession } from '../../src/transfer/index.ts';
import { ownPrefix, SHARED_STORES } from '../processes/shared-stores.ts';
import { Inspection, segment } from './inspection.ts';

/** Ids that a path could take for something else. */
const ODD_IDS = [
  '.',
  '..',
  'count',
  'a/b',
  '%2e%2e',
  '=x',
  'a?b#c',
  'ü 漢\u202E',
  '<b>',
  'a%',
  '\\',
];
const INCARNATION = /^[\da-f]{32}\.\d+\.2\.[\d.]+$/u;

afterAll(closeStores);

describe.each(SHARED_STORES)('in %s', (_, urlOf) => {
  const keyPrefix = ownPrefix();
  let url: string;
  let inspection: Inspection;

  beforeAll(async () => {
    url = urlOf();
    const trip = await open('trip', 'ada');
    await trip.setAttributes({ title: 'Trip' });
    await trip.addMessage({ role: 'user', content: 'Where to?' });
    await trip.addMessage({ role: 'assistant', content: 'To Rome.', agent: 'Travel', tokens: 7 });
    await trip.trackAgent('Travel');
    for (const id of ['b', 'c']) await open(id, 'bob');
    const fork = await trip.fork({ sessionId: 'fork' });
    await fork.close();
  });

  beforeEach(async () => {
    inspection = await Inspection.begin({ url, keyPrefix });
  });

  async function open(sessionId: string, userId: string): Promise<JSONSession> {
    return JSONSession.create({ sessionId, userId, url, keyPrefix, ttl: 600 });
  }

  async function manyMessages(sessionId: string, count: number): Promise<string[]> {
    const session = await open(sessionId, 'zoe');
    const numbers = Array.from({ length: count }, (_empty, at) => `message ${at}`);
    await session.addItems(numbers.map((content) => ({ role: 'user', content })));
    return (await session.getMessages()).map(({ id }) => id);
  }

  test('info says what is looked into', async () => {
    const isRedis = url.startsWith('redis');
    expect(await inspection.get('/info')).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/u),
      write: false,
      store: { name: isRedis ? 'redis' : 'sqlite', namespace: expect.any(String) },
      keyPrefix,
      canList: true,
      canSearch: !isRedis,
      canWatch: isRedis,
    });
  });

  test('sessions come in order, filtered, page by page', async () => {
    expect(await inspection.get('/sessions?user=ada&order=id')).toMatchObject({
      sessions: [
        { sessionId: 'fork', fork: { sessionId: 'trip' } },
        {
          sessionId: 'trip',
          userId: 'ada',
          messageCount: 2,
          totalTokens: 7,
          updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/u),
          expiresAt: expect.stringMatching(/Z$/u),
        },
      ],
      cursor: null,
    });
    const first = (await inspection.get('/sessions?user=bob&order=id&limit=1')) as {
      cursor: string;
    };
    expect(first).toMatchObject({ sessions: [{ sessionId: 'b' }], cursor: expect.any(String) });
    const next = `/sessions?user=bob&order=id&limit=1&cursor=${first.cursor}`;
    expect(await inspection.get(next)).toMatchObject({ sessions: [{ sessionId: 'c' }] });
    const turned = '/sessions?user=bob&order=created&descending=false';
    expect(await inspection.get(turned)).toMatchObject({
      sessions: [{ sessionId: 'b' }, { sessionId: 'c' }],
    });
    for (const query of ['agent=Travel&parent=', 'agent=Travel&user=ada']) {
      const found = (await inspection.get(`/sessions?${query}`)) as { sessions: object[] };
      expect(found.sessions).toHaveLength(2);
    }
    expect(await inspection.get('/sessions?parent=trip')).toMatchObject({
      sessions: [{ sessionId: 'fork' }],
    });
    expect(await inspection.get('/sessions?since=2100-01-01T00:00:00Z')).toMatchObject({
      sessions: [],
    });
    expect(await inspection.get('/sessions/count?user=bob')).toEqual({ count: 2 });
  });

  test.each(['sessions', 'sessions/count', 'stats', 'search'])(
    'what is wrong with a request for %s is told by the name that it has there',
    async (path) => {
      const long = 'x'.repeat(513);
      const [text, parent] = path === 'search' ? ['text=rome&', []] : ['', ['parent']];
      for (const field of ['user', ...parent]) {
        expect(await inspection.get(`/${path}?${text}${field}=${long}`)).toEqual({
          status: 400,
          error: {
            code: 'invalid_input',
            message: `Invalid ${field}: must not be longer than 512 bytes`,
            field,
          },
        });
      }
    },
  );

  test('stats are objects by user, agent and day', async () => {
    const today = expect.stringMatching(/^\d{4}-\d\d-\d\d$/u);
    const sums = (await inspection.get('/stats?user=ada')) as { days: object };
    expect(sums).toMatchObject({
      sessions: 2,
      messages: 4,
      tokens: 7,
      users: { ada: { sessions: 2, messages: 4, tokens: 7 } },
      agents: { Travel: { sessions: 2, tokens: 0 } },
    });
    expect(Object.keys(sums.days)).toEqual([today]);
  });

  test('a session is told with its version and when it ends', async () => {
    const told = (await inspection.get('/sessions/trip')) as { expiresAt: string };
    expect(told).toMatchObject({
      metadata: { sessionId: 'trip', attributes: { title: 'Trip' }, ttl: 600, messageCount: 2 },
      version: expect.stringMatching(INCARNATION),
      compaction: {},
    });
    const left = Date.parse(told.expiresAt) - Date.now();
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(601_000);
    expect(await inspection.get('/sessions/lost')).toEqual({
      status: 404,
      error: { code: 'session_not_found', message: 'Session not found: lost' },
    });
  });

  test('messages come from the end, before, behind and around one', async () => {
    const ids = await manyMessages('long', 30);
    const page = async (query: string): Promise<unknown> => {
      const answer = (await inspection.get(`/sessions/long/messages?limit=4${query}`)) as {
        messages: { id: string; content: string }[];
        total: number;
        start: number | null;
      };
      const { messages, total, start } = answer;
      return [messages.map(({ id }) => ids.indexOf(id)), total, start];
    };
    expect(await page('')).toEqual([[26, 27, 28, 29], 30, 26]);
    expect(await page(`&before=${ids[26]}`)).toEqual([[22, 23, 24, 25], 30, null]);
    expect(await page(`&before=${ids[0]}`)).toEqual([[], 30, null]);
    expect(await page(`&after=${ids[3]}`)).toEqual([[4, 5, 6, 7], 30, 4]);
    expect(await page(`&after=${ids[29]}`)).toEqual([[], 30, 30]);
    expect(await page(`&around=${ids[10]}`)).toEqual([[9, 10, 11, 12], 30, 9]);
    expect(await page(`&around=${ids[0]}`)).toEqual([[0, 1, 2], 30, 0]);
    expect(await page(`&around=${ids[29]}`)).toEqual([[26, 27, 28, 29], 30, 26]);
    for (const [query, field] of [
      ['after=nothing', 'after'],
      ['around=nothing', 'around'],
      ['before=nothing', 'before'],
      [`before=${ids[3]}&after=${ids[1]}`, 'after'],
      [`after=${ids[3]}&around=${ids[1]}`, 'around'],
      ['limit=0', 'limit'],
      ['limit=1001', 'limit'],
      ['limit=1e2', 'limit'],
    ]) {
      expect(await inspection.get(`/sessions/long/messages?${query}`)).toMatchObject({
        status: 400,
        error: { code: 'invalid_input', field },
      });
    }
    expect(await inspection.get('/sessions/lost/messages')).toMatchObject({ status: 404 });
  });

  test('messages have their items, with bytes in base64, and what a compaction wrote', async () => {
    const session = new CompactingSession({
      sessionId: 'compacted',
      url,
      keyPrefix,
      ttl: 600,
      compact: async () => [{ role: 'system', content: 'They greeted.' }],
    });
    const image = { type: 'input_image' as const, image: { data: new Uint8Array([1, 2, 3]) } };
    await session.addItems([
      { role: 'user', content: [{ type: 'input_text', text: 'Hello' }, image as never] },
    ]);
    await session.runCompaction({ force: true });
    expect(await inspection.get('/sessions/compacted/messages')).toMatchObject({
      total: 2,
      messages: [
        {
          inHistory: false,
          content: 'Hello',
          item: { content: [{ text: 'Hello' }, { image: { data: { $bytes: 'AQID' } } }] },
        },
        { compaction: true, content: 'They greeted.', inHistory: true },
      ],
    });
    const { messages } = (await inspection.get('/sessions/compacted/messages')) as {
      messages: { id: string }[];
    };
    expect(await inspection.get('/sessions/compacted')).toMatchObject({
      compaction: { historyStart: { index: 1, messageId: messages[0]!.id } },
    });
  });

  test('the document is as it is stored, without the token of its lock', async () => {
    const session = await JSONSession.load('trip', { url, keyPrefix });
    await session.exclusive(async () => {
      expect(await inspection.get('/sessions/trip/document')).toMatchObject({
        session_id: 'trip',
        messages: [{ content: 'Where to?' }, { content: 'To Rome.' }],
        state: { lock: { token: '…', until: expect.any(Number) } },
      });
    });
    expect(await inspection.get('/sessions/trip/document')).toMatchObject({
      state: { lock: null },
    });
  });

  test('an export is a download that can be imported', async () => {
    const answer = await inspection.ask('/sessions/trip/export');
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="session.jsonl"');
    const line = (await answer.text()).trimEnd();
    const target = { url, keyPrefix: ownPrefix() };
    await importSession(line, target);
    await using session = await JSONSession.load('trip', target);
    expect(await session.getMessages()).toHaveLength(2);
  });

  test('a search finds messages, of one user in every store', async () => {
    expect(await inspection.get('/search?text=rome&user=ada&role=assistant&limit=1')).toMatchObject(
      {
        messages: [
          {
            sessionId: expect.stringMatching(/trip|fork/u),
            role: 'assistant',
            snippet: [{ text: 'To ' }, { text: 'Rome', isMatch: true }, { text: '.' }],
          },
        ],
      },
    );
    const ofAll = await inspection.get('/search?text=rome');
    if (url.startsWith('redis')) {
      expect(ofAll).toMatchObject({ status: 400, error: { code: 'unsupported' } });
    } else expect(ofAll).toMatchObject({ isComplete: true, messages: [{}, {}] });
    expect(await inspection.get('/search')).toMatchObject({
      error: { code: 'invalid_input', field: 'text' },
    });
  });

  test.each(ODD_IDS)('a session with the id %j can be asked for and changed', async (id) => {
    const session = await open(id, 'eve');
    await session.addMessage({ role: 'user', content: id });
    const writing = await Inspection.begin({ url, keyPrefix, write: true });
    const path = `/sessions/${segment(id)}`;
    expect(await writing.get(path)).toMatchObject({ metadata: { sessionId: id } });
    expect(await writing.get(`${path}/messages`)).toMatchObject({ messages: [{ content: id }] });
    expect(await writing.get(`${path}/document`)).toMatchObject({ session_id: id });
    expect(await writing.post(`${path}/clear`, {})).toEqual({});
    expect(await session.getMessages()).toEqual([]);
    expect(await writing.delete(path)).toEqual({ deleted: true });
    expect(await writing.get(path)).toMatchObject({ status: 404 });
  });

  test('changes are made where they may be', async () => {
    const ids = await manyMessages('changed', 4);
    const writing = await Inspection.begin({ url, keyPrefix, write: true });
    expect(await writing.get('/info')).toMatchObject({ write: true });
    const fork = await writing.post('/sessions/changed/fork', {
      upTo: ids[1],
      sessionId: 'branch',
    });
    expect(fork).toEqual({ sessionId: 'branch' });
    expect(await writing.get('/sessions/branch/messages')).toMatchObject({ total: 2 });
    expect(await writing.post('/sessions/changed/fork', { sessionId: 'branch' })).toMatchObject({
      status: 409,
      error: { code: 'session_exists' },
    });
    const other = await writing.post('/sessions/changed/fork', {});
    expect(other).toEqual({ sessionId: expect.stringMatching(/^[\da-f-]{36}$/u) });
    expect(await writing.post('/sessions/changed/undo', { toMessageId: ids[1] })).toEqual({
      removed: 3,
    });
    const patch = { title: 'New', nested: { a: 1 } };
    expect(await writing.post('/sessions/changed/attributes', { patch })).toEqual({
      attributes: patch,
    });
    expect(await writing.post('/sessions/changed/attributes', { patch: { nested: null } })).toEqual(
      { attributes: { title: 'New' } },
    );
    expect(await writing.post('/sessions/changed/clear', {})).toEqual({});
    expect(await writing.get('/sessions/changed')).toMatchObject({
      metadata: { messageCount: 0, attributes: { title: 'New' } },
    });
    expect(await writing.delete('/sessions/changed')).toEqual({ deleted: true });
    expect(await writing.delete('/sessions/changed')).toMatchObject({ status: 404 });
    expect(await writing.post('/sessions/changed/clear', {})).toMatchObject({ status: 404 });
  });

  test('a change that a lock stands against is a conflict', async () => {
    const session = await open('locked', 'ada');
    const writing = await Inspection.begin({ url, keyPrefix, write: true });
    await session.exclusive(async () => {
      expect(await writing.post('/sessions/locked/clear', {})).toMatchObject({
        status: 409,
        error: { code: 'session_locked' },
      });
    });
  });

  test('wrong bodies name what is wrong, and change nothing', async () => {
    await manyMessages('wrong', 2);
    const writing = await Inspection.begin({ url, keyPrefix, write: true });
    const before = await writing.get('/sessions/wrong');
    for (const [path, body, field] of [
      ['fork', [], 'body'],
      ['fork', null, 'body'],
      ['fork', { sessionId: 5 }, 'sessionId'],
      ['fork', { sessionId: 'x'.repeat(513) }, 'sessionId'],
      ['fork', { upTo: 'nothing' }, 'upTo'],
      ['undo', {}, 'toMessageId'],
      ['undo', { toMessageId: 'nothing' }, 'toMessageId'],
      ['attributes', {}, 'patch'],
      ['attributes', { patch: [1] }, 'patch'],
    ] as const) {
      expect(await writing.post(`/sessions/wrong/${path}`, body)).toMatchObject({
        status: 400,
        error: { code: 'invalid_input', field },
      });
    }
    expect(await writing.get('/sessions/wrong')).toEqual({
      ...(before as object),
      expiresAt: expect.any(String),
    });
  });
});
