/**
 * Whatever writers do to a session, those of Python among them, a process that keeps what it has read
 * gives the same as one that keeps nothing.
 *
 * @module
 */
import fc from 'fast-check';
import { createClient } from 'redis';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { JSONSession } from '../../src/index.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { STORE_PATIENCE } from '../processes/patience.ts';
import { ownPrefix } from '../processes/shared-stores.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';

/** PROPERTY_RUNS asks for more. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 60);

const keyPrefix = ownPrefix();
const client = createClient({ url: sharedRedisUrl() });
client.on('error', () => {});

const uncached = new RedisStore(client, { historyCacheBytes: 0, ...STORE_PATIENCE });
/** One that keeps all, and one that has room for some of the histories. */
const cached = [{}, { historyCacheBytes: 40_000 }].map(
  (options) => new RedisStore(client, { ...options, ...STORE_PATIENCE }),
);
const writers = [...cached, uncached];

beforeAll(async () => {
  await client.connect();
});

afterAll(() => client.destroy());

/** More than a first page has, now and then. */
const COUNT = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 6 }) },
  { weight: 1, arbitrary: fc.integer({ min: 200, max: 600 }) },
);
const WRITER = fc.nat({ max: writers.length - 1 });

const STEP = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('add'), by: WRITER, count: COUNT }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('python adds'), count: COUNT }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('python clears') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pop'), by: WRITER, count: COUNT }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('call'), by: WRITER }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('mutate'), by: WRITER }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear'), by: WRITER }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('compact'), by: WRITER }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete'), by: WRITER }) },
);

interface Step {
  readonly kind: string;
  readonly by?: number;
  readonly count?: number;
}

let serial = 0;

function texts(count: number): string[] {
  return Array.from({ length: count }, () => `${(serial += 1)} ${'x'.repeat(serial % 90)}`);
}

function newCall() {
  const text = texts(1).join();
  return { type: 'function_call', callId: 'one', name: 'look', arguments: text } as const;
}

/** Changes an entry that others stand behind. */
function newMutation() {
  return { type: 'replace_function_call', callId: 'one', replacement: newCall() } as const;
}

async function take({ kind, by = 0, count = 1 }: Step, sessionId: string): Promise<void> {
  const session = new JSONSession({ store: writers[by] as RedisStore, sessionId, keyPrefix });
  const key = `${keyPrefix}${sessionId}`;
  const items = texts(count).map((content) => ({ role: 'user', content }) as const);
  if (kind === 'add') await session.addItems(items);
  if (kind === 'pop')
    for (let pops = 0; pops < Math.min(count, 8); pops += 1) await session.popItem();
  if (kind === 'call') await session.addItems([newCall()]);
  if (kind === 'mutate') await session.applyHistoryMutations({ mutations: [newMutation()] });
  if (kind === 'clear') await session.clear();
  if (kind === 'compact') await session.replaceHistoryWithCompaction(items.slice(0, 3));
  if (kind === 'delete') await session.delete();
  if (!(await client.exists(key))) return;
  if (kind === 'python clears') await client.json.set(key, '$.messages', []);
  if (kind !== 'python adds') return;
  // As the class writes them: with no trace in the rest of the document.
  const messages = items.map((item) =>
    JSON.stringify({ id: crypto.randomUUID(), ...item, timestamp: 1_700_000_000.5 }),
  );
  await client.sendCommand(['JSON.ARRAPPEND', key, '$.messages', ...messages]);
}

test('reads with a cache give what reads without one do', async () => {
  let reads = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 14 }), async (steps) => {
      const sessionId = crypto.randomUUID();
      const read = async (store: RedisStore, limit?: number) =>
        new JSONSession({ store, sessionId, keyPrefix }).getItems(limit);
      for (const step of steps) {
        await take(step, sessionId);
        const expected = await read(uncached);
        for (const store of cached) {
          expect(await read(store)).toEqual(expected);
          expect(await read(store, 3)).toEqual(expected.slice(-3));
          reads += 1;
        }
      }
    }),
    { numRuns: RUNS },
  );
  expect(reads).toBeGreaterThan(RUNS);
});
