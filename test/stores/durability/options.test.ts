import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { closeStores, type Durability, JSONSession } from '../../../src/index.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { SqliteStore } from '../../../src/stores/sqlite/index.ts';
import { runScript } from '../../processes/run-script.ts';
import { ownPrefix, temporaryFolder } from '../../processes/shared-stores.ts';
import { type RedisServer, startRedis } from '../../servers/redis-server.ts';

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis({ modules: 'json', args: ['--appendonly', 'yes'] });
});

afterEach(() => closeStores());

afterAll(() => server.stop());

const hello = { role: 'user', content: 'hello' } as const;
const refusal = (text: string): object => ({
  code: 'invalid_input',
  field: 'durability',
  message: expect.stringContaining(text) as string,
});

async function waits(): Promise<number> {
  const stats = await server.cli('INFO', 'commandstats');
  return Number(/cmdstat_waitaof:calls=(\d+)/u.exec(stats)?.[1] ?? 0);
}

describe('a session by URL', () => {
  test('waits with a durability, and not without', async () => {
    const options = { url: server.url, keyPrefix: ownPrefix(), sessionId: 'chat' };
    const before = await waits();
    await new JSONSession(options).addMessage(hello);
    expect(await waits()).toBe(before);
    const session = new JSONSession({ ...options, durability: 'fsync' });
    await session.addMessage(hello);
    // One for the connection, one for the write.
    expect(await waits()).toBe(before + 2);
    expect(await session.getItems()).toHaveLength(2);
  });

  test('lets its process end, and closes its connections with the stores', async () => {
    const end = await runScript(
      `const url = ${JSON.stringify(server.url)};
      const session = new JSONSession({ url, durability: 'fsync', sessionId: 'a' });
      await session.addMessage({ role: 'user', content: 'hello' });
      console.log((await session.getItems()).length);`,
    );
    expect(end).toMatchObject({ code: 0, output: '1\n', errors: '' });
    expect(end.lingered).toBeLessThan(5000);
  });
});

describe('what cannot be', () => {
  test.each(['', 'replicate', 1, {}])('%j', async (durability) => {
    const wrong = { durability } as { durability: Durability };
    expect(() => new JSONSession({ url: server.url, ...wrong })).toThrow(
      expect.objectContaining(refusal('must be')),
    );
    expect(() => RedisStore.open(server.url, wrong)).toThrow(
      expect.objectContaining(refusal('must be')),
    );
  });

  test('together with a store', () => {
    const store = RedisStore.open(server.url);
    expect(() => new JSONSession({ store, durability: 'fsync' })).toThrow(
      expect.objectContaining(refusal('together with store')),
    );
  });

  test('SQLite with replicas, or in memory on disk', async () => {
    const url = `sqlite:${temporaryFolder()}/a.db`;
    const replicated = new JSONSession({ url, durability: 'replicated' });
    await expect(replicated.getItems()).rejects.toMatchObject(refusal('no replicas'));
    const inMemory = new JSONSession({ url: 'sqlite::memory:', durability: 'fsync' });
    await expect(inMemory.getItems()).rejects.toMatchObject(refusal('in memory'));
  });
});

describe('SQLite', () => {
  test.each([
    ['acknowledged', 1],
    ['fsync', 2],
  ] as const)('%s is synchronous = %i', async (durability, level) => {
    const executed = vi.spyOn(DatabaseSync.prototype, 'exec');
    const store = await SqliteStore.open(`${temporaryFolder()}/a.db`, { durability });
    const [database] = executed.mock.contexts as DatabaseSync[];
    executed.mockRestore();
    expect(database?.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: level });
    const session = new JSONSession({ store });
    await session.addMessage(hello);
    expect(await session.getItems()).toHaveLength(1);
    await store.close();
  });
});
