/**
 * What writes keep in Redis so that messages are found, on one server and in a cluster.
 *
 * @module
 */
import { createClient, createCluster } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { SessionDirectory } from '../../../src/directory/index.ts';
import { JSONSession } from '../../../src/index.ts';
import { toSender } from '../../../src/stores/redis/clients/client.ts';
import { type RedisClientLike, RedisStore } from '../../../src/stores/redis/index.ts';
import { messageKey, messagesKey } from '../../../src/stores/redis/search/message-keys.ts';
import { assistantItem, userItem } from '../../../src/testing/conversation.ts';
import { ownPrefix } from '../../processes/shared-stores.ts';
import { startCluster } from '../../servers/redis-cluster.ts';
import { ownRedis } from '../../servers/own-redis.ts';
import { startRedis } from '../../servers/redis-server.ts';

const { url: ownUrl } = await ownRedis();
const client = createClient({ url: ownUrl });
client.on('error', () => {});
beforeAll(async () => {
  await client.connect();
});
afterAll(() => client.destroy());

const LIMITS = { timeoutMs: 20_000 };
const store = new RedisStore(client, { search: true, ...LIMITS });
const plain = new RedisStore(client, LIMITS);

let keyPrefix = ownPrefix();
afterEach(async () => {
  await client.sendCommand(['FT.DROPINDEX', `search:${keyPrefix}`, 'DD']).catch(() => {});
  await new SessionDirectory({ store: plain, keyPrefix }).deleteUser('anonymous');
  keyPrefix = ownPrefix();
});

function session(sessionId = 'chat', options = {}): JSONSession {
  return new JSONSession({ store, keyPrefix, sessionId, ...options });
}

function directoryOf(searched = store): SessionDirectory {
  return new SessionDirectory({ store: searched, keyPrefix });
}

async function placesOf(text: string, directory = directoryOf()): Promise<string[]> {
  const { messages } = await directory.search(text);
  return messages.map(({ sessionId, index }) => `${sessionId} ${index}`);
}

const baseOf = (sessionId = 'chat'): string =>
  messagesKey({ key: `${keyPrefix}${sessionId}`, sessionId });

const hashOf = (position: number, sessionId = 'chat'): string =>
  messageKey(baseOf(sessionId), position);

async function hashes(): Promise<number> {
  return (await client.keys(`search:${keyPrefix}*`)).length;
}

function say(to: JSONSession, content: string): Promise<unknown> {
  return to.addMessage({ role: 'user', content });
}

/** The store of a client that also notes each command. */
function listening(to: RedisClientLike): { store: RedisStore; sent: string[][] } {
  const sent: string[][] = [];
  const sender = toSender(to);
  const noting = {
    send: (command: Parameters<typeof sender.send>[0]) => {
      sent.push([...command.args]);
      return sender.send(command);
    },
  };
  return { store: new RedisStore(noting, { search: true, ...LIMITS }), sent };
}

