import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JSONSession, type JSONSessionOptions, NotDurableError } from '../../../src/index.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { ownPrefix } from '../../processes/shared-stores.ts';
import { type ReplicatedRedis, startReplicated } from '../../servers/redis-replica.ts';
import { type RedisServer, startRedis } from '../../servers/redis-server.ts';

const SHORT_MS = 1500;

let servers: ReplicatedRedis;
let store: RedisStore;

beforeAll(async () => {
  servers = await startReplicated();
  store = RedisStore.open(servers.master.url, { durability: 'replicated' });
  // Connects, and brings the script there.
  await new JSONSession({ store, keyPrefix: ownPrefix() }).create();
});

afterAll(async () => {
  await store.close();
  await servers.stop();
});

function options(): JSONSessionOptions {
  return { store, keyPrefix: ownPrefix(), sessionId: 'chat', timeoutMs: SHORT_MS };
}

/** Runs something while the replica stands still. */
async function withoutReplica<T>(work: () => Promise<T>): Promise<T> {
  servers.replica.kill('SIGSTOP');
  try {
    return await work();
  } finally {
    servers.replica.kill('SIGCONT');
  }
}

async function shortfallOf(call: () => Promise<unknown>): Promise<NotDurableError> {
  const error = await withoutReplica(() => call().catch((reason: unknown) => reason));
  expect(error).toBeInstanceOf(NotDurableError);
  return error as NotDurableError;
}

const hello = { role: 'user', content: 'hello' } as const;

describe('while the replica stands still, a write is applied and reported', () => {
  test.each<[string, (session: JSONSession) => Promise<unknown>]>([
    ['create', (session) => session.create()],
    ['addMessage', (session) => session.addMessage(hello)],
    ['addItems', (session) => session.addItems([hello])],
  ])('the first one, by %s', async (_, write) => {
    const session = new JSONSession(options());
    await shortfallOf(() => write(session));
    // The handle knows the session: a second life of it would be another one.
    await session.addMessage({ ...hello, content: 'again' });
    await expect(session.create()).rejects.toMatchObject({ code: 'session_exists' });
    await session.delete();
    await expect(session.getItems()).rejects.toMatchObject({ code: 'session_expired' });
  });

  test.each<[string, (session: JSONSession) => Promise<unknown>, number]>([
    ['addMessage', (session) => session.addMessage(hello), 3],
    ['popItem', (session) => session.popItem(), 1],
    ['clear', (session) => session.clear(), 0],
    ['touch', (session) => session.touch(), 2],
    ['setAttributes', (session) => session.setAttributes({ a: 1 }), 2],
  ])('%s, and later writes go on from there', async (_, write, length) => {
    const session = new JSONSession(options());
    await session.addItems([hello, hello]);
    const error = await shortfallOf(() => write(session));
    expect(error.message).toBe('The write was applied, and it is not known to be on a replica');
    expect(await session.getItems()).toHaveLength(length);
    await session.touch();
    await session.addMessage(hello);
    expect(await session.getItems()).toHaveLength(length + 1);
  });

  test('delete: the handle knows that the session is gone', async () => {
    const session = new JSONSession(options());
    await session.addItems([hello]);
    expect(await shortfallOf(() => session.delete())).toMatchObject({ incarnation: null });
    await expect(session.getItems()).rejects.toMatchObject({ code: 'session_expired' });
    expect(await session.delete()).toBe(false);
  });

  test('a lock: the function is not called, and the lock is given back', async () => {
    const given = options();
    const session = new JSONSession(given);
    await session.addItems([hello]);
    let calls = 0;
    const count = (): void => {
      calls += 1;
    };
    const locked = withoutReplica(() => session.exclusive(count, { wait: 0 }));
    await expect(locked).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(calls).toBe(0);
    await new JSONSession(given).exclusive(count);
    expect(calls).toBe(1);
  });

  test('reads with refreshTtlOnRead read', async () => {
    const given = { ...options(), ttl: 600, refreshTtlOnRead: true };
    const session = new JSONSession(given);
    await session.addItems([hello]);
    expect(await withoutReplica(() => session.getItems())).toHaveLength(1);
  });
});

