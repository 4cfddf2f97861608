/**
 * The rights that `docs/security.md` names are enough, each of them is needed, and they keep tenants
 * apart.
 *
 * @module
 */
import { Redis } from 'ioredis';
import { createClient, type RedisClientType } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { SessionDirectory } from '../../src/directory/index.ts';
import { JSONSession } from '../../src/index.ts';
import { type RedisClientLike, RedisStore } from '../../src/stores/redis/index.ts';
import { runContract } from '../contract/run-contract.ts';
import { readRedisDocument, writeRedisDocument } from '../document/redis-documents.ts';
import { checkDocument } from '../document/schema-check.ts';
import { trashPrefix } from '../../src/stores/redis/writing/trash.ts';
import { STORE_PATIENCE } from '../processes/patience.ts';
import { type RedisServer, startRedis } from '../servers/redis-server.ts';
import { documentedRights, documentedRule } from './documented-rights.ts';
import { WITH_SESSION, WITHOUT_SESSION } from './every-call.ts';

const PASSWORD = 'secret';
/** Attributes are merged in another way without one, queries made in another way without the other. */
const OPTIONAL = ['+json.merge', '+json.debug'];
/** Old ids of operations are removed with it, of which a session has thousands by then. */
const RARE = '+json.del';
const RULE = documentedRule();
const COMMANDS = RULE.filter((word) => word.startsWith('+'));

let server: RedisServer;
let admin: RedisClientType;
const ignore = (): void => {};

const DIRECTORY = documentedRights('For `SessionDirectory`, and only then');
/** What beside that lets writes keep what sessions are found by, and messages. */
const PROJECTION = documentedRights('With `directory: true`, beside these');
const SEARCH = documentedRights('With `search: true`, beside these');

beforeAll(async () => {
  server = await startRedis({ modules: 'json' });
  admin = createClient({ url: server.url });
  admin.on('error', ignore);
  await admin.connect();
});

afterAll(async () => {
  admin.destroy();
  await server.stop();
});

/** Makes a user by the rule, with some words of it replaced, and gives the URL of the user. */
async function userUrl(name: string, prefix: string, without?: string): Promise<string> {
  const words = RULE.filter((word) => word !== without).map((word) => {
    if (word.startsWith('>')) return `>${PASSWORD}`;
    return word
      .replace('~session:', `~${prefix}`)
      .replace('~trash:session:', `~${trashPrefix(prefix)}`);
  });
  await server.cli('ACL', 'SETUSER', name, 'reset', ...words);
  return `redis://${name}:${PASSWORD}@127.0.0.1:${server.port}`;
}

type Connect = (url: string) => Promise<readonly [client: RedisClientLike, end: () => void]>;

const CLIENTS: readonly (readonly [string, Connect])[] = [
  [
    'node-redis',
    async (url) => {
      const client = createClient({ url, disableClientInfo: true }).on('error', ignore);
      await client.connect();
      return [client, () => client.destroy()];
    },
  ],
  [
    'ioredis',
    async (url) => {
      const client = new Redis(url, { enableReadyCheck: false, disableClientInfo: true }).on(
        'error',
        ignore,
      );
      return [client, () => client.disconnect()];
    },
  ],
];

async function using<T>(
  connect: Connect,
  url: string,
  use: (store: RedisStore) => Promise<T>,
): Promise<T> {
  const [client, end] = await connect(url);
  try {
    return await use(new RedisStore(client, STORE_PATIENCE));
  } finally {
    end();
  }
}

/** Clears and deletes a history that is too long to be freed at once; gives codes as `failures` does. */
async function longFailures(store: RedisStore, keyPrefix: string): Promise<string[]> {
  const codes: string[] = [];
  const items = Array.from({ length: 1100 }, () => ({ role: 'user', content: 'Hello' }) as const);
  const note = (error: { code: string }): number => codes.push(error.code);
  for (const end of ['clear', 'delete'] as const) {
    const session = new JSONSession({ store, keyPrefix, sessionId: `long ${end}` });
    await session.addItems(items).catch(note);
    await session.fork().catch(note);
    await session[end]().catch(note);
  }
  return codes;
}

