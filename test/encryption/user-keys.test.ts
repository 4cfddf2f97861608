/**
 * A key for each user: without it nothing of that user can be read, in backups neither.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';

import type { Keyring, NamedKey } from '../../src/encryption/index.ts';
import { SessionDirectory } from '../../src/directory/index.ts';
import { JSONSession } from '../../src/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { textsOf } from '../../src/testing/conversation.ts';
import { temporaryFolder } from '../processes/shared-stores.ts';
import { keyOf } from './keyrings.ts';
import { describeEverywhere } from './places.ts';

/** As docs/encryption.md shows it. */
function userKeyring(keys: Map<string | null, NamedKey>): Keyring {
  return {
    current({ userId }) {
      const key = crypto.getRandomValues(new Uint8Array(32));
      const named = keys.get(userId) ?? { id: crypto.randomUUID(), key };
      keys.set(userId, named);
      return named;
    },
    find(keyId, { userId }) {
      const named = keys.get(userId);
      return named?.id === keyId ? named.key : undefined;
    },
  };
}

describeEverywhere((place) => {
  const open = (userId: string, sessionId: string, encryption: Keyring): JSONSession => {
    const { store, prefix: keyPrefix } = place();
    return new JSONSession({ store, keyPrefix, sessionId, userId, encryption });
  };

  test('a backup of a user whose key was dropped is unreadable for ever', async () => {
    const keys = new Map<string | null, NamedKey>();
    const keyring = userKeyring(keys);
    const ada = open('ada', 'of-ada', keyring);
    await ada.addMessage({ role: 'user', content: 'My diagnosis', agent: 'Triage', tokens: 5 });
    await open('bob', 'of-bob', keyring).addMessage({ role: 'user', content: 'Hi' });
    expect(keys.size).toBe(2);
    const backup = await place().document('of-ada');

    const { store, prefix: keyPrefix } = place();
    const directory = new SessionDirectory({ store, keyPrefix });
    expect(await directory.deleteUser('ada')).toMatchObject({ deleted: 1, failed: [] });
    keys.delete('ada');
    await place().plant('of-ada', backup);
    const restored = open('ada', 'of-ada', keyring);
    const read = async (): Promise<unknown> => restored.getMessages();
    const failure = { problem: 'unknown_key', entryId: backup.messages[0]?.id };
    await expect(read()).rejects.toMatchObject(failure);
    // What she says from then on has a new key, which opens nothing of before.
    await restored.addMessage({ role: 'user', content: 'Back again' });
    expect(keys.get('ada')?.id).toMatch(/./u);
    await expect(read()).rejects.toMatchObject(failure);
    expect(await textsOf(open('bob', 'of-bob', keyring))).toEqual(['Hi']);

    const { sessions } = await directory.list({ userId: 'ada' });
    expect(sessions).toMatchObject([{ sessionId: 'of-ada', messageCount: 2, totalTokens: 5 }]);
    expect(await directory.deleteUser('ada')).toMatchObject({ deleted: 1 });
  });

  test('another key under the id of one that was used opens nothing, remembered or not', async () => {
    const keys = new Map<string | null, NamedKey>([['ada', { id: 'ada', key: keyOf(1) }]]);
    const keyring = userKeyring(keys);
    await open('ada', 'again', keyring).addMessage({ role: 'user', content: 'Hi' });
    expect(await textsOf(open('ada', 'again', keyring))).toEqual(['Hi']);
    keys.set('ada', { id: 'ada', key: keyOf(2) });
    const read = open('ada', 'again', keyring).getMessages();
    await expect(read).rejects.toMatchObject({ problem: 'not_authentic', keyId: 'ada' });
  });
});

test('a copy of the whole file holds nothing that a dropped key does not open', async () => {
  const keys = new Map<string | null, NamedKey>();
  const keyring = userKeyring(keys);
  const file = join(temporaryFolder(), 'sessions.db');
  const store = await SqliteStore.open(file);
  for (const userId of ['ada', 'bob']) {
    const session = new JSONSession({ store, sessionId: userId, userId, encryption: keyring });
    await session.addMessage({ role: 'user', content: `The diagnosis of ${userId}` });
    await session.setHandoffContext({ diagnosis: userId });
  }
  const backup = join(temporaryFolder(), 'backup.db');
  const database = new DatabaseSync(file);
  database.prepare('VACUUM INTO ?').run(backup);
  database.close();
  expect(readFileSync(backup).includes('diagnosis')).toBe(false);

  await new SessionDirectory({ store }).deleteUser('ada');
  await store.close();
  const copy = await SqliteStore.open(backup);
  const read = async (userId: string, encryption: Keyring): Promise<string[]> =>
    textsOf(new JSONSession({ store: copy, sessionId: userId, userId, encryption }));
  const before = userKeyring(new Map(keys));
  expect(await read('ada', before)).toEqual(['The diagnosis of ada']);
  keys.delete('ada');
  await expect(read('ada', keyring)).rejects.toMatchObject({ problem: 'unknown_key' });
  expect(await read('bob', keyring)).toEqual(['The diagnosis of bob']);
  await copy.close();
});
