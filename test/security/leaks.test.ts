/**
 * No error of any class shows message text, passwords, user names or URLs, and neither does what holds
 * them; on every store. What single failures of servers look like is in `secrets.test.ts`.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { SessionDirectory } from '../../src/directory/index.ts';
import * as errors from '../../src/errors.ts';
import {
  closeStores,
  JSONSession,
  type JSONSessionOptions,
  type SessionStore,
} from '../../src/index.ts';
import { type RedisCommandSender, toSender } from '../../src/stores/redis/clients/client.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { keepRemoval } from '../../src/session/removal/known-removals.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { readRedisDocument, writeRedisDocument } from '../document/redis-documents.ts';
import { readSqliteDocument, writeSqliteDocument } from '../document/sqlite-documents.ts';
import { runScript } from '../processes/run-script.ts';
import { ownPrefix, temporaryFolder } from '../processes/shared-stores.ts';
import { freePort } from '../servers/free-port.ts';
import { type RedisServer, startRedis } from '../servers/redis-server.ts';
import { shownOf } from './shown.ts';

const TEXT = 'my diagnosis is "private"';
const PASSWORD = 'pa55word';
const USER = 'user-of-the-url';
/** As they are, in JSON, in a URL, and in an inspected text. */
const SECRETS = [TEXT, 'diagnosis', PASSWORD, USER, '127.0.0.1', 'redis://'];

/** The first page holds the schema, and stays. */
const PAGE_BYTES = 4096;

const ends: (() => unknown)[] = [];
const ignore = (): void => {};
let server: RedisServer;
let plain: RedisServer;
let full: RedisServer;
const classes = new Set<string>();

async function startSecret(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const started = await startRedis(options);
  const rights = ['on', `>${PASSWORD}`, '~*', '&*', '+@all'];
  await started.cli('ACL', 'SETUSER', USER, 'reset', ...rights);
  return started;
}

beforeAll(async () => {
  [server, plain, full] = await Promise.all([
    startSecret(),
    startSecret({ modules: 'none' }),
    startSecret(),
  ]);
  await full.cli('CONFIG', 'SET', 'maxmemory', '1');
});

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await closeStores();
});

afterAll(() => Promise.all([server, plain, full].map((each) => each.stop())));

function urlOf(port: number): string {
  return `redis://${USER}:${PASSWORD}@127.0.0.1:${port}`;
}

function expectNoSecret(shown: string): void {
  for (const secret of SECRETS) {
    const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
    for (const form of forms) expect(shown).not.toContain(form);
  }
}

/** Checks the error of a call and gives its code. */
async function codeOf(call: () => Promise<unknown>): Promise<unknown> {
  const error = await call().then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  expectNoSecret(shownOf(error));
  classes.add((error as Error).constructor.name);
  return (error as { code?: unknown }).code;
}

interface Place {
  readonly options: JSONSessionOptions;
  readonly store: SessionStore;
  readonly documents: {
    read: (key: string) => Promise<unknown>;
    write: (key: string, document: unknown) => Promise<void>;
  };
}

async function redisPlace(client: RedisCommandSender): Promise<Place> {
  const other = createClient({ url: urlOf(server.port) }).on('error', ignore);
  await other.connect();
  ends.push(() => other.destroy());
  const store = new RedisStore(client, { timeoutMs: 20_000 });
  return {
    store,
    options: { store, keyPrefix: ownPrefix(), sessionId: 'chat' },
    documents: {
      read: (key) => readRedisDocument(other, key),
      write: (key, document) => writeRedisDocument(other, key, document),
    },
  };
}

async function nodeRedis(port: number): Promise<RedisCommandSender> {
  const client = createClient({ url: urlOf(port) }).on('error', ignore);
  await client.connect();
  ends.push(() => client.destroy());
  return toSender(client);
}

async function ioredis(port: number): Promise<RedisCommandSender> {
  const client = new Redis(urlOf(port)).on('error', ignore);
  ends.push(() => client.disconnect());
  return toSender(client);
}