/** All calls of a session, one after another; gives the codes of those that failed. */
async function failures(store: RedisStore, keyPrefix: string): Promise<string[]> {
  const codes: string[] = [];
  const calls = { ...WITHOUT_SESSION, ...WITH_SESSION };
  for (const [name, call] of Object.entries(calls)) {
    const session = new JSONSession({ store, keyPrefix, sessionId: name, ttl: 600 });
    await session.addItems([{ role: 'user', content: 'Hello' }]).catch(ignore);
    await session.getItems(1).catch(ignore);
    await call(session).catch((error: { code?: string; name: string }) => {
      codes.push(error.code ?? error.name);
    });
    await session.delete().catch(ignore);
  }
  codes.push(...(await longFailures(store, keyPrefix)));
  return codes.filter((code) => code !== 'invalid_input');
}

test('the rule names single commands, and none that reaches beyond a key', () => {
  expect(COMMANDS.length).toBeGreaterThan(10);
  expect(COMMANDS.filter((word) => /@|\*|^\+keys|scan|config|script|flush/u.test(word))).toEqual(
    [],
  );
});

describe.each(CLIENTS)('through %s', (_, connect) => {
  test('every call works, and nothing was refused on the way', async () => {
    const url = await userUrl('app', 'session:');
    await server.cli('ACL', 'LOG', 'RESET');
    const codes = await using(connect, url, (store) => failures(store, 'session:'));
    expect(codes.filter((code) => code !== 'UserError')).toEqual([]);
    expect(await server.cli('ACL', 'LOG')).toBe('[]');
  });

  test('a tenant has no way to the sessions of another one', async () => {
    const [ours, theirs] = ['tenant:one:', 'tenant:two:'] as const;
    const owner = await userUrl('two', theirs);
    await using(connect, owner, async (store) => {
      const session = new JSONSession({ store, keyPrefix: theirs, sessionId: 'chat' });
      await session.addMessage({ role: 'user', content: 'Ours alone' });
    });
    const before = await server.cli('JSON.GET', `${theirs}chat`);
    const stranger = await userUrl('one', ours);
    await using(connect, stranger, async (store) => {
      for (const call of Object.values({ ...WITHOUT_SESSION, ...WITH_SESSION })) {
        const session = new JSONSession({ store, keyPrefix: theirs, sessionId: 'chat' });
        const load = (): Promise<unknown> => JSONSession.load('chat', { store, keyPrefix: theirs });
        // The row of `load` is about a handle.
        const attempt = call === WITH_SESSION['load'] ? load() : call(session);
        await expect(attempt).rejects.toMatchObject({ code: 'store_unavailable' });
      }
      expect(await failures(store, ours)).toEqual([]);
    });
    expect(await server.cli('JSON.GET', `${theirs}chat`)).toBe(before);
  });
});

describe('each of the rights is needed', () => {
  const [, [, connect]] = CLIENTS as [(typeof CLIENTS)[number], (typeof CLIENTS)[number]];

  test.each(COMMANDS.filter((word) => !OPTIONAL.includes(word) && word !== RARE))(
    '%s',
    async (word) => {
      const url = await userUrl('less', 'session:', word);
      // A script that the server knows already needs no EVAL.
      await admin.sendCommand(['SCRIPT', 'FLUSH']);
      const codes = await using(connect, url, (store) => failures(store, 'session:'));
      expect(codes).toContain('store_unavailable');
    },
  );

  test.each(OPTIONAL)('%s is not', async (word) => {
    expect(RULE).toContain(word);
    const url = await userUrl('less', 'session:', word);
    const codes = await using(connect, url, (store) => failures(store, 'session:'));
    expect(codes.filter((code) => code !== 'UserError')).toEqual([]);
  });
});

describe('without what is optional, under the contract', () => {
  let url = '';

  beforeAll(async () => {
    url = await userUrl('contract', 'contract:');
    const less = OPTIONAL.map((word) => word.replace('+', '-'));
    await server.cli('ACL', 'SETUSER', 'contract', ...DIRECTORY, ...less);
  });

  test.each(OPTIONAL)('%s is missing', async (word) => {
    const name = word.slice(1);
    const refusal = new RegExp(`no permissions to run the '${name}`, 'iu');
    expect(await server.cli('ACL', 'DRYRUN', 'contract', name, 'contract:x', '$', '1')).toMatch(
      refusal,
    );
  });

  runContract({
    open: () => RedisStore.open(url, STORE_PATIENCE),
    readDocument: (key) => readRedisDocument(admin, key),
    writeDocument: (key, document) => writeRedisDocument(admin, key, document),
    checkDocument,
  });
});

