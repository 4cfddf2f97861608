/**
 * What writes keep beside sessions so that they are found, on one server and in a cluster.
 *
 * @module
 */
import { createClient, createCluster } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { SessionDirectory } from '../../../src/directory/index.ts';
import { JSONSession } from '../../../src/index.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { projectionKey } from '../../../src/stores/redis/directory/projection-key.ts';
import { PYTHON_DOCUMENTS } from '../../../src/testing/python-documents.ts';
import { writeRedisDocument } from '../../document/redis-documents.ts';
import { ownPrefix } from '../../processes/shared-stores.ts';
import { startCluster } from '../../servers/redis-cluster.ts';
import { ownRedis } from '../../servers/own-redis.ts';
import { startRedis } from '../../servers/redis-server.ts';

const { url: ownUrl } = await ownRedis();
const client = createClient({ url: ownUrl, RESP: 2 });
client.on('error', () => {});
beforeAll(async () => {
  await client.connect();
});
afterAll(() => client.destroy());

const store = new RedisStore(client, { directory: true, timeoutMs: 20_000 });
const plain = new RedisStore(client, { timeoutMs: 20_000 });
const NOTHING_WRONG = { missing: 0, stale: 0, orphaned: 0 };

let keyPrefix = ownPrefix();
afterEach(async () => {
  await client.sendCommand(['FT.DROPINDEX', `projection:${keyPrefix}`, 'DD']).catch(() => {});
  await new SessionDirectory({ store: plain, keyPrefix }).deleteUser('anonymous');
  keyPrefix = ownPrefix();
});

function session(sessionId: string, options = {}): JSONSession {
  return new JSONSession({ store, keyPrefix, sessionId, ...options });
}

async function say(to: JSONSession): Promise<void> {
  await to.addMessage({ role: 'user', content: 'Hello' });
}

const hashOf = (sessionId: string): string =>
  projectionKey({ key: `${keyPrefix}${sessionId}`, sessionId });

async function ids(directory: SessionDirectory): Promise<string[]> {
  const { sessions } = await directory.list({ orderBy: 'created', descending: false });
  return sessions.map(({ sessionId }) => sessionId);
}

interface Admin {
  sendCommand(args: string[]): Promise<unknown>;
}

/** The commands that a call made the server run, in a server of one test's own. */
async function commandsOf(admin: Admin, call: () => Promise<unknown>): Promise<string> {
  await admin.sendCommand(['CONFIG', 'RESETSTAT']);
  await call();
  return String(await admin.sendCommand(['INFO', 'commandstats'])).toLowerCase();
}

test('nothing is kept unless it is switched on, and an option of another kind is refused', async () => {
  await say(session('chat', { store: plain }));
  expect(await client.keys(`*${keyPrefix}*`)).toEqual([`${keyPrefix}chat`]);
  const wrong = { directory: 'yes' as unknown as boolean };
  expect(() => new RedisStore(client, wrong)).toThrow(/directory/u);
  const check = new SessionDirectory({ store: plain, keyPrefix }).checkProjection();
  await expect(check).rejects.toMatchObject({ code: 'unsupported', method: 'checkProjection' });
});

test('the hash holds digests and times, and no text of a caller', async () => {
  const handle = session('chat', { userId: 'ada@example.org' });
  await handle.addMessage({ role: 'user', content: 'my diagnosis' });
  await handle.trackAgent('Oncology');
  await handle.setAttributes({ clinic: 'Charité', open: true });
  const { key, created, updated, expires, ...digests } = await client.hGetAll(hashOf('chat'));
  expect([key, expires]).toEqual([`${keyPrefix}chat`, 'inf']);
  expect(Number(updated)).toBeGreaterThan(Number(created));
  expect(Object.keys(digests).toSorted()).toEqual(['agents', 'attributes', 'parent', 'user']);
  expect(Object.values(digests).join(',')).toMatch(/^[\da-f,]+$/u);
  await new SessionDirectory({ store, keyPrefix }).deleteUser('ada@example.org');
  expect(await client.exists(hashOf('chat'))).toBe(0);
});

test('a list by the index scans nothing, and a session is asked for only if it is listed', async () => {
  const server = await startRedis();
  const admin = createClient({ url: server.url });
  admin.on('error', () => {});
  await admin.connect();
  try {
    const own = new RedisStore(admin, { directory: true, timeoutMs: 20_000 });
    for (let number = 0; number < 20; number += 1) {
      await say(new JSONSession({ store: own, sessionId: `chat-${number}` }));
    }
    const directory = new SessionDirectory({ store: own });
    await directory.list();
    const commands = await commandsOf(admin, () => directory.list({ limit: 3 }));
    expect(commands).toContain('cmdstat_ft.search');
    expect(commands).not.toContain('cmdstat_scan');
    expect(commands).toMatch(/cmdstat_json.get:calls=4,/u);
    const counting = await commandsOf(admin, () => directory.count());
    expect(counting).not.toMatch(/cmdstat_(?:scan|json)/u);
    // It is made again where it is gone.
    await admin.sendCommand(['FT.DROPINDEX', 'projection:session:']);
    expect((await directory.list({ limit: 5 })).sessions).toHaveLength(5);
    expect(await admin.sendCommand(['FT._LIST'])).toContain('projection:session:');
    expect(await indexFailures(admin)).toBe('0');
  } finally {
    admin.destroy();
    await server.stop();
  }
});

