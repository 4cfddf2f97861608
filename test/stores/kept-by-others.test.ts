/**
 * What a store with `search` or `directory` has kept of a session goes with it, also where a store without
 * them ends its life.
 *
 * @module
 */
import { createClient, createCluster } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { SessionDirectory } from '../../src/directory/index.ts';
import { rewrap } from '../../src/encryption/index.ts';
import { JSONSession } from '../../src/index.ts';
import { toSender } from '../../src/stores/redis/clients/client.ts';
import { type RedisClientLike, RedisStore } from '../../src/stores/redis/index.ts';
import { indexMessages } from '../../src/stores/redis/scripts.generated.ts';
import { trashPrefix } from '../../src/stores/redis/writing/trash.ts';
import { assistantItem, userItem } from '../../src/testing/conversation.ts';
import { exportSession, importSession } from '../../src/transfer/index.ts';
import { testKeyring } from '../encryption/keyrings.ts';
import { ownPrefix } from '../processes/shared-stores.ts';
import { documentedRights, documentedRule } from '../security/documented-rights.ts';
import { ownRedis } from '../servers/own-redis.ts';
import { startCluster } from '../servers/redis-cluster.ts';

const server = await ownRedis();
const client = createClient({ url: server.url });
client.on('error', () => {});
beforeAll(async () => {
  await client.connect();
});
afterAll(() => client.destroy());

const LIMITS = { timeoutMs: 20_000 };
const ITEMS = Array.from({ length: 120 }, (_, index) =>
  (index % 2 === 0 ? userItem : assistantItem)(`Secret ${index}`),
);

/** A session that one store has written, and what a store without its options sees. */
async function scene(over: RedisClientLike = client, sessionId = 'chat') {
  const keyPrefix = ownPrefix();
  const place = { keyPrefix, sessionId };
  const store = new RedisStore(over, { search: true, directory: true, ...LIMITS });
  const other = { store: new RedisStore(over, LIMITS), ...place };
  const session = new JSONSession({ store, userId: 'ada', ...place });
  await session.addItems(ITEMS);
  const kept = async (): Promise<string[]> => {
    const found = ['search', 'projection'].map((what) => client.keys(`${what}:${keyPrefix}*`));
    return (await Promise.all(found)).flat();
  };
  return { session, store, other, kept, key: keyPrefix + sessionId };
}

type Scene = Awaited<ReturnType<typeof scene>>;
const END_BY_OTHERS = ({ key }: Scene): Promise<unknown> => client.del(key);

/** What a store without them does after its life has ended, or to end it. */
const ENDS: Readonly<Record<string, (scene: Scene) => Promise<unknown>>> = {
  delete: ({ other }) => new JSONSession(other).delete(),
  deleteUser: ({ other }) => new SessionDirectory(other).deleteUser('ada'),
  'import over it': async ({ other }) => {
    await using memory = new JSONSession({ ...other, keyPrefix: `${other.keyPrefix}from:` });
    await memory.addItems([userItem('Hello')]);
    const line = await exportSession({ ...other, keyPrefix: `${other.keyPrefix}from:` });
    await importSession(line, { ...other, overwrite: true });
    await memory.delete();
  },
  'delete of what has ended': async (on) => {
    await END_BY_OTHERS(on);
    expect(await new JSONSession(on.other).delete()).toBe(false);
  },
  create: async (on) => {
    await END_BY_OTHERS(on);
    await JSONSession.create(on.other);
  },
  'a first message': async (on) => {
    await END_BY_OTHERS(on);
    await new JSONSession(on.other).addItems([userItem('Hello')]);
  },
  'a lock': async (on) => {
    await END_BY_OTHERS(on);
    await new JSONSession(on.other).exclusive(async () => {});
  },
  'a fork': async (on) => {
    await END_BY_OTHERS(on);
    const from = new JSONSession({ ...on.other, sessionId: 'from' });
    await from.addItems([userItem('Hello')]);
    await from.fork({ sessionId: on.other.sessionId });
  },
};

describe('nothing is left after', () => {
  test.each(Object.entries(ENDS))('%s', async (_, end) => {
    const on = await scene();
    expect(await on.kept()).toHaveLength(ITEMS.length + 2);
    await end(on);
    expect(await on.kept()).toEqual([]);
  });

  test('the end of a session in a cluster', async () => {
    const cluster = await startCluster({ modules: 'json', replicas: 0 });
    const nodes = createCluster({ rootNodes: cluster.urls.map((url) => ({ url })) });
    nodes.on('error', () => {});
    await nodes.connect();
    const size = async (): Promise<number> => {
      const sizes = await Promise.all(
        cluster.urls.map(async (url) => {
          const node = await createClient({ url }).connect();
          const found = await Promise.all(
            ['search:*', 'projection:*'].map((pattern) => node.keys(pattern)),
          );
          node.destroy();
          return found.flat().length;
        }),
      );
      return sizes.reduce((sum, one) => sum + one, 0);
    };
    try {
      for (const id of ['a', 'b', 'c', 'e{1}', '{f']) {
        const { other } = await scene(nodes, id);
        expect(await size()).toBe(ITEMS.length + 2);
        await new JSONSession(other).delete();
        expect(await size()).toBe(0);
      }
    } finally {
      nodes.destroy();
      await cluster.stop();
    }
  });
});