describe.each([
  ['what sessions are found by', 'projection:session:', PROJECTION, { directory: true }],
  ['what messages are found by', 'Search:session:', SEARCH, { search: true }],
] as const)('%s', (_, prefix, RIGHTS, options) => {
  const KEYS = `~${prefix}*`;
  let searching: RedisServer;
  let owner: RedisClientType;

  beforeAll(async () => {
    searching = await startRedis();
    owner = createClient({ url: searching.url });
    owner.on('error', ignore);
    await owner.connect();
  });

  afterAll(async () => {
    owner.destroy();
    await searching.stop();
  });

  /** The URL of a user with all rights but one. */
  async function withAllBut(without: string): Promise<string> {
    const words = [...RULE, ...DIRECTORY, ...RIGHTS].filter((word) => word !== without);
    const rights = words.map((word) => (word.startsWith('>') ? `>${PASSWORD}` : word));
    await searching.cli('ACL', 'SETUSER', 'finder', 'reset', ...rights);
    return `redis://finder:${PASSWORD}@127.0.0.1:${searching.port}`;
  }

  /** Writes, finds, mends and deletes; gives what the server has refused. */
  async function refused(without: string): Promise<string> {
    const url = await withAllBut(without);
    await owner.flushAll();
    await searching.cli('ACL', 'LOG', 'RESET');
    const [[, connect]] = CLIENTS as [(typeof CLIENTS)[number]];
    const [client, end] = await connect(url);
    const store = new RedisStore(client, { ...options, ...STORE_PATIENCE });
    const directory = new SessionDirectory({ store });
    const isKept = without !== '+hset';
    try {
      const session = new JSONSession({ store, sessionId: 'chat', ttl: 600 });
      for (const content of ['1', '2', '3']) await session.addMessage({ role: 'user', content });
      await findOne(directory, isKept);
      await directory.checkProjection({ repair: true });
      await owner.persist(`${KEYS.slice(1, -1)}{session:chat}`);
      await session.touch();
      await owner.persist('session:chat');
      await directory.checkProjection({ repair: true });
      await session.delete();
    } catch (error) {
      expect((error as { code?: string }).code).toBe('store_unavailable');
    } finally {
      end();
    }
    return searching.cli('ACL', 'LOG');
  }

  async function findOne(directory: SessionDirectory, isKept: boolean): Promise<void> {
    const expected = isKept ? 1 : 0;
    if ('search' in options) {
      expect((await directory.search('2')).messages.length).toBeLessThanOrEqual(1);
      return;
    }
    expect((await directory.list()).sessions).toHaveLength(expected);
    expect(await directory.count()).toBe(expected);
  }

  test('takes the rights that are named, and no other', async () => {
    expect(RIGHTS).toContain(KEYS);
    expect(await refused('')).toBe('[]');
    expect(await owner.sendCommand(['FT._LIST'])).toEqual([prefix]);
  });

  test.each(RIGHTS)('%s is needed', async (right) => {
    const log = (await refused(right)).toLowerCase();
    expect(log).toContain((right === KEYS ? prefix : right.slice(1)).toLowerCase());
  });
});

describe('what is kept beside sessions, under the contract', () => {
  let searching: RedisServer;
  let owner: RedisClientType;
  let url = '';

  beforeAll(async () => {
    searching = await startRedis();
    owner = createClient({ url: searching.url });
    owner.on('error', ignore);
    await owner.connect();
    const words = [...RULE, ...DIRECTORY, ...PROJECTION, ...SEARCH].map((word) =>
      word.startsWith('>')
        ? `>${PASSWORD}`
        : word.replace('~Search:', '~search:').replace('session:', 'contract:'),
    );
    await searching.cli('ACL', 'SETUSER', 'finder', 'reset', ...words);
    url = `redis://finder:${PASSWORD}@127.0.0.1:${searching.port}`;
  });

  afterAll(async () => {
    owner.destroy();
    await searching.stop();
  });

  runContract({
    open: () => RedisStore.open(url, { directory: true, search: true, ...STORE_PATIENCE }),
    readDocument: (key) => readRedisDocument(owner, key),
    writeDocument: (key, document) => writeRedisDocument(owner, key, document),
    checkDocument,
  });
});
