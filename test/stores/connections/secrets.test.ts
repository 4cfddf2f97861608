import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { closeStores, JSONSession, type JSONSessionOptions } from '../../../src/index.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { SqliteStore } from '../../../src/stores/sqlite/index.ts';
import { temporaryFolder } from '../../processes/shared-stores.ts';
import { freePort } from '../../servers/free-port.ts';
import { type RedisServer, startRedis } from '../../servers/redis-server.ts';

const SECRET = 'my-diagnosis-is-private';
const PASSWORD = 'pa55word';
const TIMEOUT_MS = 500;

const ends: (() => unknown)[] = [];
let server: RedisServer;
let plain: RedisServer;

beforeAll(async () => {
  [server, plain] = await Promise.all([
    startRedis({ args: ['--requirepass', PASSWORD] }),
    startRedis({ modules: 'none' }),
  ]);
});

afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await closeStores();
});

afterAll(() => Promise.all([server.stop(), plain.stop()]));

const ignore = (): void => {};

async function nodeRedis(url: string): Promise<JSONSessionOptions> {
  const client = createClient({ url }).on('error', ignore);
  await client.connect();
  ends.push(() => client.destroy());
  return { store: new RedisStore(client) };
}

async function ioredis(url: string): Promise<JSONSessionOptions> {
  const client = new Redis(url).on('error', ignore);
  ends.push(() => client.disconnect());
  return { store: new RedisStore(client) };
}

const WAYS: readonly (readonly [string, (url: string) => Promise<JSONSessionOptions>])[] = [
  ['a URL', async (url) => ({ url })],
  ['a node-redis client', nodeRedis],
  ['an ioredis client', ioredis],
];

