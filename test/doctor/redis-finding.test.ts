import { createClient, createCluster } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SessionDirectory } from '../../src/directory/index.ts';
import { doctor, type DoctorReport, JSONSession } from '../../src/index.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { projectionKey } from '../../src/stores/redis/directory/projection-key.ts';
import { messageKey, messagesKey } from '../../src/stores/redis/search/message-keys.ts';
import { userItem } from '../../src/testing/conversation.ts';
import { startCluster } from '../servers/redis-cluster.ts';
import { type RedisServer, startRedis } from '../servers/redis-server.ts';
import { codesOf, messageOf } from './reports.ts';

function ofDirectory(report: DoctorReport): string[] {
  return codesOf(report).filter((code) => code.startsWith('directory_'));
}

describe('a store that keeps what sessions are found by', () => {
  let server: RedisServer;
  let client: ReturnType<typeof createClient>;

  beforeAll(async () => {
    server = await startRedis();
    client = createClient({ url: server.url });
    client.on('error', () => {});
    await client.connect();
  });

  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  it('is told that there is no index yet, and where hashes do not fit into it', async () => {
    const store = new RedisStore(client, { directory: true });
    const first = await doctor({ store });
    expect(ofDirectory(first)).toEqual(['directory_index_missing']);
    expect(messageOf(first, 'directory_index_missing')).toContain('"projection:session:"');
    expect(await client.sendCommand(['FT._LIST'])).toEqual([]);
    expect(await client.dbSize()).toBe(0);
    const session = new JSONSession({ store, sessionId: 'chat' });
    await session.addMessage({ role: 'user', content: 'Hello' });
    await new SessionDirectory({ store }).list();
    expect(ofDirectory(await doctor({ store }))).toEqual([]);
    const hash = projectionKey({ key: 'session:chat', sessionId: 'chat' });
    await client.hSet(hash, 'created', 'yesterday');
    expect(ofDirectory(await doctor({ store }))).toEqual(['directory_index_failing']);
    const plain = new RedisStore(client);
    expect(ofDirectory(await doctor({ store: plain }))).toEqual([]);
  });

  it.each([
    [['+hset'], ['directory_not_written'], 'The user lacks +hset.'],
    [['+ft.search', '+ft.create'], ['directory_scanned'], 'The user lacks +ft.search +ft.create.'],
  ])('is told that the user lacks %j', async (without, codes, message) => {
    const rights = ['+@all', ...without.map((right) => right.replace('+', '-'))];
    await server.cli('ACL', 'SETUSER', 'less', 'reset', 'on', '>secret', '~*', ...rights);
    const url = `redis://less:secret@127.0.0.1:${server.port}`;
    const store = RedisStore.open(url, { directory: true });
    await new SessionDirectory({ store: new RedisStore(client, { directory: true }) }).list();
    const report = await doctor({ store });
    await store.close();
    expect(ofDirectory(report).filter((code) => codes.includes(code))).toEqual(codes);
    expect(messageOf(report, codes[0] ?? '')).toBe(message);
  });

  it('is told that the user may not use the keys', async () => {
    const keys = ['~session:*', '~trash:session:*'];
    await server.cli('ACL', 'SETUSER', 'less', 'reset', 'on', '>secret', ...keys, '+@all');
    const url = `redis://less:secret@127.0.0.1:${server.port}`;
    const store = RedisStore.open(url, { directory: true });
    const report = await doctor({ store });
    await store.close();
    expect(messageOf(report, 'acl_key_denied')).toMatch(/begin with "projection:session:"\.$/);
  });
});

it.each([
  [{ directory: true }, 'directory_scanned'],
  [{ search: true }, 'messages_scanned'],
])('a server without search is told to be scanned with %j', async (options, code) => {
  const server = await startRedis({ modules: 'json' });
  const store = RedisStore.open(server.url, options);
  const report = await doctor({ store });
  await store.close();
  await server.stop();
  expect([...ofDirectory(report), ...ofMessages(report)]).toEqual([code]);
  expect(messageOf(report, code)).toBe('The server has no search.');
});

it('a cluster whose search looks at one node is told to be scanned', async () => {
  const cluster = await startCluster({ modules: 'json+search' });
  const nodes = createCluster({ rootNodes: cluster.urls.map((url) => ({ url })) });
  nodes.on('error', () => {});
  await nodes.connect();
  const store = new RedisStore(nodes, { directory: true, search: true });
  const report = await doctor({ store, timeoutMs: 20_000 });
  nodes.destroy();
  await cluster.stop();
  const isPerNode = report.server?.search === 'per-node';
  expect(ofDirectory(report)).toEqual([
    isPerNode ? 'directory_scanned' : 'directory_index_missing',
  ]);
  expect(ofMessages(report)).toEqual([isPerNode ? 'messages_scanned' : 'messages_index_missing']);
});

function ofMessages(report: DoctorReport): string[] {
  return codesOf(report).filter((code) => code.startsWith('messages_'));
}

describe('a store that keeps what messages are found by', () => {
  it('is told of its index, and of rights that the user lacks', async () => {
    const server = await startRedis();
    const client = createClient({ url: server.url });
    client.on('error', () => {});
    await client.connect();
    try {
      const store = new RedisStore(client, { search: true });
      const first = await doctor({ store });
      expect(ofMessages(first)).toEqual(['messages_index_missing']);
      expect(messageOf(first, 'messages_index_missing')).toContain('"Search:session:"');
      expect(await client.dbSize()).toBe(0);
      await new JSONSession({ store, sessionId: 'chat' }).addItems([userItem('Hello')]);
      expect((await new SessionDirectory({ store }).search('hello')).messages).toHaveLength(1);
      expect(ofMessages(await doctor({ store }))).toEqual([]);
      const base = messagesKey({ key: 'session:chat', sessionId: 'chat' });
      await client.hSet(messageKey(base, 0), 'time', 'yesterday');
      expect(ofMessages(await doctor({ store }))).toEqual(['messages_index_failing']);

      await server.cli('ACL', 'SETUSER', 'less', 'reset', 'on', '>x', '~*', '+@all', '-hdel');
      const less = RedisStore.open(`redis://less:x@127.0.0.1:${server.port}`, { search: true });
      const report = await doctor({ store: less });
      await less.close();
      expect(messageOf(report, 'messages_not_written')).toBe('The user lacks +hdel.');
    } finally {
      client.destroy();
      await server.stop();
    }
  });
});
