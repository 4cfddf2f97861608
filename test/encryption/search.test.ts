/**
 * Searching where messages are encrypted: nothing of them is kept to be found by, and nobody is told that
 * there is nothing.
 *
 * @module
 */
import { join } from 'node:path';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { SessionDirectory } from '../../src/directory/index.ts';
import { rewrap, SealedStore } from '../../src/encryption/index.ts';
import { JSONSession, type SessionStore } from '../../src/index.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { ownPrefix, temporaryFolder } from '../processes/shared-stores.ts';
import { ownRedis } from '../servers/own-redis.ts';
import { testKeyring } from './keyrings.ts';

const keyring = await testKeyring('k1');
const { url } = await ownRedis();
const client = createClient({ url });
client.on('error', () => {});
beforeAll(async () => {
  await client.connect();
});
afterAll(() => client.destroy());

const PLACES: readonly (readonly [string, () => Promise<SessionStore>])[] = [
  ['Redis', async () => new RedisStore(client, { search: true, timeoutMs: 20_000 })],
  ['a SQLite file', async () => SqliteStore.open(join(temporaryFolder(), 'sessions.db'))],
];

describe.each(PLACES)('%s', (_, open) => {
  const keyPrefix = ownPrefix();
  let store: SessionStore;
  let directory: SessionDirectory;
  beforeAll(async () => {
    store = await open();
    directory = new SessionDirectory({ store, keyPrefix });
  });
  afterAll(async () => {
    await directory.deleteUser('ada');
    await store.close();
  });

  async function filled(sessionId: string, encryption?: typeof keyring): Promise<JSONSession> {
    const session = new JSONSession({ store, keyPrefix, sessionId, userId: 'ada', encryption });
    for (const content of ['Where is my refund?', 'Which refund?']) {
      await session.addMessage({ role: 'user', content });
    }
    return session;
  }

  test('encrypted messages are not found, and a scan says that it is not all', async () => {
    await filled('sealed', keyring);
    await filled('plain');
    const { messages } = await directory.search('refund', { userId: 'ada' });
    expect(messages.map(({ sessionId }) => sessionId)).toEqual(['plain', 'plain']);
    const scanned = await directory.search('refund', { userId: 'ada', scan: true });
    expect(scanned).toEqual({ messages, isComplete: false });
  });

  test('a store with keys refuses, and reads where it is asked to', async () => {
    await filled('sealed too', keyring);
    const sealed = new SessionDirectory({ store: new SealedStore(store, keyring), keyPrefix });
    const refusal = { code: 'unsupported', method: 'search' };
    await expect(sealed.search('refund', { userId: 'ada' })).rejects.toMatchObject(refusal);
    await directory.deleteUser('ada');
    await filled('sealed too', keyring);
    const { messages, isComplete } = await sealed.search('refund', { userId: 'ada', scan: true });
    expect(isComplete).toBe(true);
    expect(messages.map(({ index }) => index)).toEqual([1, 0]);
    expect(messages[1]?.snippet[1]).toEqual({ text: 'refund', isMatch: true });
  });

  test('what was found is found no more once it is encrypted', async () => {
    await filled('migrated');
    const find = async (): Promise<string[]> => {
      const found = await directory.search('refund', { userId: 'ada' });
      return found.messages.map(({ sessionId }) => sessionId);
    };
    expect(await find()).toContain('migrated');
    const encryption = { keyring, migrating: true };
    const session = new JSONSession({ store, keyPrefix, sessionId: 'migrated', encryption });
    await rewrap(session);
    expect(await find()).not.toContain('migrated');
    const keys = await client.keys(`search:${keyPrefix}*migrated*`);
    const words = await Promise.all(keys.map((key) => client.hGet(key, 'words')));
    expect(words.filter((word) => word !== null && word !== '')).toEqual([]);
    await session.addMessage({ role: 'user', content: 'The refund has come.' });
    expect(await find()).not.toContain('migrated');
  });
});