async function sqlitePlace(): Promise<Place> {
  const path = `${temporaryFolder()}/sessions.db`;
  const store = await SqliteStore.open(path);
  const database = new DatabaseSync(path, { timeout: 5000 });
  ends.push(
    () => database.close(),
    () => store.close(),
  );
  return {
    store,
    options: { store, keyPrefix: ownPrefix(), sessionId: 'chat' },
    documents: {
      read: async (key) => readSqliteDocument(database, key),
      write: async (key, document) => writeSqliteDocument(database, key, document),
    },
  };
}

const PLACES: readonly (readonly [string, () => Promise<Place>])[] = [
  ['Redis through node-redis', async () => redisPlace(await nodeRedis(server.port))],
  ['Redis through ioredis', async () => redisPlace(await ioredis(server.port))],
  ['a SQLite file', sqlitePlace],
];

function keyOf({ options: { keyPrefix = '', sessionId = '' } }: Place): string {
  return `${keyPrefix}${sessionId}`;
}

/** A document whose lock another program took away. */
function unlocked(document: unknown): unknown {
  const { state, ...others } = document as { state: object };
  return { ...others, state: { ...state, lock: null } };
}

/** Everything that can hold a secret, written to one session. */
async function fill(session: JSONSession): Promise<void> {
  await session.addItems([
    { role: 'user', content: TEXT },
    { type: 'function_call', callId: TEXT, name: TEXT, arguments: JSON.stringify({ TEXT }) },
  ]);
  await session.trackAgent(TEXT);
  await session.setAttributes({ [TEXT]: TEXT });
  await session.setHandoffContext({ [TEXT]: [TEXT] });
}

/** A call of each kind, with secrets in all that it takes. */
function callsOf(session: JSONSession): (() => Promise<unknown>)[] {
  return [
    () => session.addMessage({ role: 'user', content: TEXT, agent: TEXT }),
    () => session.addItems([{ role: 'user', content: TEXT }]),
    () => session.trackAgent(TEXT),
    () => session.setHandoffContext({ [TEXT]: TEXT }),
    () => session.setAttributes({ [TEXT]: TEXT }),
    () => session.popItem(),
    () => session.popTurn(),
    () => session.clear(),
    () => session.once(TEXT, () => session.addMessage({ role: 'assistant', content: TEXT })),
    () => session.replaceHistoryWithCompaction([{ role: 'user', content: TEXT }]),
    () => session.getMetadata(),
    () => session.getItems(),
    () => session.getMessages({ agent: TEXT }),
  ];
}

/** The codes of the errors of all calls, each once. */
async function codesOf(session: JSONSession): Promise<string[]> {
  const codes = new Set<string>();
  for (const call of callsOf(session)) codes.add(String(await codeOf(call)));
  expectNoSecret(shownOf(session));
  return [...codes].toSorted((left, right) => left.localeCompare(right));
}

