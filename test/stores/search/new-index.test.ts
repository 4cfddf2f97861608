/**
 * A search index that is still being made, as it is on a server with many keys.
 *
 * @module
 */
import { createClient } from 'redis';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { SessionDirectory } from '../../../src/directory/index.ts';
import { JSONSession } from '../../../src/index.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { ownRedis } from '../../servers/own-redis.ts';

// Hashes as of other sessions, so many that an index over them takes seconds.
const MANY_HASHES = `
for i = 1, 100000 do
  redis.call('HSET', KEYS[1] .. i, 'words', 'hello w' .. i, 'time', i, 'user', 'u' .. i, 'updated', i)
end`;
const SESSIONS = 'projection:session:';
const MESSAGES = 'Search:session:';
const { url } = await ownRedis();
const client = createClient({ url });
client.on('error', () => {});
const store = new RedisStore(client, { directory: true, search: true, timeoutMs: 20_000 });
const directory = new SessionDirectory({ store });

beforeAll(async () => {
  await client.connect();
  await new JSONSession({ store, sessionId: 'chat' }).addMessage({ role: 'user', content: 'Hi' });
  for (const name of [SESSIONS, MESSAGES]) await client.eval(MANY_HASHES, { keys: [name] });
});
afterAll(() => client.destroy());

async function isIndexing(name: string): Promise<boolean> {
  return (await client.ft.info(name)).indexing === 1;
}

test('a list does not wait for it', async () => {
  const { sessions } = await directory.list();
  expect(await isIndexing(SESSIONS)).toBe(true);
  expect(sessions.map(({ sessionId }) => sessionId)).toEqual(['chat']);
  expect(await directory.count()).toBe(1);
});

test('a search says that it is being made, and finds what is there when it is', async () => {
  const search = directory.search('hi', { timeoutMs: 1500 });
  await expect(search).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringMatching(/^Redis is making the index, and has looked at \d+ percent/u),
  });
  expect(await isIndexing(MESSAGES)).toBe(true);
  await expect.poll(async () => (await directory.search('hi')).messages.length).toBe(1);
});
