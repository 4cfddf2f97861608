/**
 * The short way of an append through its script against the long one: same answer, same document.
 *
 * @module
 */
import fc from 'fast-check';
import { createClient } from 'redis';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { JSONSession } from '../../src/index.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { append } from '../../src/stores/redis/scripts.generated.ts';
import { startRedis } from '../servers/redis-server.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';

const SHORT_CUT = 'local reply, unfinished = quick_append()';
const WITHOUT = append.source.replace(SHORT_CUT, 'local reply, unfinished');
/** Says which way was taken. */
const TELLING = append.source.replace(
  SHORT_CUT,
  `${SHORT_CUT} if reply then reply[6] = 'quick' end`,
);

const client = createClient({ url: sharedRedisUrl(), RESP: 2 });
client.on('error', () => {});
const keyPrefix = `quick-append:${crypto.randomUUID()}:`;

beforeAll(async () => {
  await client.connect();
});

afterAll(() => client.destroy());

const INCARNATION = 'ab'.repeat(16);
const OTHER = 'cd'.repeat(16);
const LANE = '0123456789abcdef';
const STRANGER = 'fedcba9876543210';
const TOKEN = '11'.repeat(16);
const AGENTS = ['Triage', 'Flüge'];
/** What names can be that texts are easily taken wrong by. */
const ODD_AGENTS = ['Flüge "1"', 'x"Triage', ',', 'a]', 'null', 'agents', 'New'] as const;

/** Mostly the first of them. */
function mostly<T>(usual: T, ...rare: T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 40, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...(rare as [T, ...T[]])) },
  );
}

/** Before all writes of the test, so that their times can be told from what is planted. */
const seconds = Math.floor(Date.now() / 1000) - 10;
const many = Array.from({ length: 33 }, (_, index) => `${String(index).padStart(16, '0')}:1:`);
const old = many.map((record) => `${record}${seconds - 5000}.5;`).join('');
const young = many.map((record) => `${record}${seconds - 5}.5;`).join('');

const lock = mostly<unknown>(
  null,
  { token: TOKEN, until: seconds + 900 },
  { token: TOKEN, until: seconds - 9 },
  { token: 'another', until: seconds + 900 },
  'none',
);
const state = fc.record({
  schema: mostly<unknown>(1, 2, '1'),
  incarnation: mostly<unknown>(INCARNATION, OTHER, 5),
  ttl: mostly<unknown>(600, null, 0, 'x'),
  generation: mostly<unknown>(0, 'x'),
  changes: mostly<unknown>([], [[1, 0]], 'x'),
  history_start: mostly<unknown>(null, { index: 1, id: 'a' }, { id: 'a', index: 1 }, '"writers":"'),
  writers: mostly<unknown>(
    `${LANE}:3:${seconds}.5;`,
    '',
    `${STRANGER}:9:${seconds}.25;${LANE}:3:${seconds}.5;`,
    old,
    young,
    '"broken',
    `x y é;${LANE}:3:${seconds}.5;`,
    7,
  ),
  lock,
  bytes: mostly<unknown>(300, 1.5, 'x', null),
});
/** As they are stored, and as they are sent. */
const count = mostly<unknown>(10, 0, 1.5, 'x', -1);
const counts = fc.record({
  requests: count,
  input_tokens: count,
  output_tokens: count,
  total_tokens: count,
  cached_tokens: count,
  reasoning_tokens: count,
});
const marks = mostly<unknown>('ab:1;'.repeat(16), '', 'ab:1;', 'ab:1', 'ab:1;'.repeat(20), 7);
const usage = fc
  .tuple(counts, counts, marks, mostly('Flüge', ...ODD_AGENTS))
  .chain(([all, one, kept, name]) =>
    mostly<unknown>(
      { ...all, agents: { Triage: one, [name]: all }, marks: kept },
      { ...all, agents: {}, marks: kept },
      { ...all, agents: { [name]: one } },
      {
        ...all,
        agents: { [name]: one, Triage: { ...one, of_later: { Triage: one } } },
        marks: kept,
      },
      { ...all, agents: { Triage: one }, marks: kept, of_later: [1] },
      { marks: kept, ...all, agents: { Triage: one } },
      { requests: 1, agents: { Triage: one } },
      { marks: kept },
    ),
  );
const document = fc.record({
  session_id: fc.constant('s'),
  user_id: mostly<unknown>('user-1', null, 5),
  created_at: mostly<unknown>(seconds - 100.5, '2026', null),
  updated_at: fc.constant(seconds - 50.5),
  metadata: fc.oneof(
    {
      weight: 9,
      arbitrary: fc.record({
        current_agent: mostly<unknown>('Triage', null),
        agents_used: mostly<unknown>(AGENTS, [], 'x', {}, ['a', ...ODD_AGENTS]),
        message_count: mostly<unknown>(1, 7, 'x'),
        total_tokens: mostly<unknown>(40, 'x'),
      }),
    },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(null, [], 'x') },
  ),
  messages: mostly<unknown>([{ id: 'a', role: 'user', content: 'Hello' }], [], null, {}),
  handoff_context: fc.constant(null),
  state: fc.oneof({ weight: 9, arbitrary: state }, { weight: 1, arbitrary: fc.constant(null) }),
  operations: fc.constant({}),
  attributes: fc.constant({}),
  usage: fc.oneof(
    { weight: 3, arbitrary: fc.constant<unknown>({}) },
    { weight: 9, arbitrary: usage },
    {
      weight: 1,
      arbitrary: fc.constantFrom<unknown>([], 'x', { agents: [], marks: '"' }, { marks: '"\\\n;' }),
    },
  ),
});

