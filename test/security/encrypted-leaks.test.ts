/**
 * Encrypted sessions and their errors show neither what is said nor a key.
 *
 * @module
 */
import { expect, test } from 'vitest';

import { createKeyring, rewrap, SealedStore } from '../../src/encryption/index.ts';
import { DecryptionError, JSONSession } from '../../src/index.ts';
import { keyOf, testKeyring } from '../encryption/keyrings.ts';
import { describeEverywhere } from '../encryption/places.ts';
import { shownOf } from './shown.ts';

const TEXT = 'my diagnosis is private';
/** Bytes of the keys, in the ways in which they are printed. */
const KEYS = /(?:0?[19][ ,]+\s*){8}|AQEBAQ|CQkJCQ/u;

function expectNoSecret(value: unknown): void {
  expect(shownOf(value)).not.toContain(TEXT);
  expect(shownOf(value)).not.toMatch(KEYS);
}

/** Checks the error of a call and gives it. */
async function failureOf(call: Promise<unknown>): Promise<unknown> {
  const error = await call.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  expectNoSecret(error);
  return error;
}

test('the check sees a key', () => {
  expect(() => expectNoSecret({ key: keyOf(1) })).toThrow(/match/u);
  expect(() => expectNoSecret(Buffer.from(keyOf(9)))).toThrow(/match/u);
});

describeEverywhere((place) => {
  test('sessions, stores, keyrings and errors show nothing', async () => {
    const { store, prefix: keyPrefix } = place();
    const options = { store, keyPrefix, sessionId: 'chat' };
    const encryption = await testKeyring();
    const session = new JSONSession({ ...options, encryption });
    await session.addMessage({ role: 'user', content: TEXT });
    await session.setHandoffContext({ [TEXT]: TEXT });
    expect((await session.getMessages())[0]?.content).toBe(TEXT);
    for (const holder of [session, encryption, new SealedStore(store, encryption)]) {
      expectNoSecret(holder);
    }
    const keyrings = [
      undefined,
      await createKeyring({ current: 'k1', keys: { k1: keyOf(9) } }),
      await createKeyring({ current: 'k9', keys: { k9: keyOf(9) } }),
    ];
    for (const wrong of keyrings) {
      const other = new JSONSession({ ...options, encryption: wrong });
      const reads = [other.getMessages(), other.getItems(), other.fork()];
      for (const call of [...reads, other.getHandoffContext(), other.popItem()]) {
        expect(await failureOf(call)).toBeInstanceOf(DecryptionError);
      }
    }
    const plain = new JSONSession(options);
    expect(await failureOf(rewrap(plain))).toMatchObject({ code: 'invalid_input' });
    const short = createKeyring({ current: 'k1', keys: { k1: keyOf(9).slice(1) } });
    expect(await failureOf(short)).toMatchObject({ field: 'keys.k1' });
    await session.delete();
  });
});