test('messages are found by the index, and no text of a caller is part of the query', async () => {
  await session().addItems(Array.from({ length: 300 }, (_, index) => userItem(`Hello ${index}`)));
  const heard = listening(client);
  const hostile = 'hello 77 | -@role:{x} ") => {$y}';
  const options = { userId: 'anonymous', agent: '*|x}', role: 'user' as const };
  await directoryOf(heard.store).search(hostile, options);
  expect(await placesOf('hello 77', directoryOf(heard.store))).toEqual(['chat 77']);
  const searches = heard.sent.filter(([name]) => name === 'FT.SEARCH' && name !== undefined);
  const queries = searches.map(([, , query]) => query).filter((query) => query !== '*');
  expect(queries.length).toBeGreaterThan(1);
  for (const query of queries) {
    expect(query).toMatch(
      /^(?:@words:\{\$word\d+\} )+(?:@(?:user|agent):\{[\da-f]{16}\} )*(?:@role:\{user\} )?@time:\[\$from \(?\$to\]$/u,
    );
  }
  // Of the session, only what was found is read.
  const reads = heard.sent.filter(([name]) => name === 'JSON.GET');
  expect(reads.map(([, , path]) => path)).toEqual(['$.messages[77]']);
});

test('the next write makes good what was missed', async () => {
  await say(session('chat', { store: plain }), 'Hello one');
  expect(await placesOf('hello')).toEqual([]);
  await say(session(), 'Hello two');
  expect(await placesOf('hello')).toEqual(['chat 1', 'chat 0']);
  const other = session('chat', { store: plain });
  await other.popItem();
  await say(other, 'Hello three');
  await say(session(), 'Hello four');
  expect(await placesOf('hello')).toEqual(['chat 2', 'chat 1', 'chat 0']);
  expect(await placesOf('two')).toEqual([]);
  await other.addItems([assistantItem('Hi'), userItem('Hello five')]);
  await other.trim({ maxMessages: 1 });
  await session().touch();
  expect(await placesOf('hello')).toEqual(['chat 0']);
  expect(await hashes()).toBe(2);
});

test('what many write at once is found by its own words', async () => {
  const stores = Array.from(
    { length: 6 },
    () => new RedisStore(client, { search: true, ...LIMITS }),
  );
  await Promise.all(
    stores.map(async (own, writer) => {
      const handle = session('chat', { store: own });
      for (let turn = 0; turn < 10; turn += 1) await say(handle, `by${writer}turn${turn}`);
    }),
  );
  const messages = await session().getMessages();
  expect(messages).toHaveLength(60);
  const words = await Promise.all(messages.map((_, at) => client.hGet(hashOf(at), 'words')));
  expect(words).toEqual(messages.map(({ content }) => content));
});

test('what others put in the place of messages before these were taken in is found', async () => {
  const other = session('chat', { store: plain });
  let isFirst = true;
  const sender = toSender(client);
  const late = {
    send: async (command: Parameters<typeof sender.send>[0]) => {
      if (isFirst && command.args.includes(baseOf())) {
        isFirst = false;
        await other.popItem();
        await say(other, 'Goodbye');
      }
      return sender.send(command);
    },
  };
  const own = new RedisStore(late, { search: true, ...LIMITS });
  await session('chat', { store: own }).addItems([userItem('Hello one'), userItem('Hello two')]);
  expect(isFirst).toBe(false);
  expect(await placesOf('goodbye')).toEqual(['chat 1']);
  expect(await placesOf('hello')).toEqual(['chat 0']);
});

test('what a removal leaves is not taken in again', async () => {
  const handle = session();
  await handle.addItems(Array.from({ length: 20 }, (_, index) => userItem(`Hello ${index}`)));
  await client.hSet(hashOf(10), 'seen', '1');
  for (let index = 0; index < 3; index += 1) {
    await handle.popItem();
    await say(handle, 'Hello again');
  }
  await session('chat', { store: plain }).popItem();
  await handle.touch();
  expect(await client.hExists(hashOf(10), 'seen')).toBe(1);
  expect(await placesOf('hello again')).toEqual([]);
  expect(await placesOf('hello 18')).toEqual(['chat 18']);
});

test('many changes by others are made good', async () => {
  await session().addItems(Array.from({ length: 120 }, (_, index) => userItem(`Hello ${index}`)));
  const other = session('chat', { store: plain });
  for (let index = 0; index < 20; index += 1) {
    await other.popItem();
    await say(other, `Goodbye ${index}`);
  }
  await say(session(), 'Hello again');
  expect(await placesOf('hello again')).toEqual(['chat 120']);
  expect((await directoryOf().search('hello', { limit: 200 })).messages).toHaveLength(120);
  expect(await placesOf('goodbye')).toEqual(['chat 119']);
});

test('a session that another program has emptied and filled again is found as it is', async () => {
  await session().addItems([userItem('Hello one'), userItem('Hello two')]);
  const key = `${keyPrefix}chat`;
  const [first, second] = (await client.json.get(key, { path: '$.messages' })) as [
    [object, object],
  ][];
  expect([first, second]).toHaveLength(2);
  const messages = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb'].map((id) => ({
    ...(first as unknown as object[])[0],
    id,
    content: `Goodbye ${id}`,
  }));
  await client.json.set(key, '$.messages', messages);
  expect(await placesOf('hello')).toEqual([]);
  await say(session(), 'Hello three');
  expect(await placesOf('goodbye')).toEqual(['chat 1', 'chat 0']);
  expect(await placesOf('hello')).toEqual(['chat 2']);
});

test('a write goes on where nothing can be kept', async () => {
  await client.set(baseOf(), 'something else');
  const handle = session();
  await say(handle, 'Hello');
  await say(handle, 'Hello');
  await handle.popItem();
  expect(await handle.getMessages()).toHaveLength(1);
  await client.del(baseOf());
  await handle.touch();
  await say(handle, 'Hello');
  expect(await placesOf('hello')).toEqual(['chat 1', 'chat 0']);
  await handle.delete();
  expect(await hashes()).toBe(0);
});

