/**
 * What it costs to keep the hashes of a directory in Redis, and what they save (`npm run bench:directory`):
 * the figures of `docs/directory.md`.
 *
 * @module
 */
import { parseArgs } from 'node:util';

import { type ListOptions, SessionDirectory } from '../src/directory/index.ts';
import { JSONSession } from '../src/index.ts';
import { RedisStore } from '../src/stores/redis/index.ts';
import { userItem } from '../src/testing/conversation.ts';
import { startRedis } from '../test/servers/redis-server.ts';
import { callTimes, medianMs } from './measuring/call-times.ts';
import { ratioOf, spreadOf } from './measuring/spread.ts';
import { type BenchClient, connect } from './place/client.ts';

const AT_ONCE = 50;
const USERS = 1000;
const AGENTS = ['Triage', 'Billing', 'Shipping'];
const LISTS = 20;
const SCANS = 3;
/** Both ways take turns, as a machine is now faster and now slower. */
const ROUNDS = 15;
const APPENDS = 200;
/** A list by scanning takes seconds. */
const INDEXED_MS = 200;

const { values } = parseArgs({ options: { sessions: { type: 'string', default: '100000' } } });
const sessions = Number(values.sessions);

const PAGES: Readonly<Record<string, ListOptions>> = {
  'the newest 50': { limit: 50 },
  'the oldest 50': { limit: 50, orderBy: 'updated', descending: false },
  'of one user': { limit: 50, userId: 'user-7' },
  'of one agent': { limit: 50, agent: 'Billing' },
  'by an attribute': { limit: 50, attributes: { plan: 'gold' } },
};

async function fill(store: RedisStore): Promise<void> {
  const makeOne = async (number: number): Promise<void> => {
    const [sessionId, userId] = [`s${number}`, `user-${number % USERS}`];
    const session = new JSONSession({ store, sessionId, userId });
    await session.addMessage({
      role: 'assistant',
      content: 'Your parcel arrives on Thursday.',
      agent: AGENTS[number % AGENTS.length],
      tokens: number % 500,
    });
    await session.setAttributes({ plan: number % 10 === 0 ? 'gold' : 'basic' });
  };
  for (let from = 0; from < sessions; from += AT_ONCE) {
    const count = Math.min(AT_ONCE, sessions - from);
    await Promise.all(Array.from({ length: count }, async (_, index) => makeOne(from + index)));
  }
}

async function compareAppends(client: BenchClient): Promise<void> {
  const ways = {
    without: new RedisStore(client),
    with: new RedisStore(client, { directory: true }),
  };
  const times = { without: [] as number[], with: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const way of ['without', 'with'] as const) {
      const session = new JSONSession({ store: ways[way], sessionId: `append ${way}` });
      await session.addItems([userItem('Hello')]);
      const { serverUs } = await callTimes(client, APPENDS, () =>
        session.addItems([userItem('Hello')]),
      );
      times[way].push(serverUs);
    }
  }
  const { lower, median, upper } = ratioOf(times.with, times.without);
  const [plain, kept] = [spreadOf(times.without).median, spreadOf(times.with).median];
  console.log(
    `an append: ${plain.toFixed(0)} µs of the server, ${kept.toFixed(0)} with the directory: ${median.toFixed(2)} times (${lower.toFixed(2)} to ${upper.toFixed(2)})`,
  );
}

async function measureLists(
  client: BenchClient,
  { store, lists }: { store: RedisStore; lists: number },
): Promise<void> {
  const directory = new SessionDirectory({ store, timeoutMs: 120_000 });
  const time = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    const { serverUs, ms } = await callTimes(client, lists, work);
    console.log(`  ${what}: ${(serverUs / 1000).toFixed(1)} ms of the server, ${ms.toFixed(1)} ms`);
  };
  for (const [what, options] of Object.entries(PAGES)) {
    await time(`a page, ${what}`, () => directory.list(options));
  }
  await time('a count of one user', () => directory.count({ userId: 'user-7' }));
}

async function measure(): Promise<void> {
  const server = await startRedis();
  const client = await connect(server.url);
  try {
    const store = new RedisStore(client, { directory: true });
    await fill(store);
    const directory = new SessionDirectory({ store, timeoutMs: 600_000 });
    console.log(
      `${sessions} sessions, checked: ${JSON.stringify(await directory.checkProjection())}`,
    );
    // The first list makes the index; until that covers all there is, lists scan.
    while ((await medianMs(1, () => directory.list({ limit: 50 }))) > INDEXED_MS);
    console.log('By the index:');
    await measureLists(client, { store, lists: LISTS });
    console.log('By scanning:');
    await measureLists(client, { store: new RedisStore(client), lists: SCANS });
    await compareAppends(client);
  } finally {
    client.destroy();
    await server.stop();
  }
}

await measure();
