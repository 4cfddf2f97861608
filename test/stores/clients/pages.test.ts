/**
 * What reads send: how many pages, how many of them at once, and what they bring along.
 *
 * @module
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

import { createClient } from 'redis';
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest';

import { JSONSession } from '../../../src/index.ts';
import { type RedisCommand, RedisStore } from '../../../src/stores/redis/index.ts';
import { ownPrefix } from '../../processes/shared-stores.ts';
import { sharedRedisUrl } from '../../servers/shared-redis.ts';

const keyPrefix = ownPrefix();
const client = createClient({ url: sharedRedisUrl() });
client.on('error', () => {});

/** Of the reads of the store: which slices, how many at once at most, and the length of the replies. */
let slices: string[] = [];
let [waiting, mostWaiting, received] = [0, 0, 0];
/** Fails the slices that it takes. */
let breakOn: (slice: string) => boolean = () => false;
/** Comes before a slice is sent. */
let before: (slice: string) => Promise<void> = async () => {};
/** Comes when one is answered. */
let after: () => Promise<void> = async () => {};

const store = new RedisStore(
  {
    async send({ args }: RedisCommand): Promise<unknown> {
      const slice = args[0] === 'JSON.GET' ? /\[(.*)\]/.exec(args.at(-1) ?? '')?.[1] : undefined;
      if (slice === undefined) return client.sendCommand([...args]);
      slices.push(slice);
      if (breakOn(slice)) throw new Error('NOPERM no');
      waiting += 1;
      mostWaiting = Math.max(mostWaiting, waiting);
      await before(slice);
      const reply = await client.sendCommand<string | null>([...args]);
      await after();
      waiting -= 1;
      received += reply?.length ?? 0;
      return reply;
    },
  },
  { historyCacheBytes: 0 },
);

let session: JSONSession;

beforeAll(async () => {
  await client.connect();
});

afterAll(() => client.destroy());

beforeEach(() => {
  session = new JSONSession({ store, keyPrefix, ttl: 600 });
  breakOn = () => false;
  before = async () => {};
  after = async () => {};
});

function forget(): void {
  slices = [];
  mostWaiting = 0;
  received = 0;
}

/** A conversation in which each question takes a call of a tool, and its result. */
async function converse(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    const callId = `call-${turn}`;
    await session.addItems([
      { role: 'user', content: `question ${turn}` },
      { type: 'function_call', callId, name: 'look', arguments: '{}', status: 'completed' },
      {
        type: 'function_call_result',
        callId,
        name: 'look',
        status: 'completed',
        output: { type: 'text', text: 'found' },
      },
      {
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: `answer ${turn}` }],
      },
    ]);
  }
  forget();
}

async function fill(count: number, content?: string): Promise<void> {
  const items = Array.from({ length: count }, (_, index) => ({
    role: 'user' as const,
    content: content ?? String(index),
  }));
  await session.addItems(items);
  forget();
}

async function contents(): Promise<unknown[]> {
  return (await session.getItems()).map((item) => (item as { content: unknown }).content);
}

function upTo(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index));
}