describe.each(PLACES)('%s', (_, openPlace) => {
  let place: Place;

  async function filled(): Promise<JSONSession> {
    place = await openPlace();
    const session = new JSONSession(place.options);
    await fill(session);
    return session;
  }

  test('sessions and stores show nothing', async () => {
    const session = await filled();
    expect(await session.getItems()).toHaveLength(2);
    for (const holder of [session, place.store, JSONSession, await session.getSessionId()]) {
      expectNoSecret(shownOf(holder));
    }
  });

  test('not there, there already, gone, closed', async () => {
    const session = await filled();
    const { sessionId = '', ...options } = place.options;
    const load = (): Promise<unknown> => JSONSession.load(sessionId, { ...options, userId: TEXT });
    expect(await codeOf(load)).toBe('session_not_found');
    const create = (): Promise<unknown> => JSONSession.create(place.options);
    expect(await codeOf(create)).toBe('session_exists');
    await new JSONSession(place.options).delete();
    expect(await codesOf(session)).toEqual(['session_expired']);
    await session.close();
    expect(await codesOf(session)).toEqual(['store_closed']);
  });

  test('refused input', async () => {
    const session = await filled();
    const small = new JSONSession({ ...place.options, maxItemBytes: 10 });
    expect(await codeOf(() => small.addMessage({ role: 'user', content: TEXT }))).toBe(
      'item_too_large',
    );
    expect(await codeOf(() => session.undoTo(TEXT))).toBe('invalid_input');
    expect(await codeOf(() => session.getMessages({ since: TEXT }))).toBe('invalid_input');
    const texts = ['sessionId', 'userId', 'keyPrefix', 'onExpired', 'durability', 'url'];
    const options = [...texts, 'ttl', 'timeoutMs'];
    for (const option of options) {
      const wrong = { [option]: `${TEXT}\0` } as unknown as JSONSessionOptions;
      expect(await codeOf(async () => new JSONSession(wrong).getItems())).toBe('invalid_input');
    }
  });

  test('what a store cannot do', async () => {
    const append: SessionStore['append'] = async (params) => place.store.append(params);
    const store = { append } as SessionStore;
    const directory = new SessionDirectory({ store });
    expect(await codeOf(() => directory.list({ userId: TEXT }))).toBe('unsupported');
    const known = new SessionDirectory({ store: place.store, keyPrefix: `${TEXT}:` });
    expect(await codeOf(() => known.checkProjection())).toBe('unsupported');
    expectNoSecret(shownOf(place.store.directory));
  });

  test('transactions that do not fit', async () => {
    const session = await filled();
    const items = [{ role: 'user' as const, content: TEXT }];
    const append = { operationId: TEXT, transaction: { type: 'append_items' as const, items } };
    await session.applyHistoryTransaction(append);
    const others = [...items, ...items];
    const again = { operationId: TEXT, transaction: { ...append.transaction, items: others } };
    await codeOf(() => session.applyHistoryTransaction(again));
    const replace = {
      operationId: `${TEXT} 2`,
      transaction: {
        type: 'replace_suffix' as const,
        expectedSuffix: [{ role: 'user' as const, content: `${TEXT}?` }],
        replacement: items,
      },
    };
    await codeOf(() => session.applyHistoryTransaction(replace));
    expect(classes).toContain('UserError');
  });

  test('an operation that was another one', async () => {
    await filled();
    const { store } = place;
    const { keyPrefix = '', sessionId = '' } = place.options;
    const append = (digest: string): Promise<unknown> =>
      store.append({
        key: `${keyPrefix}${sessionId}`,
        sessionId,
        ttl: null,
        create: null,
        expect: { incarnation: null, userId: null },
        tokens: 0,
        changes: {},
        entries: [
          { id: '0123456789abcdef', role: 'user', content: TEXT, agent: TEXT, tokens: null },
        ],
        operation: { id: 'ab12', digest },
      });
    await append('01');
    expect(await codeOf(() => append('02'))).toBe('operation_conflict');
  });

  test('a removal that another process has applied', async () => {
    const session = await filled();
    const once = { operationId: 'mine' };
    await session.popItem(undefined, once);
    const nothing = { entries: [], inHistory: 0 };
    const removed = { version: null, drop: 0, removed: nothing, digest: null };
    // As many as a process remembers.
    for (let index = 0; index < 100; index += 1) keepRemoval('another', `${index}`, removed);
    expect(await codeOf(() => session.popItem(undefined, once))).toBe('operation_applied');
  });

  test('others who keep changing the history', async () => {
    await filled();
    const { store } = place;
    const busy = Object.assign(Object.create(store) as SessionStore, {
      create: store.create.bind(store),
      read: store.read.bind(store),
      rewrite: async ({ timeoutMs = 0 }: { timeoutMs?: number }) => delay(timeoutMs + 1, null),
    });
    // Enough for the reading, whose own end in this time is another error.
    const session = new JSONSession({ ...place.options, store: busy, timeoutMs: 2_000 });
    expect(await codeOf(() => session.popItem())).toBe('conflict');
  });

  test('a session that somebody else has locked, and a lock that is lost', async () => {
    const session = await filled();
    const other = new JSONSession(place.options);
    const { promise: end, resolve: stop } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const work = other.exclusive(async () => {
      begin();
      await end;
    });
    await begun;
    // Not within the function, where every handle of the session has the lock.
    const write = (): Promise<unknown> => session.addItems([{ role: 'user', content: TEXT }]);
    expect(await codeOf(write)).toBe('session_locked');
    stop();
    await work;
    const lost = await codeOf(() =>
      other.exclusive(async () => {
        await place.documents.write(
          keyOf(place),
          unlocked(await place.documents.read(keyOf(place))),
        );
        await other.addMessage({ role: 'user', content: TEXT });
      }),
    );
    expect(lost).toBe('lease_lost');
  });

  test('a call that is aborted', async () => {
    await filled();
    const { store } = place;
    const { keyPrefix = '', sessionId = '' } = place.options;
    const read = (): Promise<unknown> =>
      store.read({
        key: `${keyPrefix}${sessionId}`,
        sessionId,
        entries: { kind: 'all' },
        signal: AbortSignal.abort(),
      });
    expect(await codeOf(read)).toBe('aborted');
  });

  test.each<[string, (document: { state: object }) => object]>([
    ['messages', () => ({ messages: { [TEXT]: TEXT } })],
    ['metadata', () => ({ metadata: TEXT })],
    ['state', () => ({ state: TEXT })],
    ['created_at', () => ({ created_at: TEXT })],
    ['schema', ({ state }) => ({ state: { ...state, schema: 99, secret: TEXT } })],
  ])('a document that is wrong at %s', async (field, change) => {
    const session = await filled();
    const key = `${place.options.keyPrefix}${place.options.sessionId}`;
    const document = (await place.documents.read(key)) as { state: object };
    const isList = field === 'messages' && place.store instanceof SqliteStore;
    // There it is rows, and cannot be anything else.
    if (isList) return;
    const wrong = { ...document, ...change(document) };
    await place.documents.write(key, wrong);
    for (const call of callsOf(new JSONSession(place.options))) {
      // Some calls do without what is wrong.
      await call().catch(async (error: unknown) => {
        const code = await codeOf(async () => {
          throw error;
        });
        expect(['corrupt_document', 'unsupported_schema']).toContain(code);
      });
    }
    expectNoSecret(shownOf(session));
  });
});

