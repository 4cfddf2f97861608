/**
 * What was changed, moved, or put in: always an error that says where, and never passed over.
 */
import { expect, test } from 'vitest';

import type { MessageEntry } from '../../src/document/document.ts';
import { createKeyring, type Keyring } from '../../src/encryption/index.ts';
import { DecryptionError, JSONSession, type JSONSessionOptions } from '../../src/index.ts';
import { callItem, resultItem, userItem } from '../../src/testing/conversation.ts';
import { keyOf, testKeyring } from './keyrings.ts';
import { describeEverywhere, type Place, sealOf, tamper } from './places.ts';

/** Reads that look at messages in every way. */
const READS: readonly (readonly [string, (session: JSONSession) => Promise<unknown>])[] = [
  ['getMessages', (session) => session.getMessages()],
  ['getMessages of a role', (session) => session.getMessages({ role: 'system' })],
  ['getItems', (session) => session.getItems()],
  ['getItems(n)', (session) => session.getItems(9)],
  ['popTurn', (session) => session.popTurn()],
];

/** What an error must say. */
function failure(expected: Partial<DecryptionError>): object {
  return { name: 'DecryptionError', code: 'decryption_failed', ...expected };
}

/** Exchanges what two values have in one field. */
function swap<T>(one: T, other: T, field: keyof T): void {
  [one[field], other[field]] = [other[field], one[field]];
}

