/**
 * What it costs to keep messages so that they are found, and to find them (`npm run bench:search`): the
 * figures of `docs/search.md`.
 *
 * @module
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { type SearchOptions, SessionDirectory } from '../src/directory/index.ts';
import { JSONSession, type SessionStore } from '../src/index.ts';
import { RedisStore } from '../src/stores/redis/index.ts';
import { SqliteStore } from '../src/stores/sqlite/index.ts';
import { userItem } from '../src/testing/conversation.ts';
import { startRedis } from '../test/servers/redis-server.ts';
import { callTimes, medianMs } from './measuring/call-times.ts';
import { connect } from './place/client.ts';

const PER_SESSION = 100;
const AT_ONCE = 20;
const VOCABULARY = 20_000;
const WORDS = 40;
const APPENDS = 500;
/** Messages of the session that is appended to. */
const LENGTHS = [0, 1000, 10_000];
const SEARCHES = 20;

const { values } = parseArgs({ options: { messages: { type: 'string', default: '100000' } } });
const messages = Number(values.messages);

/** Words as often as in a language: one of them in every second message, most of them seldom. */
function textOf(seed: number): string {
  return Array.from({ length: WORDS }, (_, place) => {
    const random = Math.abs(Math.sin(seed * 997 + place * 131)) % 1;
    return `word${Math.floor(VOCABULARY ** random)}`;
  }).join(' ');
}

async function fill(store: SessionStore): Promise<void> {
  for (let from = 0; from < messages; from += PER_SESSION) {
    const [sessionId, userId] = [`s${from}`, `user-${from % 1000}`];
    await fillOne(new JSONSession({ store, sessionId, userId }), PER_SESSION, from);
  }
}

async function fillOne(session: JSONSession, length: number, seed = 0): Promise<void> {
  for (let at = 0; at < length; at += AT_ONCE) {
    const count = Math.min(AT_ONCE, length - at);
    await session.addItems(
      Array.from({ length: count }, (_, index) => userItem(textOf(seed + at + index))),
    );
  }
}

const QUERIES: Readonly<Record<string, [text: string, options?: SearchOptions]>> = {
  'a seldom word': ['word17001'],
  'two words': ['word300 word41'],
  'a word of every second message': ['word1'],
  'that word, of one user': ['word1', { userId: 'user-100' }],
  'a word that is nowhere': ['nowhere'],
};

async function measureRedis(): Promise<void> {
  const server = await startRedis();
  const client = await connect(server.url);
  try {
    const plain = new RedisStore(client);
    const searched = new RedisStore(client, { search: true });
    await fill(searched);
    const directory = new SessionDirectory({ store: searched });
    const first = await medianMs(1, () => directory.search('word1', { timeoutMs: 600_000 }));
    const used = Number(/used_memory:(\d+)/u.exec(await client.info('memory'))?.[1]);
    console.log(
      `Redis: ${messages} messages, ${Math.round(used / 1e6)} MB in all, the first search takes ${(first / 1000).toFixed(1)} s`,
    );
    for (const length of LENGTHS) {
      for (const [name, store] of [
        ['without', plain],
        ['with search', searched],
      ] as const) {
        const session = new JSONSession({ store, sessionId: `append ${name} ${length}` });
        await fillOne(session, length + 1);
        const { serverUs, ms } = await callTimes(client, APPENDS, (round) =>
          session.addItems([userItem(textOf(round))]),
        );
        console.log(
          `an append ${name}, at ${length} messages: ${serverUs.toFixed(0)} µs of the server, ${ms.toFixed(2)} ms`,
        );
      }
    }
    for (const [name, args] of Object.entries(QUERIES)) {
      const { serverUs, ms } = await callTimes(client, SEARCHES, () => directory.search(...args));
      const each = (serverUs / 1000).toFixed(2);
      console.log(`search for ${name}: ${each} ms of the server, ${ms.toFixed(2)} ms`);
    }
  } finally {
    client.destroy();
    await server.stop();
  }
}

async function measureSqlite(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-search-'));
  const path = join(folder, 'sessions.db');
  const store = await SqliteStore.open(path, { timeoutMs: 600_000 });
  try {
    await fill(store);
    const session = new JSONSession({ store, sessionId: 'append' });
    const append = (round: number): Promise<void> => session.addItems([userItem(textOf(round))]);
    const before = await medianMs(APPENDS, append);
    const bytes = statSync(path).size;
    const directory = new SessionDirectory({ store, timeoutMs: 600_000 });
    const first = await medianMs(1, () => directory.search('word17001'));
    console.log(
      `SQLite: ${messages} messages, the first search takes ${(first / 1000).toFixed(1)} s`,
    );
    console.log(`the file: ${bytes / 1e6} MB, then ${statSync(path).size / 1e6} MB`);
    const after = await medianMs(APPENDS, append);
    console.log(`an append: ${before.toFixed(3)} ms, then ${after.toFixed(3)} ms`);
    for (const [name, args] of Object.entries(QUERIES)) {
      const wall = await medianMs(SEARCHES, () => directory.search(...args));
      console.log(`search for ${name}: ${wall.toFixed(2)} ms`);
    }
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
}

await measureRedis();
await measureSqlite();