const SENDERS: readonly (readonly [string, (port: number) => Promise<RedisCommandSender>])[] = [
  ['node-redis', nodeRedis],
  ['ioredis', ioredis],
];

describe.each(SENDERS)('a server that fails, through %s', (_, connect) => {
  function sessionOver(client: RedisCommandSender, timeoutMs = 20_000): JSONSession {
    const store = new RedisStore(client);
    return new JSONSession({ store, keyPrefix: ownPrefix(), timeoutMs });
  }

  test('without JSON: its answer repeats the command', async () => {
    expect(await codesOf(sessionOver(await connect(plain.port)))).toEqual(['json_not_supported']);
  });

  test('without memory', async () => {
    const session = sessionOver(await connect(full.port));
    const write = (): Promise<unknown> => session.addMessage({ role: 'user', content: TEXT });
    expect(await codeOf(write)).toBe('out_of_memory');
  });

  test.each([
    ['replicated', 'not_durable'],
    ['fsync', 'store_unavailable'],
  ] as const)('that has no replica and no file, durability %s', async (durability, code) => {
    const client = await connect(server.port);
    const store = new RedisStore(client, { durability, timeoutMs: 1500 });
    const session = new JSONSession({ store, keyPrefix: ownPrefix() });
    expect(await codeOf(() => session.addMessage({ role: 'user', content: TEXT }))).toBe(code);
    expectNoSecret(shownOf(store));
    await store.close();
  });

  test('whose answers are lost', async () => {
    const client = await connect(server.port);
    const session = sessionOver(
      {
        send: async (command) => {
          await client.send(command);
          return new Promise(() => {});
        },
      },
      200,
    );
    expect(await codesOf(session)).toEqual(['outcome_unknown', 'store_unavailable']);
  });

  test.each<[string, unknown]>([
    // Of what is no JSON, errors of the language repeat the beginning.
    ['a text', PASSWORD],
    ['half of a document', `{"$.messages":["${TEXT}`],
    ['a list', [TEXT, TEXT, TEXT]],
    ['a head that is none', ['HEAD', '1', PASSWORD]],
    ['a number', 7],
    ['nothing', undefined],
    ['true', true],
  ])('whose answers are no answers: %s', async (__, reply) => {
    const session = sessionOver({ send: async () => reply }, 300);
    for (const call of callsOf(session)) {
      await call().catch((error: unknown) => {
        expectNoSecret(shownOf(error));
        expect(error).toBeInstanceOf(errors.SessionError);
      });
    }
  });

  test('that is another type of key', async () => {
    const client = await connect(server.port);
    const keyPrefix = ownPrefix();
    await server.cli('SET', `${keyPrefix}chat`, TEXT);
    const store = new RedisStore(client, { timeoutMs: 20_000 });
    const session = new JSONSession({ store, keyPrefix, sessionId: 'chat' });
    expect(await codesOf(session)).toEqual(['wrong_key_type']);
  });
});

