/**
 * The rights that `docs/security.md` names are enough, each of them is needed, and they keep tenants
 * apart.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { createClient, type RedisClientType } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { JSONSession } from '../../src/index.ts';
import { type RedisClientLike, RedisStore } from '../../src/stores/redis/index.ts';
import { runContract } from '../contract/run-contract.ts';
import { readRedisDocument, writeRedisDocument } from '../document/redis-documents.ts';
import { checkDocument } from '../document/schema-check.ts';
import { trashPrefix } from '../../src/stores/redis/trash.ts';
import { type RedisServer, startRedis } from '../servers/redis-server.ts';
import { WITH_SESSION, WITHOUT_SESSION } from './every-call.ts';

const PASSWORD = 'secret';
/** Attributes are merged in another way without. */
const OPTIONAL = '+json.merge';
/** Old ids of operations are removed with it, of which a session has thousands by then. */
const RARE = '+json.del';
const RULE = documentedRule();
const COMMANDS = RULE.filter((word) => word.startsWith('+'));

let server: RedisServer;
let admin: RedisClientType;
const ignore = (): void => {};

/** The words of the rule behind the user's name. */
function documentedRule(): string[] {
  const text = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
  const [, rule = ''] = /ACL SETUSER app ([^`]+)```/u.exec(text) ?? [];
  return rule.split(/\s+/u).filter((word) => word !== '');
}

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
    return await use(new RedisStore(client, { timeoutMs: 20_000 }));
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
  expect(COMMANDS.filter((word) => /@|\*|keys|scan|config|script|flush/u.test(word))).toEqual([]);
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

  test.each(COMMANDS.filter((word) => word !== OPTIONAL && word !== RARE))('%s', async (word) => {
    const url = await userUrl('less', 'session:', word);
    // A script that the server knows already needs no EVAL.
    await admin.sendCommand(['SCRIPT', 'FLUSH']);
    const codes = await using(connect, url, (store) => failures(store, 'session:'));
    expect(codes).toContain('store_unavailable');
  });

  test(`${OPTIONAL} is not, but where attributes are merged at once`, async () => {
    const url = await userUrl('less', 'session:', OPTIONAL);
    const codes = await using(connect, url, (store) => failures(store, 'session:'));
    expect(codes.filter((code) => code !== 'UserError')).toEqual([]);
  });
});

describe('the contract', () => {
  let url = '';

  beforeAll(async () => {
    url = await userUrl('contract', 'contract:');
  });

  runContract({
    open: () => RedisStore.open(url),
    readDocument: (key) => readRedisDocument(admin, key),
    writeDocument: (key, document) => writeRedisDocument(admin, key, document),
    checkDocument,
  });
});