async function indexFailures(admin: Admin): Promise<string> {
  const about = await admin.sendCommand(['FT.INFO', 'projection:session:']);
  const map = Array.isArray(about)
    ? Object.fromEntries(about.flatMap((name, at) => (at % 2 === 0 ? [[name, about[at + 1]]] : [])))
    : (about as Record<string, unknown>);
  return String((map as Record<string, unknown>)['hash_indexing_failures']);
}

test('what others write is missing until it is made anew', async () => {
  const directory = new SessionDirectory({ store, keyPrefix });
  await say(session('ours'));
  await say(session('before', { store: plain }));
  const python = { ...PYTHON_DOCUMENTS['py-chat'], user_id: 'anonymous' };
  await writeRedisDocument(client, `${keyPrefix}python`, python);
  expect(await ids(directory)).toEqual(['ours']);
  const found = { sessions: 3, missing: 2, stale: 0, orphaned: 0 };
  expect(await directory.checkProjection()).toEqual(found);
  expect(await directory.checkProjection({ repair: true })).toEqual(found);
  expect(await directory.checkProjection()).toEqual({ sessions: 3, ...NOTHING_WRONG });
  expect((await ids(directory)).toSorted()).toEqual(['before', 'ours', 'python']);
});

test('a session from before is taken in whole by its next write', async () => {
  await session('chat', { store: plain }).setAttributes({ title: 'Trip' });
  // Its second write tells the store what the server can do: the short way is open from then on.
  const other = session('other');
  await say(other);
  await say(other);
  const handle = session('chat');
  await handle.getItems();
  await say(handle);
  const directory = new SessionDirectory({ store, keyPrefix });
  expect(await directory.checkProjection()).toEqual({ sessions: 2, ...NOTHING_WRONG });
});

test('what is stale, and what is left of sessions that are gone, is found and mended', async () => {
  const directory = new SessionDirectory({ store, keyPrefix });
  for (const id of ['stale', 'gone', 'good']) await say(session(id));
  await session('stale', { store: plain }).trackAgent('Triage');
  await client.del(`${keyPrefix}gone`);
  expect(await ids(directory)).toEqual(['stale', 'good']);
  const report = await directory.checkProjection({ repair: true });
  expect(report).toEqual({ sessions: 2, missing: 0, stale: 1, orphaned: 1 });
  expect(await directory.checkProjection()).toEqual({ sessions: 2, ...NOTHING_WRONG });
  expect(await client.exists(hashOf('gone'))).toBe(0);
});

test('a page goes on behind sessions that the hashes are wrong about', async () => {
  const directory = new SessionDirectory({ store, keyPrefix });
  const names = Array.from({ length: 9 }, (_, number) => `chat-${number}`);
  for (const id of names) await session(id).trackAgent('Triage');
  for (const id of names.slice(0, 7)) {
    await client.sendCommand(['JSON.SET', `${keyPrefix}${id}`, '$.metadata.agents_used', '[]']);
  }
  for (const descending of [true, false]) {
    const query = { agent: 'Triage', orderBy: 'created', descending } as const;
    const { sessions, cursor } = await directory.list({ ...query, limit: 2 });
    const found = sessions.map(({ sessionId }) => sessionId).toSorted();
    expect([found, cursor]).toEqual([['chat-7', 'chat-8'], null]);
  }
});

test('it ends with its session', async () => {
  const handle = session('chat', { ttl: 500 });
  await say(handle);
  await client.expire(`${keyPrefix}chat`, 50);
  await client.expire(hashOf('chat'), 50);
  await say(handle);
  expect(await client.ttl(hashOf('chat'))).toBeGreaterThan(400);
  await client.expire(hashOf('chat'), 50);
  await handle.touch();
  expect(await client.ttl(hashOf('chat'))).toBeGreaterThan(400);
  await client.expire(hashOf('chat'), 50);
  await handle.exclusive(async () => {
    expect(await client.ttl(hashOf('chat'))).toBeGreaterThan(400);
  });
  await handle.delete();
  expect(await client.exists(hashOf('chat'))).toBe(0);
});

test('what has an end of another time than its session is stale', async () => {
  const directory = new SessionDirectory({ store, keyPrefix });
  await say(session('longer', { ttl: 500 }));
  await say(session('for good', { ttl: 500 }));
  await client.expire(`${keyPrefix}longer`, 900);
  await client.persist(`${keyPrefix}for good`);
  const report = { sessions: 2, ...NOTHING_WRONG, stale: 2 };
  expect(await directory.checkProjection({ repair: true })).toEqual(report);
  expect(await directory.checkProjection()).toEqual({ sessions: 2, ...NOTHING_WRONG });
  expect(await client.ttl(hashOf('longer'))).toBeGreaterThan(800);
  expect(await client.ttl(hashOf('for good'))).toBe(-1);
});

