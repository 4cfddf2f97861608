/**
 * How much a single command asks of the server, on a session of several pages: what a server does for
 * one command it does for nobody else meanwhile. `npm run bench:blocking` says how long that takes.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { JSONSession } from '../../../src/index.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { userItem } from './main-operations.ts';
import { type MonitoredServer, startMonitored, wordsOf } from './monitored-server.ts';

/** Entries of a session here. */
const LENGTH = 3200;
/** Most entries that one command may print: a page, and the entry by which it fits to another. */
const MOST_READ = 1001;
/** Most entries that one command may free. */
const MOST_FREED = 500;
/** Of deleted lives, and of what a session is found by: no history stands there. */
const SMALL_KEY = /:lives$|^projection:/u;
/** Most bytes of a document that is written whole: a head, which holds no entries. */
const MOST_HEAD = 4000;

const CALL_ID = 'looked-up';
let serial = 0;

/** Of one call here. */
function newItems(count: number): AgentInputItem[] {
  return Array.from({ length: count }, () => userItem(`text ${(serial += 1)}`));
}

function call(version: number) {
  const status = 'completed' as const;
  const args = JSON.stringify({ version });
  return { type: 'function_call' as const, callId: CALL_ID, name: 'look', arguments: args, status };
}

type Call = (session: JSONSession) => Promise<unknown>;

const READS: Record<string, Call> = {
  'getItems()': (session) => session.getItems(),
  'getItems(20)': (session) => session.getItems(20),
  'getItems(2500)': (session) => session.getItems(2500),
  'getMessages()': (session) => session.getMessages(),
  'getMessages, filtered': (session) => session.getMessages({ role: 'user', limit: 10 }),
  'getMessages, nothing found': (session) => session.getMessages({ agent: 'Nobody', limit: 1 }),
  'getTurns()': (session) => session.getTurns(),
  'getMetadata()': (session) => session.getMetadata(),
};

const WRITES: Record<string, Call> = {
  addMessage: (session) =>
    session.addMessage({ role: 'user', content: 'x', agent: 'A', tokens: 1 }),
  'addItems of 500': (session) => session.addItems(newItems(500)),
  popItem: (session) => session.popItem(),
  popTurn: (session) => session.popTurn(),
  'undoTo, of 500': async (session) => {
    const [oldest] = await session.getMessages({ limit: 500 });
    await session.undoTo(oldest!.id);
  },
  'applyHistoryTransaction, 400 for 500': async (session) => {
    const expectedSuffix = await session.getItems(400);
    const replacement = newItems(500);
    await session.applyHistoryTransaction({
      operationId: 'transaction',
      transaction: { type: 'replace_suffix', expectedSuffix, replacement },
    });
  },
  'applyHistoryMutations, 200 back': (session) =>
    session.applyHistoryMutations({
      mutations: [{ type: 'replace_function_call', callId: CALL_ID, replacement: call(2) }],
    }),
  replaceHistoryWithCompaction: (session) => session.replaceHistoryWithCompaction(newItems(20)),
  once: (session) => session.once('job', () => session.addItems(newItems(4))),
  exclusive: (session) => session.exclusive(() => session.addItems(newItems(4))),
  setAttributes: (session) => session.setAttributes({ title: 'Trip', draft: null }),
  clear: (session) => session.clear(),
  clearSession: (session) => session.clearSession(),
  delete: (session) => session.delete(),
};

let monitored: MonitoredServer;
let store: RedisStore;
let session: JSONSession;

beforeAll(async () => {
  monitored = await startMonitored();
  store = new RedisStore(monitored.client, { historyCacheBytes: 0 });
});

afterAll(() => monitored.stop());

beforeEach(async () => {
  session = new JSONSession({ store });
  for (let count = 0; count < LENGTH - 200; count += 500) await session.addItems(newItems(500));
  await session.addItems([call(1), ...newItems(199)]);
});

/** Makes a call and gives the commands that clients sent and scripts called meanwhile. */
async function commandsOf(run: Call): Promise<string[][]> {
  await monitored.lines();
  await run(session);
  const commands = (await monitored.lines()).map((line) =>
    wordsOf(line).map((word) => word.replaceAll(/\\(.)/g, '$1')),
  );
  expect(commands.length).toBeGreaterThan(0);
  return commands;
}

/** How many entries a path of JSON.GET takes in. */
function entriesIn(path: string): number {
  if (path === '$' || path === '.' || path === '$.messages') return Infinity;
  const index = /^\$\.messages\[(.*)\]/u.exec(path)?.[1];
  if (index === undefined) return 0;
  if (!index.includes(':')) return 1;
  const [from = '', to = ''] = index.split(':');
  return to === '' ? -Number(from) : Number(to) - Number(from);
}

function read(commands: readonly string[][]): number[] {
  const gets = commands.filter(([name]) => name === 'JSON.GET');
  return gets.map(([, , ...paths]) => {
    const counts = paths.length === 0 ? [Infinity] : paths.map(entriesIn);
    return counts.reduce((sum, count) => sum + count, 0);
  });
}

describe.each([
  ['reads', READS],
  ['writes', WRITES],
])('of the %s', (_, calls) => {
  test.each(Object.entries(calls))('%s asks for no more than a page at once', async (name, run) => {
    const commands = await commandsOf(run);
    const most = Math.max(0, ...read(commands));
    expect(most).toBeLessThanOrEqual(MOST_READ);
    // Of reads of everything, a page is full: the bound above is that of what was seen.
    if (name === 'getItems()' || name === 'getMessages()') expect(most).toBeGreaterThan(900);
  });

  test.each(Object.entries(calls))(
    '%s writes and frees no long history at once',
    async (_name, run) => {
      let length = await storedLength();
      for (const [name = '', key = '', ...args] of await commandsOf(run)) {
        const kind = name.toUpperCase();
        if (kind === 'JSON.SET') expect(args[1]!.length).toBeLessThan(MOST_HEAD);
        if (kind === 'JSON.ARRAPPEND') {
          const values = args.length - 1;
          expect(values).toBeLessThanOrEqual(500);
          if (args[0]!.endsWith('messages')) length += values;
        }
        if (kind === 'JSON.ARRTRIM') {
          const left = Number(args[2]) < Number(args[1]) ? 0 : Number(args[2]) + 1;
          expect(length - left).toBeLessThanOrEqual(MOST_FREED);
          length = left;
        }
        if (/^(DEL|UNLINK|JSON\.DEL|JSON\.CLEAR)$/u.test(kind) && !SMALL_KEY.test(key)) {
          expect(length).toBeLessThanOrEqual(MOST_FREED);
        }
        if (kind === 'JSON.MERGE') expect(args[1]!.length).toBeLessThan(MOST_HEAD);
      }
    },
  );
});

async function storedLength(): Promise<number> {
  const reply: unknown = await monitored.client.json.arrLen(`session:${session.sessionId}`, {
    path: '$.messages',
  });
  return Number([reply].flat()[0]);
}
