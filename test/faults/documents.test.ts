/**
 * What happens to a document while writers write to it: it expires, is deleted, spoilt, replaced, and
 * written to by the Python class.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test, type TestContext, vi } from 'vitest';
import type { SessionDocument } from '../../src/document/document.ts';
import { JSONSession } from '../../src/index.ts';
import { ownPrefix } from '../processes/shared-stores.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { PATIENCE } from '../processes/patience.ts';
import { Load, repeatUnknown, send } from './load.ts';
import { type Attempt, violations } from './oracle.ts';
import { addPythonMessage } from './python-writer.ts';
import { Row } from './report.ts';
import { storedDocument } from './session-document.ts';
import { endAll, openAll } from './ways.ts';

const TIMEOUT_MS = 20_000;

/** Goes past the library, as other programs do. */
const client = createClient({ url: sharedRedisUrl() });

beforeAll(async () => {
  client.on('error', () => {});
  await client.connect();
});

afterAll(() => client.destroy());

/** One session that is reached on all ways. */
async function setUp(what: string, { onTestFinished }: TestContext) {
  const row = new Row(`${what} | all clients`);
  const keyPrefix = ownPrefix();
  const key = `${keyPrefix}s`;
  const ways = await openAll(sharedRedisUrl());
  onTestFinished(async () => {
    await endAll(ways);
    await client.del(key);
  });
  const open = (way = 0): JSONSession => {
    const { store } = ways[way % ways.length]!;
    return new JSONSession({ sessionId: 's', keyPrefix, store, timeoutMs: TIMEOUT_MS, ttl: 600 });
  };
  return { row, key, open, document: () => storedDocument(sharedRedisUrl(), key) };
}

function startLoad(open: (way: number) => JSONSession, context: TestContext): Load {
  const load = new Load(
    [0, 1, 2, 3].map((index) => ({
      name: `w${index}`,
      session: open(index),
      ownIds: index % 2 === 0,
      pace: 1,
    })),
  );
  context.onTestFinished(async () => {
    await load.stop();
  });
  return load;
}

/** A write to one life of a session id, which its attributes number. */
interface AttemptOfLife extends Attempt {
  readonly life: number;
}

/** Writes with a handle on one life until that is over, and goes on with the next. */
async function writeThroughLives(
  log: AttemptOfLife[],
  name: string,
  open: () => JSONSession,
  goOn: () => boolean,
): Promise<void> {
  for (let index = 0; goOn(); index += 1) {
    const session = open();
    const metadata = await session.getMetadata().catch(() => null);
    const life = metadata?.attributes['life'];
    if (typeof life !== 'number') {
      await delay(1);
      continue;
    }
    for (let write = 0; goOn(); write += 1) {
      const attempt: Attempt = {
        writer: name,
        texts: [`${name}/${index}/${write}`],
        // The same in each life: a name belongs to one life, as does what it stands for.
        operationId: `${name} ${write}`,
        outcome: 'acknowledged',
        code: '',
      };
      await send(session, attempt).catch((error: { code: string }) => {
        Object.assign(attempt, { outcome: 'rejected', code: error.code });
      });
      log.push({ ...attempt, life });
      if (attempt.outcome === 'rejected') break;
      await delay(1);
    }
  }
}