describe('a write that is sent again', () => {
  test('with the id of the error is there once, and is waited for', async () => {
    const given = options();
    const session = new JSONSession(given);
    const first = await shortfallOf(() => session.addMessage(hello));
    const second = await shortfallOf(() => session.addItems([{ ...hello, content: 'second' }]));
    const third = await shortfallOf(() => session.addMessage({ ...hello, content: 'third' }));
    const { operationId } = first;
    const repeat = (): Promise<unknown> => session.addMessage({ ...hello, operationId });
    // As long as the replica stands still, that is what the repeat says, under the same id.
    expect((await shortfallOf(repeat)).operationId).toBe(operationId);
    await repeat();
    const other = new JSONSession(given);
    const again = { operationId: second.operationId };
    await other.addItems([{ ...hello, content: 'second' }], undefined, again);
    await other.addMessage({ ...hello, content: 'third', operationId: third.operationId });
    expect(await other.getItems()).toHaveLength(3);
  });

  test('with an id of the caller’s is there once, and is waited for', async () => {
    const session = new JSONSession(options());
    await session.addMessage(hello);
    const write = (): Promise<unknown> => session.addMessage({ ...hello, operationId: 'mine' });
    const first = await shortfallOf(write);
    const second = await shortfallOf(write);
    expect(second.operationId).toBe('mine');
    await write();
    await session.addMessage({ ...hello, operationId: first.operationId });
    expect(await session.getItems()).toHaveLength(2);
  });

  test('gives what it removed', async () => {
    const session = new JSONSession(options());
    await session.addItems([hello, { ...hello, content: 'newest' }]);
    const { operationId } = await shortfallOf(() => session.popItem());
    const removed = await session.popItem(undefined, { operationId });
    expect(removed).toMatchObject({ content: 'newest' });
    expect(await session.getItems()).toHaveLength(1);
  });

  test.each<[string, (session: JSONSession) => Promise<unknown>]>([
    ['touch', (session) => session.touch()],
    ['delete', (session) => session.delete()],
  ])('%s falls short again, though it changes nothing any more', async (_, write) => {
    const given = options();
    const session = new JSONSession(given);
    await session.addItems([hello]);
    await write(session);
    await shortfallOf(() => write(session));
    const key = `${given.keyPrefix}${given.sessionId}`;
    await write(session);
    expect(await servers.replica.cli('EXISTS', key)).toBe(await servers.master.cli('EXISTS', key));
  });
});

test('an aborted wait says that the write was applied', async () => {
  const given = options();
  const signal = AbortSignal.timeout(1000);
  const session = new JSONSession({ ...given, signal, timeoutMs: 9000 });
  const error = await shortfallOf(() => session.addMessage(hello));
  expect(error.cause).toMatchObject({ code: 'aborted' });
  expect(await new JSONSession(given).getItems()).toHaveLength(1);
});

