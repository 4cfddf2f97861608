import { setImmediate } from 'node:timers/promises';
import type { AgentInputItem } from '@openai/agents-core';
import { createClient, createClientPool } from 'redis';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { JSONSession } from '../../../src/index.ts';
import { type RedisCommandSender, RedisStore } from '../../../src/stores/redis/index.ts';
import { SqliteStore } from '../../../src/stores/sqlite/index.ts';
import type { SessionStore } from '../../../src/store.ts';
import { ownPrefix, temporaryFolder } from '../../processes/shared-stores.ts';
import { sharedRedisUrl } from '../../servers/shared-redis.ts';
import { digest, LegalHistories, type PlainEntry } from './legal-histories.ts';

const ENTRIES = 5000;
const LIMIT = 1500;

const clients: { destroy(): void }[] = [];

async function connect() {
  const client = createClient({ url: sharedRedisUrl() });
  client.on('error', () => {});
  await client.connect();
  clients.push(client);
  return client;
}

afterAll(() => {
  for (const client of clients) client.destroy();
});

const ALL = 0;
const NEWEST_ANSWERS = 1;

function newHistories(): LegalHistories {
  return new LegalHistories([
    (history) => digest(history.map(({ text }) => text)),
    (history) =>
      digest(
        history
          .filter(({ role }) => role === 'assistant')
          .slice(-LIMIT)
          .map(({ text }) => text),
      ),
  ]);
}

let serial = 0;

function newEntries(count: number): PlainEntry[] {
  return Array.from({ length: count }, () => {
    serial += 1;
    if (serial % 500 === 0) {
      return { role: 'assistant', text: `look(${serial})`, callId: String(serial) };
    }
    return { role: serial % 2 === 0 ? 'user' : 'assistant', text: `text ${serial}` };
  });
}

function toItem(entry: PlainEntry): AgentInputItem {
  const { role, text, callId } = entry;
  if (callId !== undefined) return toCall(callId, text);
  return role === 'user'
    ? { role, content: text }
    : { role, status: 'completed', content: [{ type: 'output_text', text }] };
}

function toCall(callId: string, text: string) {
  const [name = '', rest = ''] = text.split('(');
  const status = 'completed' as const;
  return { type: 'function_call' as const, callId, name, arguments: rest.slice(0, -1), status };
}

/**
 * Appends, pops, rewrites the end, a few entries or pages of it, changes a call far back, and now and then
 * clears and fills again, at once or in steps. The length stays near a multiple of the size of a page, so that pops touch what
 * a read has just seen.
 */
async function keepWriting(
  session: JSONSession,
  histories: LegalHistories,
  writes: number,
): Promise<void> {
  const append = async (count: number): Promise<void> => {
    const entries = newEntries(count);
    await histories.change(
      (history) => [...history, ...entries],
      () => session.addItems(entries.map(toItem)),
    );
  };
  const clear = (): Promise<void> =>
    histories.change(
      () => [],
      () => session.clearSession(),
    );
  const pop = (): Promise<void> =>
    histories.change(
      (history) => history.slice(0, -1),
      () => session.popItem(),
    );
  const replace = async (count: number): Promise<void> => {
    const expectedSuffix = histories.newest(count).map(toItem);
    const entries = newEntries(expectedSuffix.length);
    await histories.change(
      (history) => [...history.slice(0, history.length - entries.length), ...entries],
      () =>
        session.applyHistoryTransaction({
          operationId: `replaced ${serial}`,
          transaction: {
            type: 'replace_suffix',
            expectedSuffix,
            replacement: entries.map(toItem),
          },
        }),
    );
  };
  const undo = async (count: number): Promise<void> => {
    const [oldest] = await session.getMessages({ limit: count });
    await histories.change(
      (history) => history.slice(0, -count),
      () => session.undoTo(oldest!.id),
    );
    await append(count);
  };
  const changeCall = async (): Promise<void> => {
    const old = histories.newest(ENTRIES).find(({ callId }) => callId !== undefined);
    if (old?.callId === undefined) return;
    serial += 1;
    const changed = { ...old, text: `look(${serial})` };
    const replacement = toCall(old.callId, changed.text);
    await histories.change(
      (history) => history.map((entry) => (entry === old ? changed : entry)),
      () =>
        session.applyHistoryMutations({
          mutations: [{ type: 'replace_function_call', callId: replacement.callId, replacement }],
        }),
    );
  };
  for (let round = 1; round <= writes; round += 1) {
    if (round % 40 === 0) {
      await clear();
      await append(ENTRIES);
    } else if (round % 25 === 0) {
      await clear();
      for (let step = 0; step < 3; step += 1) await append(1000);
    } else if (round % 11 === 0) {
      await replace(round % 2 === 0 ? 5 : LIMIT);
    } else if (round % 13 === 0) {
      await undo(round % 2 === 0 ? 5 : LIMIT);
    } else if (round % 7 === 0) {
      await changeCall();
    } else if (round % 3 === 0) {
      for (let pops = 0; pops < 4; pops += 1) await pop();
    } else {
      await append(1 + (round % 3));
    }
  }
}

