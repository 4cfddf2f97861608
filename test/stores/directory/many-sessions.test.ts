/**
 * More sessions than a page, many of them written again since: no page of a list by the index leaves one
 * out. A server's own short cut for such pages does, see `session-index.ts`.
 *
 * @module
 */
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type ListOptions, SessionDirectory } from '../../../src/directory/index.ts';
import { JSONSession } from '../../../src/index.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { ownPrefix } from '../../processes/shared-stores.ts';
import { ownRedis } from '../../servers/own-redis.ts';

const MANY = 3000;
const USERS = 20;
const keyPrefix = ownPrefix();
const { url } = await ownRedis();
const client = createClient({ url });
client.on('error', () => {});
const store = new RedisStore(client, { directory: true, timeoutMs: 20_000 });
const indexed = new SessionDirectory({ store, keyPrefix });
const scanned = new SessionDirectory({
  store: new RedisStore(client),
  keyPrefix,
  timeoutMs: 20_000,
});

async function write(number: number): Promise<void> {
  const sessionId = `chat-${number}`;
  const userId = `user-${number % USERS}`;
  const session = new JSONSession({ store, keyPrefix, sessionId, userId });
  await session.addMessage({ role: 'user', content: 'Hello' });
}

async function writeAll(numbers: readonly number[]): Promise<void> {
  for (let at = 0; at < numbers.length; at += 200) {
    await Promise.all(numbers.slice(at, at + 200).map(write));
  }
}

beforeAll(async () => {
  await client.connect();
  await indexed.list();
  const numbers = Array.from({ length: MANY }, (_, index) => index);
  await writeAll(numbers);
  await writeAll(numbers.filter((number) => number % 7 === 3));
  await writeAll(numbers.filter((number) => number % 3 === 1));
});

afterAll(() => client.destroy());

async function idsOf(options: ListOptions): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await indexed.list({ ...options, cursor });
    ids.push(...page.sessions.map(({ sessionId }) => sessionId));
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return ids;
}

describe.each(['updated', 'created'] as const)('in the order %s', (orderBy) => {
  test.each([true, false])('descending: %s', async (descending) => {
    for (const query of [{}, { userId: 'user-7' }]) {
      const options = { ...query, orderBy, descending };
      const expected: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await scanned.list({ ...options, limit: 1000, cursor });
        expected.push(...page.sessions.map(({ sessionId }) => sessionId));
        cursor = page.cursor ?? undefined;
      } while (cursor !== undefined);
      expect(expected).toHaveLength('userId' in query ? MANY / USERS : MANY);
      expect(await idsOf({ ...options, limit: 50 })).toEqual(expected);
      expect(await indexed.count(query)).toBe(expected.length);
    }
  });
});