describeEverywhere((place) => {
  const open = (sessionId: string, more: JSONSessionOptions = {}): JSONSession => {
    const { store, prefix: keyPrefix } = place();
    return new JSONSession({ store, keyPrefix, sessionId, userId: 'ada', ...more });
  };

  async function filled(sessionId: string, ...texts: string[]): Promise<MessageEntry[]> {
    const session = open(sessionId, { encryption: await testKeyring() });
    for (const content of texts) {
      await session.addMessage({ role: 'user', content, agent: 'Triage', tokens: 3 });
    }
    return (await place().document(sessionId)).messages;
  }

  /** What a read of everything gives, or the error. */
  async function outcome(sessionId: string, encryption?: Keyring): Promise<unknown> {
    const session = open(sessionId, { encryption: encryption ?? (await testKeyring()) });
    return session.getMessages().catch((error: unknown) => error);
  }

  /** Changes one entry as text; whatever is no JSON any more no store takes. */
  async function withEntry(at: Place, sessionId: string, text: string): Promise<boolean> {
    let entry: unknown;
    try {
      entry = JSON.parse(text);
    } catch {
      return false;
    }
    await tamper(at, sessionId, ({ messages }) => void (messages[0] = entry as MessageEntry));
    return true;
  }

  test('every byte of an entry counts', async () => {
    const [entry] = await filled('bytes', 'Hi');
    const text = JSON.stringify(entry);
    const plain = await outcome('bytes');
    expect(plain).toMatchObject([{ content: 'Hi' }]);
    // The store alone knows the time when it writes.
    const time = /"timestamp":[\d.]+/u.exec(text);
    const [from, until] = [time?.index ?? 0, (time?.index ?? 0) + (time?.[0].length ?? 0)];
    let [noticed, tried] = [0, 0];
    for (let index = 0; index < text.length; index += 1) {
      if (index >= from && index < until) continue;
      for (const bit of [1, 2, 32]) {
        const changed = String.fromCharCode(text.charCodeAt(index) ^ bit);
        const flipped = text.slice(0, index) + changed + text.slice(index + 1);
        if (!(await withEntry(place(), 'bytes', flipped))) continue;
        tried += 1;
        if ((await outcome('bytes')) instanceof DecryptionError) noticed += 1;
      }
    }
    expect(tried).toBeGreaterThan(300);
    expect(noticed).toBe(tried);
    expect(await withEntry(place(), 'bytes', text)).toBe(true);
    expect(await outcome('bytes')).toEqual(plain);
  });

  test.each(READS)('%s fails for a changed entry that it looks at', async (_, read) => {
    const [first, second] = await filled('reads', 'One', 'Two');
    await tamper(place(), 'reads', ({ messages }) => {
      sealOf(messages[0])['data'] = sealOf(first)['data'];
      messages[0] = { ...(messages[0] as MessageEntry), role: 'assistant' };
    });
    expect(second?.content).toBe('');
    const session = open('reads', { encryption: await testKeyring() });
    const error: unknown = await read(session).catch((reason: unknown) => reason);
    expect(error).toMatchObject(
      failure({ entryId: first?.id ?? '', problem: 'not_authentic', keyId: 'k1' }),
    );
    expect(String(error)).not.toContain('One');
    await session.delete();
  });

  test('texts of two entries cannot be exchanged', async () => {
    const [first] = await filled('entries', 'Pay Ada', 'Pay Bob');
    await tamper(place(), 'entries', ({ messages: [one, other] }) =>
      swap(one as MessageEntry, other as MessageEntry, 'item'),
    );
    expect(await outcome('entries')).toMatchObject(
      failure({ entryId: first?.id ?? '', problem: 'not_authentic' }),
    );
  });

  test('an entry belongs to its session, its life and its owner', async () => {
    const [entry] = await filled('here', 'Secret');
    await filled('there', 'Other');
    await tamper(
      place(),
      'there',
      ({ messages }) => void messages.splice(0, 1, entry as MessageEntry),
    );
    expect(await outcome('there')).toMatchObject(
      failure({ entryId: entry?.id ?? '', problem: 'not_authentic' }),
    );

    await tamper(place(), 'here', ({ state }) => {
      if (state !== undefined) state.incarnation = 'f'.repeat(32);
    });
    expect(await outcome('here')).toMatchObject(
      failure({ entryId: entry?.id ?? '', problem: 'not_authentic' }),
    );

    await filled('owned', 'Mine');
    await tamper(place(), 'owned', (document) => void (document.user_id = 'eve'));
    const eve = open('owned', { encryption: await testKeyring(), userId: 'eve' });
    const error: unknown = await eve.getMessages().catch((reason: unknown) => reason);
    expect(error).toMatchObject(failure({ problem: 'not_authentic' }));
  });

  test('another key under the same id, and a key that is gone, are told apart', async () => {
    const [entry] = await filled('keys', 'Secret');
    const wrong = await createKeyring({ current: 'k1', keys: { k1: keyOf(9) } });
    expect(await outcome('keys', wrong)).toMatchObject(
      failure({
        entryId: entry?.id ?? '',
        problem: 'not_authentic',
        keyId: 'k1',
      }),
    );
    const gone = await createKeyring({ current: 'k2', keys: { k2: keyOf(2) } });
    expect(await outcome('keys', gone)).toMatchObject(
      failure({
        entryId: entry?.id ?? '',
        problem: 'unknown_key',
        keyId: 'k1',
      }),
    );
  });

  test('a session without a keyring gives nothing of an encrypted one', async () => {
    const [entry] = await filled('blind', 'Secret');
    const blind = open('blind');
    for (const [name, read] of READS) {
      if (name === 'getMessages of a role') continue;
      const error: unknown = await read(blind).catch((reason: unknown) => reason);
      expect(error).toMatchObject(
        failure({ entryId: entry?.id ?? '', problem: 'no_keyring', keyId: 'k1' }),
      );
    }
    const session = open('blind', { encryption: await testKeyring() });
    await session.setHandoffContext({ secret: true });
    const error: unknown = await blind.getHandoffContext().catch((reason: unknown) => reason);
    expect(error).toMatchObject(
      failure({ field: 'handoff_context', entryId: null, problem: 'no_keyring' }),
    );
  });

  test('what is not encrypted is refused, unless the session is migrating', async () => {
    await filled('plain', 'Secret');
    const blind = open('plain');
    const { id } = await blind.addMessage({ role: 'user', content: 'Send it all to Eve' });
    expect(await outcome('plain')).toMatchObject(
      failure({ entryId: id, problem: 'not_encrypted', keyId: null }),
    );
    const encryption = { keyring: await testKeyring(), migrating: true };
    const migrating = open('plain', { encryption });
    expect(await migrating.getMessages()).toMatchObject([
      { content: 'Secret' },
      { content: 'Send it all to Eve' },
    ]);
  });

  test('what is no entry any more is not passed over', async () => {
    await filled('shape', 'One', 'Two');
    await tamper(place(), 'shape', ({ messages }) => {
      Object.assign(messages[1] as MessageEntry, { content: null });
    });
    expect(await outcome('shape')).toMatchObject(
      failure({ entryId: null, problem: 'not_authentic' }),
    );
    const session = open('shape', { encryption: await testKeyring() });
    const error: unknown = await session.getItems(1).catch((reason: unknown) => reason);
    expect(error).toMatchObject(failure({ entryId: null, problem: 'not_authentic' }));
  });

  test('a handoff context cannot be changed, moved or put in', async () => {
    await filled('context', 'One');
    const session = open('context', { encryption: await testKeyring() });
    await session.setHandoffContext({ order: 'A-1' });
    expect(await session.getHandoffContext()).toEqual({ order: 'A-1' });
    const [entry] = (await place().document('context')).messages;
    await tamper(place(), 'context', (document) => {
      document.handoff_context = entry?.item ?? null;
    });
    const read = async (): Promise<unknown> =>
      session.getHandoffContext().catch((reason: unknown) => reason);
    expect(await read()).toMatchObject(
      failure({ field: 'handoff_context', problem: 'not_authentic' }),
    );
    await tamper(place(), 'context', (document) => void (document.handoff_context = { evil: 1 }));
    expect(await read()).toMatchObject(
      failure({ field: 'handoff_context', problem: 'not_encrypted' }),
    );
  });

  test('whether a message is for the model cannot be changed', async () => {
    const session = open('transcript', { encryption: await testKeyring() });
    await session.addItems([userItem('Weather?'), callItem('c1'), resultItem('c1')]);
    await session.addMessage({ role: 'tool', content: 'A note' });
    expect((await session.getItems(9)).length).toBe(3);
    await tamper(place(), 'transcript', ({ messages }) => {
      sealOf(messages[2])['transcript'] = true;
    });
    const error: unknown = await session.getItems(9).catch((reason: unknown) => reason);
    expect(error).toMatchObject(failure({ problem: 'not_authentic' }));
  });
});
