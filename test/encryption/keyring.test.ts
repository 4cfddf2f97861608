/**
 * Keyrings: what makes one, and how a session asks it.
 */
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createKeyring, type Keyring, type KeyMaterial } from '../../src/encryption/index.ts';
import { JSONSession } from '../../src/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { textsOf } from '../../src/testing/conversation.ts';
import { keyOf, testKeyring } from './keyrings.ts';

let store: SqliteStore;

beforeAll(async () => {
  store = await SqliteStore.open(':memory:');
});

afterAll(() => store.close());

function open(sessionId: string, encryption: Keyring, userId = 'ada'): JSONSession {
  return new JSONSession({ store, sessionId, userId, encryption, timeoutMs: 30_000 });
}

/** A keyring that counts how often it is asked. */
function counting(keys: Map<string, KeyMaterial>): Keyring & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async current({ userId, sessionId }) {
      asked.push(`current ${sessionId} ${userId}`);
      const id = `of-${userId}`;
      return { id, key: keys.get(id) ?? keyOf(1) };
    },
    async find(keyId, { userId, sessionId }) {
      asked.push(`find ${keyId} ${sessionId} ${userId}`);
      return keys.get(keyId);
    },
  };
}

describe('createKeyring', () => {
  test.each([
    ['a key of 31 bytes', { current: 'k', keys: { k: new Uint8Array(31) } }, 'keys.k'],
    ['a key of text', { current: 'k', keys: { k: 'x'.repeat(32) as never } }, 'keys.k'],
    ['no key', { current: 'k', keys: { k: undefined as never } }, 'keys.k'],
    ['another current key', { current: 'other', keys: { k: keyOf(1) } }, 'current'],
    ['a name of a prototype', { current: 'constructor', keys: { k: keyOf(1) } }, 'current'],
    ['an empty id', { current: '', keys: { '': keyOf(1) } }, 'encryption'],
    ['no keys', { current: 'k', keys: null as never }, 'keys'],
  ])('refuses %s', async (_, options, field) => {
    await expect(createKeyring(options)).rejects.toMatchObject({ code: 'invalid_input', field });
  });

  test('takes a CryptoKey for HKDF, and no other', async () => {
    const raw = keyOf(1) as Uint8Array<ArrayBuffer>;
    const hkdf = await crypto.subtle.importKey('raw', raw, 'HKDF', false, ['deriveKey']);
    const ring = await createKeyring({ current: 'k1', keys: { k1: hkdf } });
    await open('imported', ring).addMessage({ role: 'user', content: 'Hi' });
    expect(await textsOf(open('imported', await testKeyring()))).toEqual(['Hi']);
    const aes = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt']);
    const refused = createKeyring({ current: 'k1', keys: { k1: aes } });
    await expect(refused).rejects.toMatchObject({ field: 'keys.k1' });
  });

  test('shows no key, and needs the bytes no longer', async () => {
    const bytes = keyOf(1);
    const ring = await createKeyring({ current: 'k1', keys: { k1: bytes } });
    bytes.fill(0);
    expect(inspect(ring, { depth: 9, showHidden: true })).not.toMatch(/01 01|1, 1|AQEB/u);
    await open('wiped', ring).addMessage({ role: 'user', content: 'Hi' });
    expect(await textsOf(open('wiped', await testKeyring()))).toEqual(['Hi']);
  });
});

test.each([
  ['a string', 'k1'],
  ['an object without functions', {}],
  ['half a keyring', { current: () => ({ id: 'k', key: keyOf(1) }) }],
  ['no keyring within', { keyring: null, migrating: true }],
  ['another switch', { keyring: counting(new Map()), migrating: 'yes' }],
])('a session refuses %s for its encryption', (_, encryption) => {
  expect(() => new JSONSession({ store, encryption: encryption as never })).toThrow(/encryption/u);
});

test('a keyring is asked for each owner, and once for each key', async () => {
  const keys = new Map<string, KeyMaterial>([
    ['of-ada', keyOf(3)],
    ['of-bob', keyOf(4)],
  ]);
  const ring = counting(keys);
  await open('asked', ring).addItems(
    Array.from(
      { length: 50 },
      (_unused, index) => ({ role: 'user', content: `${index}` }) as const,
    ),
  );
  await open('bobs', ring, 'bob').addMessage({ role: 'user', content: 'Hi' });
  expect(ring.asked).toEqual(['current asked ada', 'current bobs bob']);
  const reader = open('asked', ring);
  expect((await reader.getItems()).length).toBe(50);
  expect((await reader.getItems()).length).toBe(50);
  expect(ring.asked.slice(2)).toEqual(['find of-ada asked ada']);
});

test('who drops the key of a user has erased what the user said', async () => {
  const keys = new Map<string, KeyMaterial>([
    ['of-ada', keyOf(3)],
    ['of-bob', keyOf(4)],
  ]);
  const ring = counting(keys);
  await open('adas', ring).addMessage({ role: 'user', content: 'Hi', agent: 'Triage', tokens: 5 });
  await open('other', ring, 'bob').addMessage({ role: 'user', content: 'Hi' });
  keys.delete('of-ada');
  const session = open('adas', ring);
  await expect(session.getMessages()).rejects.toMatchObject({ problem: 'unknown_key' });
  expect(await session.getMetadata()).toMatchObject({ messageCount: 1, totalTokens: 5 });
  expect(await textsOf(open('other', ring, 'bob'))).toEqual(['Hi']);
  expect(await session.delete()).toBe(true);
});

test('what a keyring throws goes through, and the next call asks again', async () => {
  const failure = new Error('The key service is down');
  let isDown = true;
  const inner = await testKeyring();
  const ring: Keyring = {
    current: (scope) => inner.current(scope),
    find(keyId, scope) {
      if (isDown) throw failure;
      return inner.find(keyId, scope);
    },
  };
  await open('down', ring).addMessage({ role: 'user', content: 'Hi' });
  const session = open('down', ring);
  await expect(session.getMessages()).rejects.toBe(failure);
  isDown = false;
  expect(await textsOf(session)).toEqual(['Hi']);
});

test('a keyring that does not answer takes a call no longer than its time', async () => {
  const { promise } = Promise.withResolvers<never>();
  const ring: Keyring = { current: () => promise, find: () => promise };
  const session = open('silent', ring);
  const write = session.addMessage({ role: 'user', content: 'Hi' }, { timeoutMs: 50 });
  await expect(write).rejects.toMatchObject({ code: 'store_unavailable' });
  const aborted = session.addMessage(
    { role: 'user', content: 'Hi' },
    { signal: AbortSignal.timeout(20) },
  );
  await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
  await open('silent', await testKeyring()).addMessage({ role: 'user', content: 'Hi' });
  const read = session.getMessages({}, { timeoutMs: 50 });
  await expect(read).rejects.toMatchObject({ code: 'store_unavailable' });
});