/** Reads without a pause until told to stop; gives how often, and how often it was a history that never was. */
async function keepReading(
  read: () => Promise<string>,
  begin: () => (seen: string) => boolean,
  isDone: () => boolean,
): Promise<{ reads: number; wrong: number }> {
  let reads = 0;
  let wrong = 0;
  while (!isDone()) {
    const isLegal = begin();
    if (!isLegal(await read())) wrong += 1;
    reads += 1;
    // A read of SQLite waits for nothing: else nobody who does would get his turn.
    await setImmediate();
  }
  return { reads, wrong };
}

const STORES: [name: string, writes: number, open: () => Promise<() => Promise<SessionStore>>][] = [
  ['Redis through node-redis', 120, async () => async () => new RedisStore(await connect())],
  [
    'Redis, nothing kept of what was read',
    120,
    async () => async () => new RedisStore(await connect(), { historyCacheBytes: 0 }),
  ],
  [
    'Redis through a pool, whose answers come in any order',
    120,
    async () => async () => {
      const pool = createClientPool({ url: sharedRedisUrl() }, { minimum: 3 });
      pool.on('error', () => {});
      await pool.connect();
      clients.push(pool);
      return new RedisStore(pool, { historyCacheBytes: 0 });
    },
  ],
  [
    'Redis through ioredis',
    120,
    async () => async () => {
      const client = new Redis(sharedRedisUrl());
      client.on('error', () => {});
      clients.push({ destroy: () => client.disconnect() });
      return new RedisStore(client);
    },
  ],
  [
    'a SQLite file',
    120,
    async () => {
      const path = `${temporaryFolder()}/sessions.db`;
      return () => SqliteStore.open(path);
    },
  ],
];

describe.each(STORES)('reads while another writes, %s', (_, writes, prepare) => {
  test('see only histories that existed, and finish', async () => {
    const open = await prepare();
    const address = { keyPrefix: ownPrefix(), sessionId: 'busy', ttl: 600, timeoutMs: 20_000 };
    // A connection for each, as different processes would have.
    const [writer, reader, filterer] = await Promise.all(
      Array.from({ length: 3 }, async () => new JSONSession({ ...address, store: await open() })),
    );
    const histories = newHistories();
    const first = newEntries(ENTRIES);
    await histories.change(
      () => first,
      () => writer!.addItems(first.map(toItem)),
    );

    let done = false;
    const isDone = (): boolean => done;
    const [, all, filtered] = await Promise.all([
      keepWriting(writer!, histories, writes).finally(() => (done = true)),
      keepReading(
        async () => digest((await reader!.getItems()).map(textOf)),
        () => histories.beginRead(ALL),
        isDone,
      ),
      keepReading(
        async () => {
          const messages = await filterer!.getMessages({ role: 'assistant', limit: LIMIT });
          return digest(messages.map(({ content }) => content));
        },
        () => histories.beginRead(NEWEST_ANSWERS),
        isDone,
      ),
    ]);

    expect({ all: all.wrong, filtered: filtered.wrong }).toEqual({ all: 0, filtered: 0 });
    expect(Math.min(all.reads, filtered.reads)).toBeGreaterThan(5);
    expect(await reader!.getItems()).toHaveLength(histories.length);
  });
});