/** The error of a call, after a look at all that is in it. */
async function failure(call: () => Promise<unknown>): Promise<{ code?: unknown }> {
  let error: unknown;
  try {
    await call();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(Error);
  const texts = [
    inspect(error, { depth: Infinity, showHidden: true, getters: true }),
    JSON.stringify(error),
    String(error),
    ...causes(error).map((each) => `${each.message}\n${each.stack}`),
  ];
  for (const text of texts) {
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(PASSWORD);
  }
  return error as { code?: unknown };
}

function causes(error: unknown): Error[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : [];
}

/** A session with a short timeout, its one message a secret. */
async function secretSession(options: JSONSessionOptions): Promise<JSONSession> {
  const patient = new JSONSession({ timeoutMs: 20_000, ...options });
  await patient.addMessage({ role: 'user', content: SECRET });
  const { sessionId } = patient;
  return new JSONSession({ timeoutMs: TIMEOUT_MS, ...options, sessionId });
}

/** Every write that carries a secret, and every read. */
function calls(session: JSONSession): (() => Promise<unknown>)[] {
  return [
    () => session.addMessage({ role: 'user', content: SECRET, agent: SECRET }),
    () => session.addItems([{ role: 'user', content: SECRET }]),
    () => session.trackAgent(SECRET),
    () => session.setHandoffContext({ [SECRET]: SECRET }),
    () => session.setAttributes({ [SECRET]: SECRET }),
    () => session.popItem(),
    () => session.clear(),
    () => session.getItems(),
    () => session.getMessages({ agent: SECRET }),
    () => session.getMetadata(),
  ];
}

/** The codes of the errors of all calls, each once. */
async function codesOf(session: JSONSession): Promise<string[]> {
  const errors = await Promise.all(calls(session).map(failure));
  const codes = new Set(errors.map(({ code }) => String(code)));
  return [...codes].toSorted((left, right) => left.localeCompare(right));
}

describe.each(WAYS)('no error shows texts or passwords through %s', (_, way) => {
  test('when the server does not answer any more', async () => {
    const own = await startRedis({ args: ['--requirepass', PASSWORD] });
    ends.push(() => own.stop());
    const session = await secretSession(await way(own.url));
    own.kill('SIGSTOP');
    expect(await codesOf(session)).toEqual(['outcome_unknown', 'store_unavailable']);
  });

  test('when the server is gone', async () => {
    const own = await startRedis({ args: ['--requirepass', PASSWORD] });
    const session = await secretSession(await way(own.url));
    await own.stop();
    // Whether a write was sent depends on when the client notices.
    expect(['outcome_unknown', 'store_unavailable']).toEqual(
      expect.arrayContaining(await codesOf(session)),
    );
  });

  test('when the server has no JSON', async () => {
    const session = new JSONSession({ timeoutMs: 20_000, ...(await way(plain.url)) });
    expect(await codesOf(session)).toEqual(['json_not_supported']);
  });

  test('when the user may not run the commands', async () => {
    await server.cli(
      'ACL',
      'SETUSER',
      'guest',
      'reset',
      'on',
      `>${PASSWORD}`,
      '~*',
      '+@connection',
      '+info',
    );
    const url = `redis://guest:${PASSWORD}@127.0.0.1:${server.port}`;
    const session = new JSONSession({ timeoutMs: 20_000, ...(await way(url)) });
    expect(await codesOf(session)).toEqual(['store_unavailable']);
  });

  test('when the key holds another type', async () => {
    await server.cli('SET', 'session:string', SECRET);
    const options = { sessionId: 'string', timeoutMs: 20_000, ...(await way(server.url)) };
    expect(await codesOf(new JSONSession(options))).toEqual(['wrong_key_type']);
  });

  test.each([
    ['messages is a text', { messages: SECRET }, /^corrupt_document$/],
    ['the counters are texts', { metadata: SECRET }, /^corrupt_document$/],
  ])('when the document is corrupt: %s', async (__, wrong, allowed) => {
    const document = {
      session_id: 'corrupt',
      user_id: 'user-1',
      created_at: 1_795_355_268.149,
      updated_at: 1_795_355_268.149,
      metadata: { current_agent: null, agents_used: [], message_count: 0, total_tokens: 0 },
      messages: [],
      handoff_context: null,
      ...wrong,
    };
    await server.cli('JSON.SET', 'session:corrupt', '$', JSON.stringify(document));
    const options = { sessionId: 'corrupt', timeoutMs: 20_000, ...(await way(server.url)) };
    const session = new JSONSession(options);
    for (const call of calls(session)) {
      // Some calls do without what is corrupt.
      await call().then(ignore, async (error: { code: unknown }) => {
        await failure(async () => {
          throw error;
        });
        expect(error.code).toMatch(allowed);
      });
    }
  });

  test('when the server is out of memory', async () => {
    const own = await startRedis({ args: ['--requirepass', PASSWORD] });
    ends.push(() => own.stop());
    const session = await secretSession({ timeoutMs: 20_000, ...(await way(own.url)) });
    await own.cli('CONFIG', 'SET', 'maxmemory', '1');
    const error = await failure(() => session.addItems([{ role: 'user', content: SECRET }]));
    expect(error.code).toBe('out_of_memory');
    // What frees memory is still possible, and so are reads.
    expect(await session.getItems()).toHaveLength(1);
    expect(await session.delete()).toBe(true);
  });
});

describe('no error shows texts or passwords', () => {
  test('when the password is wrong', async () => {
    const url = `redis://:${PASSWORD}-wrong@127.0.0.1:${server.port}`;
    for (const options of [{ url }, await ioredis(url)]) {
      const session = new JSONSession({ timeoutMs: TIMEOUT_MS, ...options });
      expect(await codesOf(session)).toEqual(['store_unavailable']);
    }
  });

  test.each<[string, () => unknown]>([
    ['a reply', () => new Error(`ERR cannot ${SECRET}`)],
    ['a text', () => new Error(`${SECRET} ${PASSWORD}`)],
    ['the command', () => Object.assign(new Error(SECRET), { command: { args: [SECRET] } })],
    ['a cause', () => new Error(SECRET, { cause: new Error(PASSWORD) })],
    ['no error', () => ({ message: SECRET })],
  ])('when the errors of a client do, here in %s', async (_, newError) => {
    const store = new RedisStore({
      send: async () => {
        throw newError();
      },
    });
    const session = new JSONSession({ store, timeoutMs: TIMEOUT_MS });
    expect(['outcome_unknown', 'store_unavailable']).toEqual(
      expect.arrayContaining(await codesOf(session)),
    );
  });

  test('when the server refuses connections', async () => {
    const url = `redis://user:${PASSWORD}@127.0.0.1:${await freePort()}`;
    expect(await codesOf(new JSONSession({ url, timeoutMs: TIMEOUT_MS }))).toEqual([
      'store_unavailable',
    ]);
  });

  test.each([
    `redis://user:${PASSWORD}@host:99999`,
    `redis://user:${PASSWORD}@ho st`,
    `redis://:${PASSWORD}%zz@host`,
    `redis://:${PASSWORD}@host/not-a-number`,
    `redis://:${PASSWORD}@`,
    `http://user:${PASSWORD}@host`,
    PASSWORD,
    ` redis://:${PASSWORD}@host`,
  ])('when the URL is no good: case %#', async (url) => {
    const error = await failure(() => new JSONSession({ url, timeoutMs: TIMEOUT_MS }).getItems());
    expect(error.code).toBe('invalid_input');
    expect(error).toMatchObject({ field: 'url' });
  });

  test('when the input is no good', async () => {
    const session = new JSONSession({ url: 'sqlite::memory:', maxItemBytes: 100 });
    const cycle: Record<string, unknown> = { [SECRET]: SECRET };
    cycle['self'] = cycle;
    const wrong: (() => Promise<unknown>)[] = [
      () => session.addMessage({ role: SECRET as 'user', content: 'x' }),
      () => session.addMessage({ role: 'user', content: [SECRET] as unknown as string }),
      () => session.addMessage({ role: 'user', content: SECRET, tokens: -1 }),
      () => session.addMessage({ role: 'user', content: SECRET.repeat(10) }),
      () => session.addItems([cycle as never]),
      () => session.addItems([{ role: 'user', content: SECRET, extra: 1n } as never]),
      () => session.addItems([{ role: 'user', content: SECRET.repeat(10) }]),
      () =>
        session.addItems([
          {
            role: 'user',
            content: 'x',
            toJSON: () => {
              throw new Error(SECRET);
            },
          } as never,
        ]),
      () => session.setHandoffContext(cycle),
      () => session.setAttributes(SECRET as never),
      () => session.setAttributes({ [SECRET]: 1n }),
      () => session.getMessages({ role: SECRET as 'user' }),
      () => session.getMessages({ since: SECRET }),
      () => session.getMessages({ limit: SECRET as never }),
      () => session.getItems(SECRET as never),
    ];
    for (const call of wrong) {
      const { code } = await failure(call);
      expect(code).toMatch(/^(invalid_input|item_too_large)$/);
    }
  });

  test('when the SQLite file is locked or no database', async () => {
    const path = `${temporaryFolder()}/a.db`;
    const session = await secretSession({ url: `sqlite:${path}` });
    const { DatabaseSync } = await import('node:sqlite');
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const { code } = await failure(() => session.addItems([{ role: 'user', content: SECRET }]));
    expect(code).toBe('store_unavailable');
    other.close();
  });
});

describe('what holds a client or a URL does not show it', () => {
  test('in inspect and JSON', async () => {
    const { store } = await ioredis(server.url);
    const byUrl = new JSONSession({ url: server.url });
    await byUrl.getItems();
    const holders = [
      byUrl,
      store,
      new JSONSession({ ...(store && { store }) }),
      RedisStore.open(server.url),
      await SqliteStore.open(':memory:'),
      [
        ...((globalThis as never)[Symbol.for('agents-json-session.stores.1')] as Map<
          string,
          unknown
        >),
      ],
    ];
    for (const holder of holders) {
      expect(inspect(holder, { depth: Infinity, showHidden: true })).not.toContain(PASSWORD);
      expect(JSON.stringify(holder)).not.toContain(PASSWORD);
    }
  });
});