test('nothing is left of a long session that is deleted or cleared', async () => {
  const items = Array.from({ length: 1200 }, (_, index) => userItem(`Hello ${index}`));
  const handle = session();
  await handle.addItems(items.slice(0, 600));
  await handle.addItems(items.slice(600));
  expect(await hashes()).toBe(1201);
  await handle.clear();
  expect(await hashes()).toBe(0);
  await handle.addItems(items.slice(0, 600));
  await handle.delete();
  expect(await hashes()).toBe(0);
});

test('no word is left of messages in whose place others without words were put', async () => {
  await session().addItems([userItem('Hello'), userItem('Goodbye')]);
  await session().applyHistoryTransaction({
    operationId: 'replaced',
    transaction: {
      type: 'replace_suffix',
      expectedSuffix: [userItem('Goodbye')],
      replacement: [userItem('🙂')],
    },
  });
  expect(await client.hGet(hashOf(1), 'words')).toBe('');
});

test('a message with words is found behind many without', async () => {
  const none = Array.from({ length: 60 }, () => userItem('🙂'));
  await session().addItems([...none, userItem('Hello')]);
  expect(await placesOf('hello')).toEqual(['chat 60']);
});

test('no step has many words', async () => {
  const text = (of: number): string =>
    Array.from({ length: 2000 }, (_, at) => `w${of}x${at}`).join(' ');
  const texts = Array.from({ length: 20 }, (_, of) => text(of));
  const { store: own, sent } = listening(client);
  await session('chat', { store: own }).addItems(texts.map(userItem));
  const steps = sent.filter((args) => args[0] === 'EVALSHA' && args.includes(baseOf()));
  expect(Math.max(...steps.map((args) => args.join('').length))).toBeLessThan(40_000);
  const words = await Promise.all(texts.map((_, at) => client.hGet(hashOf(at), 'words')));
  expect(words).toEqual(texts);
});

test('what it keeps lives longer than its session, and is renewed now and then', async () => {
  const handle = session('chat', { ttl: 1000 });
  await handle.addItems([userItem('Hello one'), userItem('Hello two')]);
  const ttls = async (): Promise<number[]> =>
    Promise.all([baseOf(), hashOf(0), hashOf(1)].map((key) => client.ttl(key)));
  const isAbout = (seconds: number): unknown => expect.closeTo(seconds, -1.5);
  expect(await ttls()).toEqual([isAbout(2000), isAbout(2000), isAbout(2000)]);
  for (const key of [baseOf(), hashOf(0), hashOf(1)]) await client.expire(key, 1600);
  await handle.touch();
  expect(await ttls()).toEqual([isAbout(1600), isAbout(1600), isAbout(1600)]);
  for (const key of [baseOf(), hashOf(0), hashOf(1)]) await client.expire(key, 1400);
  await handle.touch();
  expect(await ttls()).toEqual([isAbout(2000), isAbout(2000), isAbout(2000)]);
  await session('chat', { ttl: 10 }).touch();
  expect(await ttls()).toEqual([isAbout(20), isAbout(20), isAbout(20)]);
  await client.persist(`${keyPrefix}chat`);
  await session('chat', { store }).setAttributes({ kept: true });
  expect((await ttls())[0]).toBeGreaterThan(0);
});

test('a session that has ended is not found, and what is left of it is mended', async () => {
  await say(session('gone'), 'Hello one');
  await say(session('good'), 'Hello two');
  await say(session('behind'), 'Hello three');
  await say(session('behind', { store: plain }), 'Hello four');
  await say(session('unknown', { store: plain }), 'Hello five');
  await say(session('holed'), 'Hello six');
  await client.del([`${keyPrefix}gone`, hashOf(0, 'holed')]);
  expect(await placesOf('hello')).toEqual(['behind 0', 'good 0']);
  const found = { sessions: 4, missing: 1, stale: 2, orphaned: 1 };
  expect(await directoryOf().checkProjection()).toEqual(found);
  expect(await directoryOf().checkProjection({ repair: true })).toEqual(found);
  const mended = { sessions: 4, missing: 0, stale: 0, orphaned: 0 };
  expect(await directoryOf().checkProjection()).toEqual(mended);
  const all = ['holed 0', 'unknown 0', 'behind 1', 'behind 0', 'good 0'];
  expect(await placesOf('hello')).toEqual(all);
  expect(await client.exists(baseOf('gone'))).toBe(0);
});