describe('a whole history', () => {
  test('of few entries is one command', async () => {
    await fill(250);
    expect(await contents()).toEqual(upTo(250));
    expect(slices).toEqual(['0:251']);
  });

  test('of large entries is asked for in pages of about half a megabyte', async () => {
    const long = 'x'.repeat(16_000);
    for (let call = 0; call < 6; call += 1) await fill(100, long);
    expect(await contents()).toHaveLength(600);
    const pages = slices.map((slice) => slice.split(':').map(Number));
    const sizes = pages.map(([from = 0, to = 0]) => to - from);
    expect(sizes[0]).toBe(251);
    expect(sizes.length).toBeGreaterThan(6);
    for (const size of sizes.slice(1)) {
      expect(size).toBeGreaterThan(25);
      expect(size * long.length).toBeLessThan(600_000);
    }
  });

  test('is read from its end in such pages too', async () => {
    for (let call = 0; call < 6; call += 1) await fill(100, 'x'.repeat(16_000));
    expect(await session.getItems(550)).toHaveLength(550);
    expect(slices[0]).toBe('-250:');
    expect(slices.length).toBeGreaterThan(6);
  });

  test('of more is asked for in pages that each begin with the last entry before, two at once', async () => {
    await fill(3500);
    expect(await contents()).toEqual(upTo(3500));
    expect(slices).toEqual(['0:251', '250:751', '750:1251', '1250:2251', '2250:3251', '3250:4251']);
    expect(mostWaiting).toBe(2);
  });

  test('is taken in while the server prints the page behind', async () => {
    await fill(500);
    let isSent = false;
    before = async (slice) => {
      if (slice === '250:751') setImmediate(() => (isSent = true));
    };
    const wasSent: boolean[] = [];
    const parse = JSON.parse.bind(JSON);
    const spy = vi.spyOn(JSON, 'parse').mockImplementation((text, reviver) => {
      if (text.includes('$.messages[0:251]')) wasSent.push(isSent);
      return parse(text, reviver) as unknown;
    });
    onTestFinished(() => spy.mockRestore());
    expect(await contents()).toEqual(upTo(500));
    expect(wasSent).toEqual([true]);
  });

  test('of which the model sees the end alone is not asked for from its start', async () => {
    await fill(2000);
    await session.replaceHistoryWithCompaction([{ role: 'user', content: 'in short' }]);
    forget();
    expect(await contents()).toEqual(['in short']);
    expect(slices).toEqual(['0:251', '1999:2500']);
  });

  test.each([
    ['too few', 0],
    ['too many', 1_000_000],
  ])('is whole where another program has counted %s', async (_, count) => {
    await fill(3500);
    const key = `${keyPrefix}${session.sessionId}`;
    await client.json.set(key, '$.metadata.message_count', count);
    expect(await contents()).toEqual(upTo(3500));
  });

  test('does not fail for a page that was asked for in vain', async () => {
    await fill(1200);
    const key = `${keyPrefix}${session.sessionId}`;
    await client.json.set(key, '$.metadata.message_count', 2500);
    breakOn = (slice) => slice === '1250:2251';
    expect(await contents()).toEqual(upTo(1200));
    expect(slices).toContain('1250:2251');
    breakOn = (slice) => slice === '250:751';
    await expect(session.getItems()).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});

describe('pages that were asked for ahead', () => {
  /** Another process, which puts something else in the place of the newest entries. */
  async function rewrite(count: number): Promise<void> {
    const { sessionId } = session;
    const other = new JSONSession({ store: new RedisStore(client), keyPrefix, sessionId });
    for (let pops = 0; pops < count; pops += 1) await other.popItem();
    await other.addItems([{ role: 'user', content: 'instead' }]);
  }

  test('are given up where what was read has changed since', async () => {
    await fill(2255);
    before = async (slice) => {
      if (slice === '2250:3251' && slices.length === 5) await rewrite(10);
    };
    expect(await contents()).toEqual([...upTo(2245), 'instead']);
    expect(slices).toEqual(['0:251', '250:751', '750:1251', '1250:2251', '2250:3251', '2244:3245']);
  });

  test('may be answered in another order, by a pool of connections, however often', async () => {
    await fill(3500);
    let rewritten = Promise.withResolvers<void>();
    let isRewriting = false;
    // A page waits for the one that is asked for behind it, if one is, and for a writer.
    before = async (slice) => {
      for (let turns = 0; turns < 500 && slices.at(-1) === slice; turns += 1) await nextTurn();
      if (slices.at(-1) !== slice) await rewritten.promise;
    };
    after = async () => {
      // Two at once would take two entries away before either puts one there.
      if (waiting < 2 || isRewriting) return;
      isRewriting = true;
      await rewrite(1);
      isRewriting = false;
      rewritten.resolve();
      rewritten = Promise.withResolvers();
    };
    expect(await contents()).toEqual([...upTo(3499), 'instead']);
    expect(slices.slice(0, 3)).toEqual(['0:251', '250:751', '750:1251']);
    expect(slices.slice(-4)).toEqual(['0:1001', '1000:2001', '2000:3001', '3000:4001']);
  });
});

describe('what a read of entries brings along', () => {
  test('does not grow with what else the session holds', async () => {
    await fill(3);
    await session.setAttributes({ notes: 'x'.repeat(10_000) });
    await session.setHandoffContext({ notes: 'x'.repeat(10_000) });
    forget();
    await session.getItems();
    await session.getItems(2);
    await session.getMessages({ limit: 2 });
    expect(slices).toHaveLength(3);
    expect(received).toBeLessThan(5000);
    expect(await session.getHandoffContext()).toEqual({ notes: 'x'.repeat(10_000) });
  });
});

describe('the newest messages of a role', () => {
  test('are in one short page, where one entry in four is of that role', async () => {
    await converse(50);
    const found = await session.getMessages({ role: 'user', limit: 10 });
    expect(found.map(({ content }) => content)).toEqual(
      upTo(50)
        .slice(-10)
        .map((turn) => `question ${turn}`),
    );
    expect(slices).toEqual(['-40:']);
  });

  test('that are rare are looked for in pages that get longer', async () => {
    await session.addItems([{ role: 'system', content: 'Be brief.' }]);
    await converse(60);
    const found = await session.getMessages({ role: 'system', limit: 1 });
    expect(found.map(({ content }) => content)).toEqual(['Be brief.']);
    expect(slices).toEqual(['-4:', '221:238', '157:222', '0:158']);
  });
});