const spent = fc.record({
  agent: mostly<string | null>('Triage', null, 'Flüge', ...ODD_AGENTS),
  requests: fc.constant(1),
  input_tokens: fc.nat(100),
  output_tokens: fc.nat(100),
  total_tokens: fc.nat(100),
  cached_tokens: fc.nat(3),
  reasoning_tokens: fc.nat(3),
});
const record = fc.record({
  agents: fc.oneof(
    { weight: 9, arbitrary: mostly<string[]>(['Triage'], [], AGENTS) },
    { weight: 1, arbitrary: fc.constantFrom(...ODD_AGENTS).map((name) => [name]) },
  ),
  current: mostly<string | null>('Triage', null, 'Flüge', ...ODD_AGENTS),
  tokens: mostly(5, 0),
  spent: fc.uniqueArray(spent, { selector: ({ agent }) => agent, maxLength: 2 }),
  mark: mostly<string | null>('cd:2', null),
});
const entry = fc.record({
  id: fc.constant('b'),
  role: fc.constant('user'),
  content: fc.string({ unit: 'grapheme' }),
  agent: fc.constant(null),
});
const call = fc.record({
  seen: mostly(INCARNATION, OTHER, ''),
  sequence: mostly('4', '3', '1', '9'),
  ttl: mostly('', '600', '60'),
  merge: fc.constantFrom('1', '0', '1', '0', '?'),
  operation: mostly('', 'abcd'),
  run: fc.option(record),
  token: mostly('', TOKEN),
  handoff: mostly('', '{"a":1}'),
  entries: fc.array(entry, { maxLength: 3 }),
});

type Call = typeof call extends fc.Arbitrary<infer T> ? T : never;

function argumentsOf(made: Call): string[] {
  const { seen, sequence, ttl, merge, operation, token, handoff, entries } = made;
  const did = made.run === null ? '' : JSON.stringify(made.run);
  const common = [seen, '', LANE, sequence, OTHER, ttl, merge, operation, operation, did, token];
  const own = ['', '', handoff, '', '', '', ''];
  return common.concat(
    own,
    entries.map((one) => JSON.stringify(one)),
  );
}

/** Without the time of the write, which no two have in common. */
function timeless(value: unknown): unknown {
  const text = JSON.stringify(value) ?? 'undefined';
  const withoutWrites = (time: string): string =>
    Number(time) > seconds + 5 && Number(time) < seconds + 600 ? '0' : time;
  return JSON.parse(text.replaceAll(/\d{10}(?:\.\d+)?/gu, withoutWrites)) as unknown;
}

async function run(source: string, key: string, planted: unknown, args: string[]) {
  await client.sendCommand(['DEL', key]);
  await client.sendCommand(['JSON.SET', key, '$', JSON.stringify(planted)]);
  const answer = await client
    .sendCommand(['EVAL', source, '1', key, ...args])
    .catch((error: Error) => ['ERROR', error.message.replaceAll(/f_[\da-f]{40}|:\d+:/gu, '')]);
  const [text, left] = await Promise.all([
    client.sendCommand<string>(['JSON.GET', key]),
    client.sendCommand(['TTL', key]),
  ]);
  const [status, ...others] = answer as string[];
  const way = others.splice(4, 1)[0];
  const stored = timeless(JSON.parse(text));
  // How long a lock still lives is another number each time.
  const reply = status === 'LOCKED' ? [status] : timeless([status, ...others]);
  return { way, left, stored, reply };
}

test('gives the same answer and leaves the same document', async () => {
  const ways = { quick: 0, quickForRun: 0, withoutMerge: 0, withoutMergeForRun: 0, other: 0 };
  await fc.assert(
    fc.asyncProperty(document, call, async (planted, made) => {
      const key = `${keyPrefix}s`;
      const args = argumentsOf(made);
      const { way: _, ...long } = await run(WITHOUT, key, planted, args);
      const { way, ...short } = await run(TELLING, key, planted, args);
      expect(short).toEqual(long);
      const name = made.merge === '0' ? 'withoutMerge' : 'quick';
      if (way !== 'quick') ways.other += 1;
      else ways[made.run === null ? name : (`${name}ForRun` as const)] += 1;
    }),
    { numRuns: 3000 },
  );
  // A way that is hardly taken is not compared.
  expect(Math.min(...Object.values(ways))).toBeGreaterThan(40);
});

test('changes the fields one by one where the right to merge was taken away', async () => {
  const server = await startRedis({ modules: 'json' });
  const rights = '~* +@all -@dangerous'.split(' ');
  await server.cli('ACL', 'SETUSER', 'app', 'on', '>secret', ...rights);
  const own = createClient({ url: server.url, username: 'app', password: 'secret' });
  own.on('error', () => {});
  await own.connect();
  try {
    const session = new JSONSession({ store: new RedisStore(own), ttl: 600 });
    const say = (content: string) => session.addMessage({ role: 'user', content, tokens: 2 });
    await say('one');
    await say('two');
    await server.cli('ACL', 'SETUSER', 'app', '-json.merge');
    await say('three');
    await say('four');
    const messages = await session.getMessages();
    expect(messages.map(({ content }) => content)).toEqual(['one', 'two', 'three', 'four']);
    expect(await session.getMetadata()).toMatchObject({ messageCount: 4, totalTokens: 8 });
  } finally {
    own.destroy();
    await server.stop();
  }
});