const KEYRING = await testKeyring('k1');

/** What takes words away from a session that goes on, and how many messages keep theirs. */
const CHANGES: Readonly<Record<string, readonly [number, (scene: Scene) => Promise<unknown>]>> = {
  popItem: [ITEMS.length - 1, ({ other }) => new JSONSession(other).popItem()],
  clear: [0, ({ other }) => new JSONSession(other).clear()],
  trim: [0, ({ other }) => new JSONSession(other).trim({ maxMessages: 10 })],
  'encryption of what is there': [
    0,
    ({ other }) =>
      rewrap(new JSONSession({ ...other, encryption: { keyring: KEYRING, migrating: true } })),
  ],
};

test.each(Object.entries(CHANGES))(
  'nothing is left of messages after %s',
  async (_, [left, change]) => {
    const on = await scene();
    await change(on);
    const { keyPrefix } = on.other;
    const hashes = await client.keys(`search:${keyPrefix}*}:*`);
    expect(hashes).toHaveLength(left);
    expect(await client.exists(`projection:${keyPrefix}{${on.key}}`)).toBe(1);
  },
);

test('what is of a session that goes on stays', async () => {
  const on = await scene();
  const before = await on.kept();
  await new JSONSession(on.other).addItems([userItem('Hello')]);
  await expect(JSONSession.create(on.other)).rejects.toMatchObject({ code: 'session_exists' });
  await new JSONSession({ ...on.other, userId: 'bob' }).delete();
  expect((await on.kept()).toSorted()).toEqual(before.toSorted());
});

test('what somebody writes meanwhile stays', async () => {
  const on = await scene();
  const sender = toSender(client);
  let isFirst = true;
  const late = {
    send: async (command: Parameters<typeof sender.send>[0]) => {
      if (isFirst && command.args[1] === indexMessages.sha1) {
        isFirst = false;
        await new JSONSession({ ...on.other, store: on.store }).addItems([userItem('Hello')]);
      }
      return sender.send(command);
    },
  };
  await new JSONSession({ ...on.other, store: new RedisStore(late, LIMITS) }).delete();
  expect(isFirst).toBe(false);
  expect(await on.kept()).toHaveLength(3);
  const directory = new SessionDirectory({ ...on.other, store: on.store });
  expect((await directory.search('hello')).messages).toHaveLength(1);
  expect(await directory.checkProjection()).toMatchObject({ missing: 0, stale: 0, orphaned: 0 });
});

describe('of the rights of the user', () => {
  /** Ends a session in every way through a user with the fewest rights, and more. */
  async function endAll(more: readonly string[]): Promise<{ left: number; refused: unknown }> {
    const rules = [
      ...documentedRule(),
      ...documentedRights('For `SessionDirectory`, and only then'),
    ];
    await client.sendCommand(['ACL', 'LOG', 'RESET']);
    let left = 0;
    for (const end of Object.values(ENDS)) {
      const on = await scene();
      const { keyPrefix } = on.other;
      const rights = [...rules, ...more].map((rule) =>
        rule
          .replace(/^>.*/u, '>secret')
          .replace('trash:session:', trashPrefix(keyPrefix))
          .replace('session:', keyPrefix),
      );
      await client.sendCommand(['ACL', 'SETUSER', 'plain', 'reset', ...rights]);
      const login = { username: 'plain', password: 'secret', disableClientInfo: true };
      const user = createClient({ url: server.url, ...login }).on('error', () => {});
      await user.connect();
      await end({ ...on, other: { ...on.other, store: new RedisStore(user, LIMITS) } });
      user.destroy();
      left += (await on.kept()).length;
    }
    return { left, refused: await client.sendCommand(['ACL', 'LOG']) };
  }

  const KEYS = ['~search:session:*', '~projection:session:*'];
  const ALL = Object.keys(ENDS).length * (ITEMS.length + 2);

  test('none are needed for it: nothing fails, and nothing is refused', async () => {
    expect(await endAll([])).toEqual({ left: ALL, refused: [] });
  });

  test('two commands on its keys are enough', async () => {
    expect(await endAll([...KEYS, '+hmget', '+hset'])).toEqual({ left: 0, refused: [] });
  });

  test.each(['+hmget', '+hset'])('%s alone is not, and nothing is refused', async (right) => {
    const left = Object.keys(ENDS).length * (ITEMS.length + 1);
    expect(await endAll([...KEYS, right])).toEqual({ left, refused: [] });
  });
});
