/**
 * What is told of calls to stores, by the channel `tracing:agents-json-session:call`.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { createClient } from 'redis';
import { describe, expect, onTestFinished, test } from 'vitest';

import {
  type CreateParams,
  doctor,
  JSONSession,
  type SessionStore,
  type StoreCall,
  type WriteParams,
} from '../../src/index.ts';
import { rewrap } from '../../src/encryption/index.ts';
import { toSender } from '../../src/stores/redis/clients/client.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { EVERY_CALL } from '../../src/testing/every-call.ts';
import { testKeyring } from '../encryption/keyrings.ts';
import { runScript } from '../processes/run-script.ts';
import { ownPrefix, SHARED_STORES, temporaryFolder } from '../processes/shared-stores.ts';
import { holdLock } from '../stores/sqlite-file/other-process.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { alteredStore } from './altered-store.ts';
import { listen } from './listen.ts';

const SECRET = 'my diagnosis is private';
const AGENT = 'Cardiology';
const OWNER = 'ada@example.com';

type OneCall = (session: JSONSession, store: SessionStore) => unknown;

/** For each method of the port a call that reaches it, or why none does. */
const METHODS: Readonly<
  Record<Exclude<keyof SessionStore, 'timeoutMs' | 'system'>, OneCall | string>
> = {
  create: (session) => JSONSession.create({ store: storeOf(session), keyPrefix: ownPrefix() }),
  read: (session) => session.getMetadata(),
  query: (session) => session.query('$.user_id'),
  append: (session) => session.addMessage({ role: 'user', content: SECRET }),
  rewrite: (session) => session.clear(),
  replace: rewrapOne,
  touch: (session) => session.touch(),
  lock: (session) => session.exclusive(() => {}),
  unlock: (session) => session.exclusive(() => {}),
  delete: (session) => session.delete(),
  restore: (session) => session.fork(),
  directory: 'It has methods of its own: directory-calls.test.ts.',
  watch: 'No session calls it: json-session tail does.',
  diagnose: (_, store) => doctor({ store }),
  close: 'Who opened a store closes it; no session does.',
};

/** Puts an encrypted message in the place of a plain one. */
async function rewrapOne(_: JSONSession, store: SessionStore): Promise<void> {
  const options = { store, keyPrefix: ownPrefix(), sessionId: 'plain' };
  await new JSONSession(options).addMessage({ role: 'user', content: SECRET });
  const encryption = { keyring: await testKeyring(), migrating: true };
  expect((await rewrap(new JSONSession({ ...options, encryption }))).rewrapped).toBe(1);
}

const stores = new WeakMap<JSONSession, SessionStore>();

function storeOf(session: JSONSession): SessionStore {
  return stores.get(session)!;
}

async function openStore(url: string): Promise<SessionStore> {
  const store = url.startsWith('sqlite:')
    ? await SqliteStore.open(url.slice('sqlite:'.length))
    : RedisStore.open(url);
  onTestFinished(() => store.close());
  return store;
}

async function openSession(store: SessionStore): Promise<JSONSession> {
  const session = await JSONSession.create({
    store,
    sessionId: `${SECRET} ${crypto.randomUUID()}`,
    userId: OWNER,
    keyPrefix: ownPrefix(),
    ttl: 60,
  });
  stores.set(session, store);
  return session;
}

