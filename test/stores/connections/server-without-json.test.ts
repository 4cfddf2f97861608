import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { closeStores, type JSONSessionOptions } from '../../../src/index.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { type RedisServer, startRedis } from '../../servers/redis-server.ts';
import { READS, WRITES } from './every-method.ts';

let server: RedisServer;
let ends: (() => unknown)[] = [];

beforeAll(async () => {
  server = await startRedis({ modules: 'none' });
});

afterEach(async () => {
  for (const end of ends) end();
  ends = [];
  await closeStores();
});

afterAll(() => server.stop());

const WAYS: readonly (readonly [string, () => Promise<JSONSessionOptions>])[] = [
  ['a URL', async () => ({ url: server.url })],
  [
    'a node-redis client',
    async () => {
      const client = createClient({ url: server.url });
      await client.connect();
      ends.push(() => client.destroy());
      return { store: new RedisStore(client) };
    },
  ],
  [
    'an ioredis client',
    async () => {
      const client = new Redis(server.url);
      ends.push(() => client.disconnect());
      return { store: new RedisStore(client) };
    },
  ],
];

describe.each(WAYS)('a server without JSON, through %s', (_, way) => {
  test.each(Object.entries({ ...READS, ...WRITES }))(
    '%s says which server that is and what to use instead',
    async (__, call) => {
      const options = { ...(await way()), sessionId: 'absent' };
      await expect(call(options)).rejects.toMatchObject({
        name: 'JsonNotSupportedError',
        code: 'json_not_supported',
        message: expect.stringMatching(
          new RegExp(`^Redis ${server.version} has no JSON commands: use Redis 8.*sqlite:`),
        ),
      });
    },
  );
});