test('what has expired is not counted, though the server still has it', async () => {
  const server = await startRedis({ args: ['--enable-debug-command', 'yes'] });
  const admin = createClient({ url: server.url });
  admin.on('error', () => {});
  await admin.connect();
  try {
    await admin.sendCommand(['DEBUG', 'SET-ACTIVE-EXPIRE', '0']);
    const own = new RedisStore(admin, { directory: true, timeoutMs: 20_000 });
    const directory = new SessionDirectory({ store: own });
    await say(new JSONSession({ store: own, sessionId: 'brief', ttl: 1 }));
    await say(new JSONSession({ store: own, sessionId: 'stays' }));
    expect(await directory.count()).toBe(2);
    await expect.poll(() => directory.count()).toBe(1);
    expect(await admin.dbSize()).toBe(4);
    expect(await ids(directory)).toEqual(['stays']);
  } finally {
    admin.destroy();
    await server.stop();
  }
});

test('a write goes on whatever stands in its place', async () => {
  await client.set(hashOf('chat'), 'something else');
  const handle = session('chat', { ttl: 500 });
  await say(handle);
  await say(handle);
  await handle.trackAgent('Triage');
  await handle.popItem();
  await handle.clear();
  expect((await handle.getMetadata()).agentsUsed).toEqual(['Triage']);
  await handle.delete();
});

test('no two sessions share what they are found by', () => {
  const names = [
    'a',
    '{a}',
    'a}',
    '{a',
    '{session:a}',
    '}{',
    '{}',
    'b{c}',
    '{b}{c}',
    'x:{session:a}',
  ];
  const keys = names.map((sessionId) => projectionKey({ key: `session:${sessionId}`, sessionId }));
  expect(new Set(keys).size).toBe(names.length);
  for (const prefix of ['p', 'pro', '{', 't', 'projection']) {
    const key = projectionKey({ key: `${prefix}chat`, sessionId: 'chat' });
    expect(key.startsWith(prefix)).toBe(false);
  }
  for (const reserved of ['projection:', 'Projection:x', 'trash:']) {
    const make = (): unknown => new SessionDirectory({ store: plain, keyPrefix: reserved });
    expect(make).toThrow(/keyPrefix/u);
  }
});

test('a long history that is cleared stays found', async () => {
  const handle = session('chat');
  const items = Array.from({ length: 1100 }, () => ({ role: 'user', content: 'Hi' }) as const);
  await handle.addItems(items);
  await handle.clear();
  const directory = new SessionDirectory({ store, keyPrefix });
  expect(await directory.checkProjection()).toEqual({ sessions: 1, ...NOTHING_WRONG });
  expect(await client.keys(`trash:${keyPrefix}*`)).toEqual([]);
  await handle.delete();
});

test('a server without search is scanned', async () => {
  const server = await startRedis({ modules: 'json' });
  const own = RedisStore.open(server.url, { directory: true });
  try {
    for (const id of ['a', 'b']) await say(new JSONSession({ store: own, sessionId: id }));
    const directory = new SessionDirectory({ store: own });
    expect((await directory.list()).sessions.map(({ sessionId }) => sessionId)).toEqual(['b', 'a']);
    expect(await directory.count()).toBe(2);
  } finally {
    await own.close();
    await server.stop();
  }
});

describe('in a cluster whose search looks at one node', () => {
  test('sessions of every slot are kept and found, by scanning', async () => {
    const cluster = await startCluster({ replicas: 0 });
    const nodes = createCluster({ rootNodes: cluster.urls.map((url) => ({ url })) });
    nodes.on('error', () => {});
    await nodes.connect();
    try {
      const own = new RedisStore(nodes, { directory: true, timeoutMs: 20_000 });
      const names = ['a', 'b', 'c', 'd', '{e}', 'f}', '{g', '}{h'];
      for (const id of names) {
        const handle = new JSONSession({ store: own, sessionId: id, ttl: 600 });
        await say(handle);
        await say(handle);
        await handle.trackAgent('Triage');
      }
      const directory = new SessionDirectory({ store: own });
      const { sessions } = await directory.list({ limit: 3 });
      expect(sessions.map(({ sessionId }) => sessionId)).toEqual(['}{h', '{g', 'f}']);
      expect(await directory.count({ agent: 'Triage' })).toBe(names.length);
      const good = { sessions: names.length, ...NOTHING_WRONG };
      expect(await directory.checkProjection()).toEqual(good);
      expect((await directory.deleteUser('anonymous')).deleted).toBe(names.length);
    } finally {
      nodes.destroy();
      await cluster.stop();
    }
  });
});
