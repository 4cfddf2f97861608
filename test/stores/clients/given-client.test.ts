import { randomUUID } from 'node:crypto';
import { Cluster, Redis } from 'ioredis';
import { createClient, RESP_TYPES } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { JSONSession } from '../../../src/index.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { type RedisServer, startRedis } from '../../servers/redis-server.ts';
import { sharedRedisUrl } from '../../servers/shared-redis.ts';
import { exerciseStore, userItem } from './main-operations.ts';

const ends: (() => void)[] = [];

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

type NodeRedis = ReturnType<typeof newClient>;

function newClient(url: string, RESP: 2 | 3) {
  return createClient({ url, RESP });
}

async function connected(url: string, RESP: 2 | 3 = 3): Promise<NodeRedis> {
  const client = newClient(url, RESP);
  client.on('error', () => {});
  await client.connect();
  ends.push(() => client.destroy());
  return client;
}

describe('an ioredis client with a keyPrefix', () => {
  test('is refused: it would prefix the keys of some commands only', () => {
    const client = new Redis({ lazyConnect: true, keyPrefix: 'app:' });
    expect(() => new RedisStore(client)).toThrow(
      expect.objectContaining({ code: 'invalid_input', field: 'client' }),
    );
    client.disconnect();
  });

  test.each([{ keyPrefix: 'app:' }, { redisOptions: { keyPrefix: 'app:' } }])(
    'is refused as a cluster with %o',
    (options) => {
      const client = new Cluster(['redis://127.0.0.1:1'], { lazyConnect: true, ...options });
      expect(() => new RedisStore(client)).toThrow(
        expect.objectContaining({ code: 'invalid_input', field: 'client' }),
      );
      client.disconnect();
    },
  );

  test('is taken without one, and connects with the first call when it is lazy', async () => {
    const client = new Redis(sharedRedisUrl(), { lazyConnect: true });
    ends.push(() => client.disconnect());
    const session = new JSONSession({ store: new RedisStore(client), ttl: 600 });
    await session.addItems([userItem('hello')]);
    expect(await session.getItems()).toEqual([userItem('hello')]);
  });
});

describe.each([2, 3] as const)('a node-redis client that returns Buffers, RESP%i', (RESP) => {
  async function mapped(url: string) {
    const client = await connected(url, RESP);
    return client.withTypeMapping({
      [RESP_TYPES.BLOB_STRING]: Buffer,
      [RESP_TYPES.SIMPLE_STRING]: Buffer,
      [RESP_TYPES.NUMBER]: String,
    });
  }

  test('carries every operation', async () => {
    const client = await mapped(sharedRedisUrl());
    const store = new RedisStore(client);
    expect(await exerciseStore(store, `test ${randomUUID()}`)).toBe('deleted');
  });

  test('leaves the kind of a failure as it is', async () => {
    const client = await mapped(sharedRedisUrl());
    const keyPrefix = `test-${randomUUID()}:`;
    await client.set(`${keyPrefix}string`, 'a text', { expiration: { type: 'EX', value: 600 } });
    const session = new JSONSession({
      store: new RedisStore(client),
      keyPrefix,
      sessionId: 'string',
    });
    const expected = { code: 'wrong_key_type', keyType: 'string' };
    await expect(session.getItems()).rejects.toMatchObject(expected);
    await expect(session.getMetadata()).rejects.toMatchObject(expected);
    await expect(session.addItems([userItem('x')])).rejects.toMatchObject(expected);
  });
});

describe('a node-redis client of a server without JSON that returns Buffers', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis({ modules: 'none' });
  });

  afterAll(() => server.stop());

  test('says that there is no JSON', async () => {
    const client = await connected(server.url);
    const store = new RedisStore(
      client.withTypeMapping({
        [RESP_TYPES.BLOB_STRING]: Buffer,
        [RESP_TYPES.SIMPLE_STRING]: Buffer,
      }),
    );
    await expect(new JSONSession({ store }).getItems()).rejects.toMatchObject({
      code: 'json_not_supported',
      message: expect.stringContaining(`Redis ${server.version} has no JSON commands`),
    });
  });
});

describe('a sender over a client', () => {
  test('is asked for one command at a time with its key', async () => {
    const client = await connected(sharedRedisUrl());
    const keys = new Set<string>();
    const store = new RedisStore({
      send({ args, key }) {
        keys.add(key);
        return client.sendCommand([...args]);
      },
    });
    const sessionId = `test ${randomUUID()}`;
    await exerciseStore(store, sessionId);
    const [key, ...others] = keys;
    expect(key).toBe(`session:${sessionId}`);
    // Long histories, on their way out.
    expect(others.filter((other) => !other.startsWith(`trash:session:{${key}}:`))).toEqual([]);
  });

  test('whose first attempt the server refused for now does not make a delete of nothing true', async () => {
    const client = await connected(sharedRedisUrl());
    let refused = false;
    const store = new RedisStore({
      async send({ args }) {
        if (!refused) {
          refused = true;
          throw new Error('LOADING Redis is loading the dataset in memory');
        }
        return client.sendCommand([...args]);
      },
    });
    expect(await new JSONSession({ store }).delete()).toBe(false);
    expect(refused).toBe(true);
  });
});
