/**
 * Whatever JSON an item holds comes back from each store with the same text, in the same order of keys.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import fc from 'fast-check';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { MESSAGE_ROLES } from '../../src/document/document.ts';
import { JSONSession } from '../../src/index.ts';
import type { SessionStore } from '../../src/index.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { SAMPLE_ITEMS } from '../../src/testing/sample-items.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';

/** Each run holds hundreds of values; PROPERTY_RUNS asks for more. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 60);

const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'length',
  '',
  ' ',
  '.',
  '$',
  '$.a',
  '[0]',
  "a'b",
  'a"b',
  'a\\b',
  '\n',
  '\u0000',
  '0',
  '10',
  '9',
  '-1',
  '😀',
  'e\u0301',
  '$text',
  '$bytes',
  '$json',
  '$number',
  '$literal',
];

const NUMBERS = [
  0,
  -0,
  1e21,
  1e22,
  1e23,
  6e26,
  5e-324,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  Number.EPSILON,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 53 + 2,
  -(2 ** 53),
  2 ** 63,
  2 ** 64,
  2 ** 65,
  0.1 + 0.2,
  1 / 3,
  1e-7,
  123_456_789_012_345_680_000,
  0.994_594_867_649_469_1,
];

/** Every double is as likely, so that most have seventeen digits. */
const anyDouble = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((bits) => {
  const double = new Float64Array(new BigUint64Array([bits]).buffer)[0] ?? 0;
  return Number.isFinite(double) ? double : 0;
});
const number = fc.oneof(
  fc.constantFrom(...NUMBERS),
  fc.integer(),
  fc.maxSafeInteger(),
  anyDouble,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -1, max: 1, noNaN: true }),
  fc.tuple(fc.maxSafeInteger(), fc.integer({ min: -330, max: 300 })).map(([digits, exponent]) => {
    const value = Number(`${digits}e${exponent}`);
    return Number.isFinite(value) ? value : 0;
  }),
);
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('\u0000', '\u2028', '"', '\\', '\\u0000', '\ufffd', '{}'),
);
/** No single backslash: once V8 13.6 has parsed such a key, `JSON.parse` takes others for it. */
const key = fc.oneof(fc.constantFrom(...KEYS), text).filter((name) => name !== '\\');
const scalar = fc.oneof(number, text, fc.boolean(), fc.constant(null));

/** `fc.dictionary` would assign `__proto__`. */
function record(value: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  return fc
    .array(fc.tuple(key, value), { maxLength: 8 })
    .map((entries) => Object.fromEntries(entries) as Record<string, unknown>);
}

const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    scalar,
    fc.array(tie('json'), { maxLength: 6 }),
    record(tie('json')),
  ),
}));

/** Nesting that stores hold natively, and nesting that no parser takes. */
const levels = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 60 }) },
  { weight: 1, arbitrary: fc.constantFrom(127, 128, 129, 300) },
);

function wrapped(value: unknown, depth: number): unknown {
  let outer = value;
  for (let level = 0; level < depth; level += 1) outer = level % 2 === 0 ? [outer] : { a: outer };
  return outer;
}

/** Objects of arbitrary keys, half of them with the fields of a real type. */
const item: fc.Arbitrary<AgentInputItem> = fc
  .tuple(
    fc.option(fc.constantFrom(...SAMPLE_ITEMS.map((sample) => sample.item))),
    record(json),
    json,
    levels,
  )
  .map(([base, fields, value, depth]) => {
    const deep = depth === 0 ? {} : { deep: wrapped(value, depth) };
    return { ...base, ...fields, ...deep } as AgentInputItem;
  });

/** Like `JSON.stringify`, with bytes as arrays of numbers. */
function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner instanceof Uint8Array ? [...inner] : inner,
  );
}

const client = createClient({ url: sharedRedisUrl() });
client.on('error', () => {});
let sqlite: SessionStore;

beforeAll(async () => {
  await client.connect();
  sqlite = await SqliteStore.open(':memory:');
});

afterAll(async () => {
  client.destroy();
  await sqlite.close();
});

describe.each([
  ['Redis', (): SessionStore => new RedisStore(client)],
  ['SQLite', (): SessionStore => sqlite],
])('%s', (_, open) => {
  /** Hands a new session to the work, and a handle of someone else who has seen nothing of it. */
  async function withSession(
    work: (session: JSONSession, reader: JSONSession) => Promise<void>,
  ): Promise<void> {
    const options = { sessionId: crypto.randomUUID(), keyPrefix: 'round-trip:', ttl: 600 };
    const session = await JSONSession.create({ ...options, store: open() });
    try {
      await work(session, new JSONSession({ ...options, store: open() }));
    } finally {
      await session.delete();
    }
  }

  test('items come back with the same JSON text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 5 }), async (items) => {
        await withSession(async (session, reader) => {
          await session.addItems(items);
          const expected = items.map(jsonOf);
          expect((await reader.getItems()).map(jsonOf)).toEqual(expected);
          expect((await reader.getItems(2)).map(jsonOf)).toEqual(expected.slice(-2));
          const messages = await reader.getMessages();
          expect(messages.map((message) => jsonOf(message.item))).toEqual(expected);
          expect(jsonOf(await reader.popItem())).toEqual(expected.at(-1));
          expect(session.prepareHistoryItemsForPersistenceComparison(items).map(jsonOf)).toEqual(
            expected,
          );
        });
      }),
      { numRuns: RUNS },
    );
  });

  test('numbers of all magnitudes come back exactly', async () => {
    const numbers = fc.array(number, { minLength: 200, maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(numbers, async (values) => {
        await withSession(async (session, reader) => {
          await session.addItems([{ type: 'unknown', providerData: { values } }]);
          const [found] = await reader.getItems();
          const back = found?.providerData?.['values'] as number[];
          // JSON has no -0.
          expect(back.filter((value, index) => value + 0 !== values[index]! + 0)).toEqual([]);
          expect(back).toHaveLength(values.length);
        });
      }),
      { numRuns: RUNS },
    );
  });

  test('messages come back as they were said', async () => {
    const message = fc.record({
      role: fc.constantFrom(...MESSAGE_ROLES),
      content: text,
      agent: fc.option(
        text.filter((name) => name !== ''),
        { nil: undefined },
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 5 }), async (messages) => {
        await withSession(async (session, reader) => {
          for (const one of messages) await session.addMessage(one);
          const found = await reader.getMessages();
          expect(found.map(({ role, content, agent }) => [role, content, agent])).toEqual(
            messages.map(({ role, content, agent }) => [role, content, agent ?? null]),
          );
        });
      }),
      { numRuns: RUNS },
    );
  });
});