describe('a store by URL', () => {
  test('shows neither its user nor its password, while it works and when it does not', async () => {
    const session = new JSONSession({ url: urlOf(server.port), keyPrefix: ownPrefix() });
    await fill(session);
    expectNoSecret(shownOf(session));
    await session.delete();
    expectNoSecret(shownOf(RedisStore.open(urlOf(server.port))));
    const nobody = new JSONSession({ url: urlOf(await freePort()), timeoutMs: 200 });
    expect(await codesOf(nobody)).toEqual(['store_unavailable']);
    const wrong = `redis://${USER}:not-${PASSWORD}@127.0.0.1:${server.port}`;
    expect(await codesOf(new JSONSession({ url: wrong, timeoutMs: 2000 }))).toEqual([
      'store_unavailable',
    ]);
  });

  test('that is a file of something else', async () => {
    const path = `${temporaryFolder()}/notes.db`;
    writeFileSync(path, TEXT.repeat(1000));
    const session = new JSONSession({ url: `sqlite:${path}` });
    expect(await codesOf(session)).toEqual(['store_unavailable']);
  });

  test('whose pages were overwritten', async () => {
    const path = `${temporaryFolder()}/sessions.db`;
    const whole = await SqliteStore.open(path);
    const options = { sessionId: 'chat' };
    await fill(new JSONSession({ ...options, store: whole }));
    await whole.close();
    const pages = readFileSync(path);
    writeFileSync(path, pages.fill(TEXT, PAGE_BYTES));
    expect(await codesOf(new JSONSession({ ...options, url: `sqlite:${path}` }))).toEqual([
      'store_unavailable',
    ]);
  });

  test('prints nothing, whatever is asked to be printed', async () => {
    const script = `
      const options = { sessionId: 'debugged', timeoutMs: 3000 };
      const session = new JSONSession({ ...options, url: process.env.SECRET_URL });
      const content = ${JSON.stringify(TEXT)};
      await session.addMessage({ role: 'user', content });
      await session.getItems();
      await session.delete();
      await session.addMessage({ role: 'user', content }).catch(console.error);
      const wrong = process.env.SECRET_URL.replace(':${PASSWORD}', ':x${PASSWORD}');
      await new JSONSession({ ...options, url: wrong }).getItems().catch(console.error);
      console.error(session);
      await closeStores();`;
    const {
      code,
      output,
      errors: printed,
    } = await runScript(script, {
      env: {
        SECRET_URL: urlOf(server.port),
        DEBUG: '*',
        NODE_DEBUG: 'stream,timer,agents-json-session,redis',
      },
    });
    expect(code).toBe(0);
    expect(printed).toContain('session_expired');
    expect(printed).toContain('store_unavailable');
    expectNoSecret(`${output}${printed}`);
  });
});

test('every class of error was seen', () => {
  const all = Object.values(errors)
    .filter((value) => typeof value === 'function')
    .map(({ name }) => name)
    .filter((name) => name !== 'hasCode' && name !== 'SessionError')
    // That one is seen in encrypted-leaks.test.ts.
    .filter((name) => name !== 'DecryptionError');
  expect(all.length).toBeGreaterThan(14);
  expect([...classes]).toEqual(expect.arrayContaining(all));
});