describe('many writes at once', () => {
  test('share 16 connections, all end in time, and reads do not wait', async () => {
    const given = { ...options(), timeoutMs: 2000 };
    const sessions = Array.from({ length: 40 }, (_, index) => {
      return new JSONSession({ ...given, sessionId: `chat-${index}` });
    });
    await Promise.all(sessions.map((session) => session.addMessage(hello)));
    const before = performance.now();
    const codes = await withoutReplica(async () => {
      const writes = sessions.map((session) =>
        session.addMessage(hello).then(
          () => 'done',
          ({ code }: { code: string }) => code,
        ),
      );
      const reading = performance.now();
      await sessions[39]!.getItems();
      expect(performance.now() - reading).toBeLessThan(1000);
      const list = await servers.master.cli('CLIENT', 'LIST', 'TYPE', 'NORMAL');
      const waiting = list.split('\n').filter((line) => /cmd=wait\b/u.test(line));
      expect(waiting.length).toBeLessThanOrEqual(16);
      return Promise.all(writes);
    });
    expect(performance.now() - before).toBeLessThan(4000);
    // Those that had no turn were never sent, and some had one in the last moment.
    expect(codes).not.toContain('done');
    expect(codes.filter((code) => code === 'not_durable').length).toBeGreaterThanOrEqual(16);
    const lengths = await Promise.all(sessions.map(async (one) => (await one.getItems()).length));
    const wrong = codes.filter((code, index) => {
      if (code === 'outcome_unknown') return false;
      return lengths[index] !== (code === 'not_durable' ? 2 : 1);
    });
    expect(wrong).toEqual([]);
  });

  test('through one session keep their order', async () => {
    const session = new JSONSession({ ...options(), timeoutMs: 20_000 });
    const texts = Array.from({ length: 60 }, (_, index) => `text ${index}`);
    await Promise.all(texts.map((content) => session.addMessage({ ...hello, content })));
    const messages = await session.getMessages();
    expect(messages.map(({ content }) => content)).toEqual(texts);
  });
});

describe('on disk', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis({ modules: 'json', args: ['--appendonly', 'yes'] });
  });

  afterAll(() => server.stop());

  test.each(['always', 'everysec'])('with appendfsync %s', async (fsync) => {
    await server.cli('CONFIG', 'SET', 'appendfsync', fsync);
    const own = RedisStore.open(server.url, { durability: 'fsync' });
    const session = new JSONSession({ store: own, keyPrefix: ownPrefix() });
    for (let index = 0; index < 20; index += 1) await session.addMessage(hello);
    expect(await session.getItems()).toHaveLength(20);
    await own.close();
  });

  test('with appendfsync no the write is applied and reported', async () => {
    await server.cli('CONFIG', 'SET', 'appendfsync', 'no');
    const own = RedisStore.open(server.url, { durability: 'fsync', timeoutMs: SHORT_MS });
    const session = new JSONSession({ store: own, keyPrefix: ownPrefix() });
    await expect(session.addMessage(hello)).rejects.toMatchObject({
      code: 'not_durable',
      message: 'The write was applied, and it is not known to be on disk',
    });
    expect(await session.getItems()).toHaveLength(1);
    await own.close();
  });

  test('when the file is switched off meanwhile, the error comes at once', async () => {
    await server.cli('CONFIG', 'SET', 'appendfsync', 'always');
    const own = RedisStore.open(server.url, { durability: 'fsync', timeoutMs: 20_000 });
    const session = new JSONSession({ store: own, keyPrefix: ownPrefix() });
    await session.addMessage(hello);
    await server.cli('CONFIG', 'SET', 'appendonly', 'no');
    const before = performance.now();
    await expect(session.addMessage(hello)).rejects.toMatchObject({ code: 'not_durable' });
    expect(performance.now() - before).toBeLessThan(5000);
    expect(await session.getItems()).toHaveLength(2);
    await own.close();
  });

  test.each([
    ['replicated', 'WAIT'],
    ['fsync', 'WAITAOF'],
  ] as const)('%s without the right to %s writes nothing', async (durability, command) => {
    const rights = ['on', '>secret', '~*', '+@all', `-${command}`];
    await server.cli('ACL', 'SETUSER', 'app', 'reset', ...rights);
    const url = new URL(server.url);
    [url.username, url.password] = ['app', 'secret'];
    const own = RedisStore.open(url.href, { durability });
    const session = new JSONSession({ store: own, keyPrefix: ownPrefix() });
    const write = session.addMessage(hello);
    const message = `Redis refused ${command} (NOPERM)`;
    await expect(write).rejects.toMatchObject({ code: 'store_unavailable', message });
    expect(await session.getItems()).toEqual([]);
    await own.close();
  });
});
