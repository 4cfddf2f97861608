/**
 * What a call learns that is sent again after its answer was lost, when the session is gone by then.
 *
 * @module
 */
import { createClient } from 'redis';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { JSONSession, type OutcomeUnknownError } from '../../../src/index.ts';
import type { JSONSessionOptions } from '../../../src/index.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import * as scripts from '../../../src/stores/redis/scripts.generated.ts';
import { PYTHON_DOCUMENTS } from '../../../src/testing/python-documents.ts';
import { sharedRedisUrl } from '../../servers/shared-redis.ts';

const keyPrefix = `deleted-lives:${crypto.randomUUID()}:`;
const client = createClient({ url: sharedRedisUrl(), RESP: 2 });
client.on('error', () => {});
const store = new RedisStore(client);

let sessionId = '';
let key = '';

function open(options: JSONSessionOptions = {}): JSONSession {
  return new JSONSession({ sessionId, keyPrefix, store, ...options });
}

const hello = { role: 'user', content: 'Hello' } as const;

/** Loses the answer to the first script, and does something before it is sent again. */
function losing(meanwhile: () => Promise<unknown>): RedisStore {
  let isLost = false;
  return new RedisStore({
    async send({ args }): Promise<unknown> {
      const reply = await client.sendCommand([...args]);
      if (isLost || !args[0]?.startsWith('EVAL')) return reply;
      isLost = true;
      await meanwhile();
      throw new Error('ECONNRESET');
    },
  });
}

/** Sends the first script twice, the second time after something else. */
function doubling(): { store: RedisStore; again: () => Promise<unknown> } {
  let first: string[] | undefined;
  const doubled = new RedisStore({
    async send({ args }): Promise<unknown> {
      if (args[0]?.startsWith('EVAL')) first ??= [...args];
      return client.sendCommand([...args]);
    },
  });
  return { store: doubled, again: async () => client.sendCommand(first ?? []) };
}

beforeAll(async () => {
  await client.connect();
  // Every script is known, so that the first attempt of each is the one that counts.
  const session = open({ sessionId: 'warm' });
  await session.create();
  await session.exclusive(() => session.addItems([hello]));
  await session.delete();
});

afterAll(() => client.destroy());

beforeEach(() => {
  sessionId = crypto.randomUUID();
  key = `${keyPrefix}${sessionId}`;
});

describe('a delete that is sent again', () => {
  test.each(['seen', 'not seen'] as const)('says that it was the one, session %s', async (seen) => {
    await open().addItems([hello]);
    const session = open({ store: losing(async () => {}) });
    if (seen === 'seen') await session.getItems();
    expect(await session.delete()).toBe(true);
  });

  test('says no where there was none', async () => {
    expect(await open({ store: losing(async () => {}) }).delete()).toBe(false);
  });

  test('leaves the session that was made since', async () => {
    await open().addItems([hello]);
    const meanwhile = (): Promise<void> => open().addItems([hello, hello]);
    expect(await open({ store: losing(meanwhile) }).delete()).toBe(true);
    expect(await open().getItems()).toHaveLength(2);
  });

  test('leaves it also when it arrives long after its answer', async () => {
    await open().addItems([hello]);
    const late = doubling();
    expect(await open({ store: late.store }).delete()).toBe(true);
    await open().addItems([hello, hello]);
    await late.again();
    expect(await open().getItems()).toHaveLength(2);
  });

  test('takes nothing that was made after it had found nothing', async () => {
    const late = doubling();
    expect(await open({ store: late.store }).delete()).toBe(false);
    await open().addItems([hello]);
    await late.again();
    expect(await open().getItems()).toHaveLength(1);
  });

  test('does not know where it met with a lock, which the one before need not have met with', async () => {
    await open().addItems([hello]);
    const { promise, resolve } = Promise.withResolvers<void>();
    let isFirst = true;
    let turn: Promise<void> | undefined;
    const late = new RedisStore({
      async send({ args }): Promise<unknown> {
        if (!isFirst) return client.sendCommand([...args]);
        isFirst = false;
        const locked = Promise.withResolvers<void>();
        turn = open().exclusive(() => (locked.resolve(), promise));
        await locked.promise;
        throw new Error('ECONNRESET');
      },
    });
    const session = open({ store: late });
    const outcome = session.delete();
    await expect(outcome).rejects.toMatchObject({ code: 'outcome_unknown' });
    resolve();
    await turn;
    const error = (await outcome.catch((reason: unknown) => reason)) as OutcomeUnknownError;
    expect(await session.delete({ operationId: error.operationId })).toBe(true);
    expect(await client.exists(key)).toBe(0);
  });

  test('says no where somebody else was the one', async () => {
    await open().addItems([hello]);
    let isFirst = true;
    const broken = new RedisStore({
      async send({ args }): Promise<unknown> {
        if (!isFirst) return client.sendCommand([...args]);
        isFirst = false;
        expect(await open().delete()).toBe(true);
        throw new Error('ECONNRESET');
      },
    });
    expect(await open({ store: broken }).delete()).toBe(false);
  });

  test('of a document of the Python class says that it was the one', async () => {
    const [python] = Object.values(PYTHON_DOCUMENTS);
    await client.sendCommand(['JSON.SET', key, '$', JSON.stringify(python)]);
    const session = open({ store: losing(async () => {}) });
    await session.getItems();
    expect(await session.delete()).toBe(true);
  });
});