describe.each(SHARED_STORES)('a store: %s', (place, url) => {
  const kind = place === 'Redis' ? 'redis' : 'sqlite';

  test('tells of every method of the port', async () => {
    const store = await openStore(url());
    const prototype = Object.getPrototypeOf(store) as object;
    const descriptors = Object.entries(Object.getOwnPropertyDescriptors(prototype));
    const methods = descriptors.filter(([, { value }]) => typeof value === 'function');
    const names = methods.map(([method]) => method).filter((method) => method !== 'constructor');
    expect(Object.keys(METHODS)).toEqual(expect.arrayContaining(names));

    for (const [method, call] of Object.entries(METHODS)) {
      // A store may leave out what is optional.
      if (typeof call === 'string' || !(method in store)) continue;
      const session = await openSession(store);
      const { ended } = listen();
      await call(session, store);
      expect(ended.map((each) => each.method)).toContain(method);
      expect(ended.every((each) => each.system.name === kind)).toBe(true);
    }
  });

  test('tells how a call went and how large it was', async () => {
    const session = await openSession(await openStore(url()));
    const { ended, events } = listen();
    await session.addItems([
      { role: 'user', content: 'one' },
      { role: 'user', content: 'two' },
    ]);
    await session.getItems();
    await session.delete();
    const [append, read, remove] = ended;
    const took = { durationMs: expect.any(Number) as number, retries: 0, result: 'done' };
    expect(append).toEqual({
      ...took,
      method: 'append',
      system: expect.objectContaining({ name: kind }) as unknown,
      entries: 2,
      sessionBytes: expect.any(Number) as number,
    });
    expect(read).toEqual({ ...took, method: 'read', system: append!.system, entries: 2 });
    expect(remove).toEqual({ ...took, method: 'delete', system: append!.system });
    expect(append!.durationMs).toBeGreaterThan(0);
    expect(append!.sessionBytes).toBeGreaterThan(100);
    const names = ['start', 'end', 'asyncStart', 'asyncEnd'];
    expect(events.map(({ event }) => event)).toEqual([...names, ...names, ...names]);
    // One object for a call, from its start to its end.
    expect(new Set(events.map(({ call }) => call)).size).toBe(3);
  });

  test('tells of what was not there, and of a repeat', async () => {
    const store = await openStore(url());
    const session = await openSession(store);
    const message = { role: 'user', content: 'Hi', operationId: 'one' } as const;
    const absent = new JSONSession({ store, keyPrefix: ownPrefix() });
    const { ended } = listen();
    await absent.getItems();
    await absent.delete();
    await session.addMessage(message);
    await session.addMessage(message);
    const results = ended.map(({ method, result }) => `${method} ${result}`);
    expect(results).toEqual(
      expect.arrayContaining(['read none', 'delete none', 'append done', 'append repeated']),
    );
  });

  test('tells the code of a failure, and the caller gets the error itself', async () => {
    const store = await openStore(url());
    const { keyPrefix, sessionId, ...options } = {
      store,
      keyPrefix: ownPrefix(),
      sessionId: SECRET,
    };
    await JSONSession.create({ ...options, keyPrefix, sessionId });
    const { ended, events } = listen();
    const again = JSONSession.create({ ...options, keyPrefix, sessionId });
    await expect(again).rejects.toMatchObject({ code: 'session_exists', sessionId });
    expect(events.map(({ event }) => event)).toEqual([
      'start',
      'end',
      'error',
      'asyncStart',
      'asyncEnd',
    ]);
    const [{ error, result, durationMs }] = ended as [StoreCall];
    const { name, code, message } = error!;
    expect({ name, code, message }).toEqual({
      name: 'SessionExistsError',
      code: 'session_exists',
      message: 'session_exists',
    });
    expect(error).toBeInstanceOf(Error);
    expect(result).toBeUndefined();
    expect(durationMs).toBeGreaterThan(0);
  });

  test('shows nothing that was said, by whom, or in which session', async () => {
    const session = await openSession(await openStore(url()));
    const { ended } = listen();
    await session.addMessage({ role: 'assistant', content: SECRET, agent: AGENT });
    await session.setAttributes({ [SECRET]: SECRET });
    await session.setHandoffContext({ from: SECRET });
    for (const call of Object.values(EVERY_CALL)) await call(session).catch(() => {});
    await session.delete();
    expect(ended.length).toBeGreaterThan(10);
    const shown = ended.map((call) => `${JSON.stringify(call)} ${inspect(call, { depth: 10 })}`);
    for (const secret of ['diagnosis', AGENT, OWNER, 'test-']) {
      expect(shown.filter((text) => text.includes(secret))).toEqual([]);
    }
    // Who asks for the id gets it.
    expect(new Set(ended.map(({ sessionId }) => sessionId))).toEqual(
      new Set([await session.getSessionId()]),
    );
  });
});

describe('the context of a call', () => {
  test('is that of its caller at its start, and what is bound to it holds within the store', async () => {
    const request = new AsyncLocalStorage<string>();
    const within = new AsyncLocalStorage<string>();
    const real = await SqliteStore.open(':memory:');
    const seen: unknown[] = [];
    const store = alteredStore(real, {
      create(params: CreateParams) {
        seen.push(within.getStore());
        return real.create(params);
      },
      async touch(params: WriteParams) {
        await real.read({ ...params, entries: { kind: 'none' } });
        seen.push(within.getStore());
        return real.touch(params);
      },
    });
    const { start } = tracingChannel('agents-json-session:call');
    start.bindStore(within, () => `of ${request.getStore()}`);
    onTestFinished(() => void start.unbindStore(within));
    const session = new JSONSession({ store });
    await request.run('a', () => session.create());
    await request.run('b', async () => {
      await session.touch();
      expect(within.getStore()).toBeUndefined();
    });
    expect(seen).toEqual(['of a', 'of b']);
    await real.close();
  });
});