describe('reads while the Python class writes', () => {
  test.each([
    ['what was read is kept', {}],
    ['nothing is kept', { historyCacheBytes: 0 }],
  ])('see only histories that existed, though its writes leave no trace, %s', async (_, kept) => {
    const client = await connect();
    const keyPrefix = ownPrefix();
    const key = `${keyPrefix}busy`;
    await client.json.set(key, '$', pythonDocument());
    await client.expire(key, 600);
    const session = new JSONSession({
      keyPrefix,
      sessionId: 'busy',
      store: new RedisStore(await connect(), kept),
    });
    const histories = newHistories();
    const append = async (count: number): Promise<void> => {
      const entries = newEntries(count);
      // Each of its messages is a command of its own; one of many is the same to a reader.
      const messages = entries.map(({ role, text }, index) =>
        pythonMessage(role, text, `${serial}-${index}`),
      );
      await histories.change(
        (history) => [...history, ...entries],
        () =>
          client.json.arrAppend(
            key,
            '$.messages',
            ...(messages as unknown as [string, ...string[]]),
          ),
      );
    };

    let done = false;
    const write = async (): Promise<void> => {
      for (let round = 0; round < 60; round += 1) {
        await histories.change(
          () => [],
          () => client.json.set(key, '$.messages', []),
        );
        for (let step = 0; step < 4; step += 1) await append(1 + ((round * 131) % 900));
      }
    };
    const [, result] = await Promise.all([
      write().finally(() => (done = true)),
      keepReading(
        async () => digest((await session.getItems()).map(textOf)),
        () => histories.beginRead(ALL),
        () => done,
      ),
    ]);

    expect(result.wrong).toBe(0);
    expect(result.reads).toBeGreaterThan(5);
  });
});

describe('a read of an empty session that is removed between two commands', () => {
  test.for<[string, (session: JSONSession) => Promise<unknown[]>]>([
    ['getItems', (session) => session.getItems()],
    ['getItems of the newest', (session) => session.getItems(5)],
    ['getMessages', (session) => session.getMessages()],
  ])('gives what was there: %s', async ([, read]) => {
    const client = await connect();
    const address = { keyPrefix: ownPrefix(), sessionId: 'brief' };
    await JSONSession.create({ ...address, store: new RedisStore(client) });
    const sender: RedisCommandSender = {
      async send({ args }) {
        const reply: unknown = await client.sendCommand([...args]);
        if (args[0] === 'JSON.GET') await client.del(`${address.keyPrefix}brief`);
        return reply;
      },
    };
    expect(await read(new JSONSession({ ...address, store: new RedisStore(sender) }))).toEqual([]);
    expect(await client.exists(`${address.keyPrefix}brief`)).toBe(0);
  });
});

function textOf(item: AgentInputItem): string {
  if (item.type === 'function_call') return `${item.name}(${item.arguments})`;
  const { content } = item as { content: string | [{ text: string }] };
  return typeof content === 'string' ? content : content[0].text;
}

function pythonDocument() {
  return {
    session_id: 'busy',
    user_id: 'user-1',
    created_at: 1_795_355_268.149,
    updated_at: 1_795_355_268.149,
    metadata: { current_agent: null, agents_used: [], message_count: 0, total_tokens: 0 },
    messages: [],
    handoff_context: null,
  };
}

function pythonMessage(role: string, content: string, id: string) {
  return { id, role, content, timestamp: 1_795_355_268.149, agent: null, tokens: null };
}