describe.concurrent('a session that', () => {
  const ENDS: [what: string, end: (key: string, session: JSONSession) => Promise<unknown>][] = [
    ['expires between a read and a write', expire],
    ['is deleted while others append', (_, session) => session.delete()],
  ];

  test.for(ENDS)('%s is not brought back by a handle of before', async ([what, end], context) => {
    const { row, key, open, document } = await setUp(what, context);
    const log: AttemptOfLife[] = [];
    const state = { writing: true };
    context.onTestFinished(() => {
      state.writing = false;
    });
    const writing = [0, 1, 2, 3].map((way) =>
      writeThroughLives(
        log,
        `w${way}`,
        () => open(way),
        () => state.writing,
      ),
    );
    const last = 12;
    const seen: SessionDocument[] = [];
    for (let life = 1; life <= last; life += 1) {
      const session = open(life);
      await session.create();
      await session.setAttributes({ life });
      const begun = log.length;
      await vi.waitUntil(() => log.length > begun + 30, PATIENCE);
      seen.push(await document());
      if (life === last) break;
      await end(key, session);
      // Every other life begins at once, so that writers of the one before meet with it.
      if (life % 2 === 1) continue;
      await expect(send(session, { texts: ['x'], operationId: null })).rejects.toMatchObject({
        code: 'session_expired',
      });
      expect(await client.exists(key)).toBe(0);
    }
    state.writing = false;
    await Promise.all(writing);

    const earlier = log.filter(({ life }) => life < last);
    const rejected = log.filter(({ outcome }) => outcome === 'rejected');
    expect(new Set(rejected.map(({ code }) => code))).toEqual(new Set(['session_expired']));
    expect(rejected.length).toBeGreaterThan(last);
    // The text of another life would be one that nobody wrote.
    const newest = log.filter(({ life }) => life === last);
    expect(violations(newest, await document())).toEqual([]);
    const strange = seen.map(({ messages }, index) => {
      const own = log.filter(({ life }) => life === index + 1);
      const texts = new Set(own.flatMap((attempt) => attempt.texts));
      return messages.filter(({ content }) => !texts.has(content));
    });
    expect(strange.flat()).toEqual([]);
    expect(earlier.length).toBeGreaterThan(100);
    row.print(log, `${last} lives`);
  });

  /** Spoils the document and keeps what was there, in one step; all writes are refused meanwhile. */
  const SPOILT: [what: string, path: string, value: string, code: string][] = [
    ['whose messages are an object', '$.messages', '{}', 'corrupt_document'],
    ['whose counters are a text', '$.metadata', '"x"', 'corrupt_document'],
    ['whose state is a list', '$.state', '[1]', 'corrupt_document'],
    ['whose time is a text', '$.created_at', '"2026"', 'corrupt_document'],
    ['that has become a string key', '', '', 'wrong_key_type'],
  ];

  test('is spoilt and mended under load refuses every write in between', async (context) => {
    const { row, key, open, document } = await setUp('corrupt and foreign documents', context);
    await open().create();
    const load = startLoad(open, context);
    for (const [what, path, value, code] of SPOILT) {
      const before = load.count('acknowledged');
      await vi.waitUntil(() => load.count('acknowledged') > before + 40, PATIENCE);
      await spoil(key, path, value);
      const refused = load.count('rejected', code);
      await vi.waitUntil(() => load.count('rejected', code) > refused + 20, PATIENCE);
      const acknowledged = load.count('acknowledged');
      await vi.waitUntil(() => load.count('rejected', code) > refused + 40, PATIENCE);
      expect([what, load.count('acknowledged')]).toEqual([what, acknowledged]);
      await mend(key, path);
    }
    const before = load.count('acknowledged');
    await vi.waitUntil(() => load.count('acknowledged') > before + 40, PATIENCE);
    const attempts = await load.stop();
    expect(violations(attempts, await document())).toEqual([]);
    row.print(attempts, SPOILT.map(([what]) => what).join(', '));
  });

  test('the Python class writes to as well keeps everything, and our next write repairs its count', async (context) => {
    const { row, key, open, document } = await setUp('Python writers in between', context);
    await open().create();
    const load = startLoad(open, context);
    const theirs: string[] = [];
    const state = { writing: true };
    context.onTestFinished(() => {
      state.writing = false;
    });
    const python = [0, 1].map(async (writer) => {
      for (let index = 0; state.writing; index += 1) {
        const text = `python ${writer}/${index}`;
        await addPythonMessage(client, key, text);
        theirs.push(text);
      }
    });
    await vi.waitUntil(() => theirs.length > 300 && load.count('acknowledged') > 300, PATIENCE);
    state.writing = false;
    await Promise.all(python);
    const attempts = await load.stop();
    await repeatUnknown(open(), attempts);

    const last: Attempt = {
      writer: 'last',
      texts: ['last'],
      operationId: null,
      outcome: 'acknowledged',
      code: '',
    };
    await send(open(), last);
    const stored = await document();
    // Their tokens are counted by a command of its own, which ours neither undo nor repeat.
    expect(violations([...attempts, last], stored, { others: theirs })).toEqual([]);
    for (const writer of [0, 1]) {
      const own = theirs.filter((text) => text.startsWith(`python ${writer}/`));
      const texts = stored.messages.map(({ content }) => content);
      expect(texts.filter((text) => text.startsWith(`python ${writer}/`))).toEqual(own);
    }
    row.print([...attempts, last], `${theirs.length} messages of Python`);
  });
});

/** Every write in between begins its time anew. */
async function expire(key: string): Promise<void> {
  const isGone = async (): Promise<boolean> => {
    await client.pExpire(key, 1);
    return (await client.exists(key)) === 0;
  };
  await vi.waitUntil(isGone, { ...PATIENCE, interval: 2 });
}

const SPOIL = `if ARGV[1] == '' then
  redis.call('RENAME', KEYS[1], KEYS[2])
  redis.call('SET', KEYS[1], 'x')
else
  redis.call('SET', KEYS[2], redis.call('JSON.GET', KEYS[1], ARGV[1]))
  redis.call('JSON.SET', KEYS[1], ARGV[1], ARGV[2])
end`;
const MEND = `if ARGV[1] == '' then
  redis.call('RENAME', KEYS[2], KEYS[1])
else
  local kept = redis.call('GET', KEYS[2])
  redis.call('JSON.SET', KEYS[1], ARGV[1], string.sub(kept, 2, -2))
  redis.call('DEL', KEYS[2])
end`;

async function spoil(key: string, path: string, value: string): Promise<void> {
  await client.eval(SPOIL, { keys: [key, `${key} kept`], arguments: [path, value] });
}

async function mend(key: string, path: string): Promise<void> {
  await client.eval(MEND, { keys: [key, `${key} kept`], arguments: [path] });
}