describe('retries', () => {
  test('are counted while another process locks the file', async () => {
    const path = join(temporaryFolder(), 'sessions.db');
    const store = await openStore(`sqlite:${path}`);
    const session = await openSession(store);
    const { events, ended } = listen();
    const lock = await holdLock(path, 'BEGIN IMMEDIATE');
    const write = session.addMessage({ role: 'user', content: 'waited' });
    const { promise: isRetried, resolve } = Promise.withResolvers<void>();
    const watch = setInterval(() => {
      if (events.some(({ call }) => call.retries > 2)) resolve();
    }, 1);
    await isRetried;
    clearInterval(watch);
    await lock.release();
    await write;
    expect(ended).toHaveLength(1);
    expect(ended[0]!.retries).toBeGreaterThan(2);
  });

  test('are counted when a server could not answer', async () => {
    const client = await createClient({ url: sharedRedisUrl() }).connect();
    onTestFinished(() => client.destroy());
    const sender = toSender(client);
    let refusals = 0;
    const store = new RedisStore({
      async send(command) {
        if (!command.args[0]!.startsWith('EVAL') || refusals === 2) return sender.send(command);
        refusals += 1;
        throw new Error('LOADING Redis is loading the dataset in memory');
      },
    });
    const { ended } = listen();
    await openSession(store);
    expect(ended).toMatchObject([{ method: 'create', retries: 2, result: 'done' }]);
    // It leads wherever it leads.
    expect(ended[0]!.system).toEqual({ name: 'redis' });
  });
});

describe('the store of somebody else', () => {
  test('may be frozen, and fail at once', async () => {
    const real = await openStore('sqlite::memory:');
    const failure = new TypeError(SECRET);
    const store: SessionStore = Object.freeze({
      create: real.create.bind(real),
      read: real.read.bind(real),
      append: real.append.bind(real),
      rewrite: real.rewrite.bind(real),
      replace: real.replace.bind(real),
      touch: () => {
        throw failure;
      },
      lock: real.lock.bind(real),
      unlock: real.unlock.bind(real),
      delete: real.delete.bind(real),
      restore: real.restore.bind(real),
      close: real.close.bind(real),
    });
    const session = await openSession(store);
    await expect(session.touch()).rejects.toBe(failure);
    const { ended } = listen();
    await expect(session.touch()).rejects.toBe(failure);
    expect(await session.getItems()).toEqual([]);
    expect(await doctor({ store })).toMatchObject({ findings: [{ code: 'no_diagnosis' }] });
    const [touch, read] = ended;
    expect(ended).toHaveLength(2);
    expect(touch).toMatchObject({ system: { name: 'other' }, error: { code: 'TypeError' } });
    expect(inspect(touch)).not.toContain(SECRET);
    expect(read).toMatchObject({ method: 'read', result: 'done' });
  });

  test.each<[string, unknown, string]>([
    ['code that is a text', Object.assign(new Error('x'), { code: SECRET }), 'Error'],
    ['code of the system', Object.assign(new Error('x'), { code: 'ECONNRESET' }), 'ECONNRESET'],
    ['null', null, 'Error'],
    ['text', SECRET, 'Error'],
  ])('that fails with %s tells no text', async (_, failure, code) => {
    const real = await openStore('sqlite::memory:');
    const store = alteredStore(real, {
      async read() {
        throw failure;
      },
    });
    const { ended } = listen();
    await expect(new JSONSession({ store }).getItems()).rejects.toBe(failure);
    expect(ended[0]!.error).toMatchObject({ code, message: code });
  });
});

test('where a runtime has no channels, sessions work', async () => {
  const { output, errors } = await runScript(
    `const session = new JSONSession({ url: 'sqlite::memory:' });
    const { tracingChannel } = await import('node:diagnostics_channel');
    let heard = 0;
    tracingChannel('agents-json-session:call').subscribe({ asyncEnd: () => (heard += 1) });
    await session.addMessage({ role: 'user', content: 'Hi' });
    console.log((await session.getItems()).length, heard);`,
    { env: { NODE_OPTIONS: `--import ${withoutBuiltins()}` } },
  );
  expect({ output, errors }).toEqual({ output: '1 0\n', errors: '' });
});

/** A module that takes from a process what edge runtimes do not have. */
function withoutBuiltins(): string {
  return `data:text/javascript,${encodeURIComponent('process.getBuiltinModule = undefined')}`;
}