test('both kinds are checked in one', async () => {
  const both = new RedisStore(client, { search: true, directory: true, ...LIMITS });
  await say(session('chat', { store: plain }), 'Hello');
  const directory = directoryOf(both);
  const { missing } = await directory.checkProjection({ repair: true });
  expect(missing).toBe(1);
  expect((await directory.checkProjection()).missing).toBe(0);
  expect(await placesOf('hello', directory)).toEqual(['chat 0']);
  expect(await directory.count()).toBe(1);
  await client.sendCommand(['FT.DROPINDEX', `projection:${keyPrefix}`, 'DD']);
});

test('the index is made again where it is gone, and covers nothing but messages', async () => {
  await say(session(), 'Hello');
  expect(await placesOf('hello')).toEqual(['chat 0']);
  await client.sendCommand(['FT.DROPINDEX', `search:${keyPrefix}`]);
  expect(await placesOf('hello')).toEqual(['chat 0']);
  await client.hSet(`${keyPrefix}words`, { key: `${keyPrefix}chat`, words: 'hello', time: '1' });
  expect(await placesOf('hello')).toEqual(['chat 0']);
  await client.del(`${keyPrefix}words`);
});

test('a hash that says something wrong finds nothing', async () => {
  await session().addItems([userItem('Hello one'), userItem('Goodbye two')]);
  await say(session('other'), 'Hello three');
  await client.hSet(hashOf(1), 'words', 'hello');
  await client.hSet(hashOf(0, 'other'), 'key', 'elsewhere:chat');
  expect(await placesOf('hello')).toEqual(['chat 0']);
});

test('very many messages of one time are all found', async () => {
  const time = 1_700_000_000.5;
  const messages = Array.from({ length: 1500 }, (_, index) => ({
    id: index.toString(16).padStart(16, '0'),
    role: 'user',
    content: `Hello ${index}`,
    timestamp: time,
    agent: null,
    tokens: null,
  }));
  await say(session(), 'Goodbye');
  await client.json.set(`${keyPrefix}chat`, '$.messages', messages);
  await directoryOf().checkProjection({ repair: true });
  const heard = listening(client);
  const { messages: found } = await directoryOf(heard.store).search('hello', { limit: 3 });
  expect(heard.sent.filter(([name]) => name === 'JSON.GET').length).toBeLessThanOrEqual(100);
  expect(found.map(({ index }) => index)).toEqual([1499, 1498, 1497]);
  expect(await placesOf('hello 3')).toEqual(['chat 3']);
});

test('no two sessions share what their messages are found by', () => {
  const names = ['a', '{a}', 'a}', '{a', '{s:a}', '}{', 'a:1', 'a:1:1', 'b{c}', '{b}{c}'];
  const bases = names.map((sessionId) => messagesKey({ key: `s:${sessionId}`, sessionId }));
  const all = bases.flatMap((base) => [base, messageKey(base, 1), messageKey(base, 11)]);
  expect(new Set(all).size).toBe(all.length);
  expect(all.every((key) => !key.startsWith('s:'))).toBe(true);
});

describe('where search is not', () => {
  test('a server without it is read', async () => {
    const server = await startRedis({ modules: 'json' });
    const own = RedisStore.open(server.url, { search: true, ...LIMITS });
    try {
      await say(session('chat', { store: own, userId: 'ada' }), 'Hello');
      expect(await placesOf('hello', directoryOf(own))).toEqual(['chat 0']);
    } finally {
      await own.close();
      await server.stop();
    }
  });

  test('a cluster whose search looks at one node only is read', async () => {
    const cluster = await startCluster({ modules: 'json+search', replicas: 0 });
    const nodes = createCluster({ rootNodes: cluster.urls.map((url) => ({ url })) });
    nodes.on('error', () => {});
    await nodes.connect();
    try {
      const own = new RedisStore(nodes, { search: true, ...LIMITS });
      const ids = ['a', 'b', 'c', 'd', 'e{1}', '{f'];
      for (const id of ids) await say(session(id, { store: own, userId: 'ada' }), 'Hello');
      const places = await placesOf('hello', directoryOf(own));
      expect(places.toSorted()).toEqual(ids.map((id) => `${id} 0`).toSorted());
      const directory = directoryOf(own);
      expect(await directory.checkProjection()).toMatchObject({ missing: 0, stale: 0 });
      await directory.deleteUser('ada');
      const report = { sessions: 0, missing: 0, stale: 0, orphaned: 0 };
      expect(await directory.checkProjection()).toEqual(report);
    } finally {
      nodes.destroy();
      await cluster.stop();
    }
  });
});