describe('what creates a session and is sent again does not bring it back from the dead', () => {
  test.each<[string, (session: JSONSession) => Promise<unknown>]>([
    ['create', (session) => session.create()],
    ['the first addItems', (session) => session.addItems([hello])],
    [
      'the first exclusive',
      async (session) => {
        const turn = session.exclusive(() => session.addItems([hello]), { lease: 1000 });
        await expect(turn).rejects.toMatchObject({ code: 'session_expired' });
      },
    ],
  ])('%s', async (_, call) => {
    const deleted = (): Promise<boolean> =>
      open()
        .delete()
        .catch(() => false);
    const session = open({ store: losing(() => vi.waitUntil(deleted, { timeout: 4000 })) });
    await call(session);
    expect(await client.exists(key)).toBe(0);
    await expect(session.getItems()).rejects.toMatchObject({ code: 'session_expired' });
  });

  test.each<[string, (session: JSONSession) => Promise<unknown>]>([
    ['create', (session) => session.create()],
    ['the first addItems', (session) => session.addItems([hello])],
  ])('%s, nor does it touch what was made since', async (_, call) => {
    const session = open({
      store: losing(async () => {
        await open().delete();
        await open().addItems([hello, hello]);
      }),
    });
    await call(session);
    expect(await open().getItems()).toHaveLength(2);
    await expect(session.getItems()).rejects.toMatchObject({ code: 'session_expired' });
  });

  test('an append adds nothing to it when it arrives long after its answer', async () => {
    const late = doubling();
    await open({ store: late.store }).addItems([hello]);
    await open().delete();
    await open().addItems([hello, hello]);
    await late.again();
    expect(await open().getItems()).toHaveLength(2);
  });

  test('a new one can be created', async () => {
    for (let life = 0; life < 3; life += 1) {
      const session = open();
      await session.create();
      await session.addItems([hello]);
      expect(await session.delete()).toBe(true);
    }
  });
});

describe('a create that is sent again and meets a session that it did not make', () => {
  /** Breaks before the create is sent, and meanwhile somebody else creates the session. */
  function overtaken(): RedisStore {
    let isFirst = true;
    return new RedisStore({
      async send({ args }): Promise<unknown> {
        if (!isFirst || args[1] !== scripts.create.sha1) return client.sendCommand([...args]);
        isFirst = false;
        await open().addItems([hello]);
        throw new Error('ECONNRESET');
      },
    });
  }

  test('does not know, as the attempt before may come when that one is gone', async () => {
    const session = open({ store: overtaken() });
    const error = await session.create().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'outcome_unknown' });
    const { operationId } = error as OutcomeUnknownError;
    await expect(session.create({ operationId })).rejects.toMatchObject({ code: 'session_exists' });
    await open().delete();
    await session.create({ operationId });
    expect(await open().getItems()).toEqual([]);
  });

  test('opens that one', async () => {
    const session = await JSONSession.open({ sessionId, keyPrefix, store: overtaken() });
    expect(await session.getItems()).toHaveLength(1);
  });
});

describe('the key that remembers', () => {
  const lives = (): string => `trash:${keyPrefix}{${key}}:lives`;

  test('is gone after ten minutes, and holds no message', async () => {
    await open().addItems([hello]);
    await open().delete();
    const left = await client.ttl(lives());
    expect(left).toBeGreaterThan(590);
    expect(left).toBeLessThanOrEqual(600);
    const text = await client.sendCommand(['JSON.GET', lives(), '$']);
    expect(text).toMatch(/^\["[\da-f]{32}:[\da-f]{16};"\]$/);
  });

  test('remembers the newest 64', async () => {
    for (let life = 0; life < 70; life += 1) {
      await open().create();
      await open().delete();
    }
    const text = await client.sendCommand(['JSON.GET', lives(), '$']);
    expect(JSON.stringify(text).match(/;/g)).toHaveLength(64);
  });

  test.each([
    ['a string', ['SET', 'x']],
    ['another document', ['JSON.SET', '$', '{"a":1}']],
  ])('stays as it is where it holds %s', async (_, [command = '', ...value]) => {
    await client.sendCommand([command, lives(), ...value]);
    await open().addItems([hello]);
    expect(await open().delete()).toBe(true);
    expect(await client.ttl(lives())).toBe(-1);
    await client.del(lives());
  });
});
