/**
 * Changing keys, and encrypting what was stored before, while others go on.
 */
import { expect, test } from 'vitest';

import {
  createKeyring,
  rewrap,
  type RewrapReport,
  SealedStore,
} from '../../src/encryption/index.ts';
import { JSONSession, type JSONSessionOptions } from '../../src/index.ts';
import { callItem, resultItem, textsOf, userItem } from '../../src/testing/conversation.ts';
import { PYTHON_DOCUMENTS } from '../../src/testing/python-documents.ts';
import { keyOf, testKeyring } from './keyrings.ts';
import { describeEverywhere, sealOf, tamper } from './places.ts';

/** Keyrings that know one key alone. */
const onlyK2 = await createKeyring({ current: 'k2', keys: { k2: keyOf(2) } });
const k1 = await testKeyring('k1');
const k2 = await testKeyring('k2');

describeEverywhere((place) => {
  const open = (sessionId: string, options: JSONSessionOptions = {}): JSONSession => {
    const { store, prefix: keyPrefix } = place();
    return new JSONSession({ store, keyPrefix, sessionId, userId: 'ada', ...options });
  };
  const keysOf = async (sessionId: string): Promise<unknown[]> =>
    (await place().document(sessionId)).messages.map((entry) => sealOf(entry)['kid']);
  const numbered = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => `Message ${index}`);

  test('after a rewrap the old key is needed no more', async () => {
    const before = open('rotated', { encryption: k1 });
    await before.addItems([userItem('Weather?'), callItem('c1'), resultItem('c1')]);
    await before.addMessage({ role: 'tool', content: 'A note' });
    await before.setHandoffContext({ order: 'A-1' });
    const seen = [await before.getMessages(), await before.getItems()];

    const session = open('rotated', { encryption: k2 });
    await session.addMessage({ role: 'user', content: 'Thanks' });
    expect(await keysOf('rotated')).toEqual(['k1', 'k1', 'k1', 'k1', 'k2']);
    expect(await rewrap(session)).toEqual({ rewrapped: 4, messages: 5 });
    expect(await keysOf('rotated')).toEqual(['k2', 'k2', 'k2', 'k2', 'k2']);
    expect(await rewrap(session)).toEqual({ rewrapped: 0, messages: 5 });

    const after = open('rotated', { encryption: onlyK2 });
    expect(await after.getHandoffContext()).toEqual({ order: 'A-1' });
    const messages = await after.getMessages();
    expect([messages.slice(0, 4), (await after.getItems()).slice(0, 3)]).toEqual(seen);
    expect(messages.at(-1)?.content).toBe('Thanks');
  });

  test('a process that has read the history before reads on with the new key alone', async () => {
    const writer = open('cached', { encryption: k1 });
    await writer.addItems(numbered(30).map(userItem));
    const options = { store: place().other, encryption: onlyK2 };
    const reader = open('cached', { ...options, encryption: k2 });
    expect((await reader.getItems()).length).toBe(30);
    await rewrap(open('cached', { encryption: k2 }));
    expect((await open('cached', options).getItems()).length).toBe(30);
  });

  test('it goes in steps, and one that has ended early is gone on with', async () => {
    await open('long', { encryption: k1 }).addItems(numbered(1200).map(userItem));
    const session = open('long', { encryption: k2 });
    const steps: RewrapReport[] = [];
    const controller = new AbortController();
    const stopped = rewrap(session, {
      signal: controller.signal,
      onProgress: (report) => {
        steps.push(report);
        if (report.rewrapped > 0) controller.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: 'aborted' });
    expect(steps).toEqual([
      { rewrapped: 0, messages: 1200 },
      { rewrapped: 500, messages: 1200 },
    ]);
    expect((await keysOf('long')).filter((key) => key === 'k2').length).toBe(500);
    expect(await textsOf(session)).toEqual(numbered(1200));
    expect(await rewrap(session)).toEqual({ rewrapped: 700, messages: 1200 });
    expect(await textsOf(open('long', { encryption: onlyK2 }))).toEqual(numbered(1200));
  });

  test('a dry run counts, finds what cannot be read, and changes nothing', async () => {
    await open('looked', { encryption: k1 }).addItems(numbered(3).map(userItem));
    const session = open('looked', { encryption: k2 });
    await session.addMessage({ role: 'user', content: 'New' });
    const before = await place().document('looked');
    expect(await rewrap(session, { dryRun: true })).toEqual({ rewrapped: 3, messages: 4 });
    expect(await place().document('looked')).toEqual(before);
    const unknown = rewrap(open('looked', { encryption: onlyK2 }), { dryRun: true });
    await expect(unknown).rejects.toMatchObject({ problem: 'unknown_key', keyId: 'k1' });
    await expect(
      rewrap(open('nobody', { encryption: k2 }), { dryRun: true }),
    ).rejects.toMatchObject({
      code: 'session_not_found',
    });
    await place().plant('python', PYTHON_DOCUMENTS['py-chat']);
    const encryption = { keyring: k1, migrating: true };
    const python = open('python', {
      encryption,
      userId: PYTHON_DOCUMENTS['py-chat'].user_id ?? '',
    });
    const count = PYTHON_DOCUMENTS['py-chat'].messages.length;
    expect(await rewrap(python, { dryRun: true })).toEqual({ rewrapped: count, messages: count });
    expect((await place().document('python')).state).toBeUndefined();
  });

  test('a session over a store that encrypts can be encrypted anew, too', async () => {
    await open('over', { encryption: k1 }).addItems(numbered(3).map(userItem));
    const session = open('over', { store: new SealedStore(place().store, k2) });
    expect(await rewrap(session)).toEqual({ rewrapped: 3, messages: 3 });
    expect(await keysOf('over')).toEqual(['k2', 'k2', 'k2']);
  });

  test('others add, remove and change messages meanwhile', async () => {
    const elsewhere = { store: place().other };
    await open('busy', { encryption: k1 }).addItems(numbered(1100).map(userItem));
    const [one, other] = [
      open('busy', { ...elsewhere, encryption: k1 }),
      open('busy', { ...elsewhere, encryption: k2 }),
    ];
    const expected = numbered(1100);
    const work = async (): Promise<void> => {
      for (let round = 0; round < 5; round += 1) {
        await one.addMessage({ role: 'user', content: `More ${round}` });
        expected.push(`More ${round}`);
        await other.popTurn();
        // All of them are of the user: one turn.
        expected.length = 0;
        await other.addItems(numbered(600 + round).map(userItem));
        expected.push(...numbered(600 + round));
      }
      await one.addMessage({ role: 'user', content: 'Last' });
      expected.push('Last');
    };
    const session = open('busy', { encryption: k2 });
    await Promise.all([work(), rewrap(session)]);
    await rewrap(session);
    expect(await textsOf(open('busy', { encryption: onlyK2 }))).toEqual(expected);
  });

  test('two at once do no harm', async () => {
    await open('twice', { encryption: k1 }).addItems(numbered(900).map(userItem));
    const all = [place().store, place().other].map((store) =>
      open('twice', { store, encryption: k2 }),
    );
    await Promise.all(all.map((session) => rewrap(session)));
    expect(await textsOf(open('twice', { encryption: onlyK2 }))).toEqual(numbered(900));
  });

  test('what was stored unencrypted is encrypted', async () => {
    const plain = open('migrated');
    await plain.addItems([userItem('Hello'), callItem('c1'), resultItem('c1')]);
    await plain.addMessage({ role: 'user', content: 'Once', operationId: 'message-1' });
    await plain.setHandoffContext([1.5, { big: 12345678901234 }]);
    const seen = [await plain.getMessages(), await plain.getItems()];

    const migrating = open('migrated', { encryption: { keyring: k1, migrating: true } });
    expect([await migrating.getMessages(), await migrating.getItems()]).toEqual(seen);
    // An operation from before is still known.
    await migrating.addMessage({ role: 'user', content: 'Once', operationId: 'message-1' });
    expect(await rewrap(migrating)).toEqual({ rewrapped: 4, messages: 4 });

    const session = open('migrated', { encryption: k1 });
    expect([await session.getMessages(), await session.getItems()]).toEqual(seen);
    expect(await session.getHandoffContext()).toEqual([1.5, { big: 12345678901234 }]);
    expect(JSON.stringify(await place().document('migrated'))).not.toMatch(
      /Hello|weather|12345678/u,
    );
  });

  test('a document of the Python class is encrypted too', async () => {
    const document = { ...PYTHON_DOCUMENTS['py-chat'], handoff_context: { to: 'Planner' } };
    const { messages } = document;
    const userId = document.user_id ?? '';
    await place().plant('py', document);
    const encryption = { keyring: k1, migrating: true };
    const session = open('py', { userId, encryption });
    await session.addMessage({ role: 'user', content: 'From here on sealed' });
    expect(await rewrap(session)).toEqual({
      rewrapped: messages.length,
      messages: messages.length + 1,
    });
    const strict = open('py', { userId, encryption: k1 });
    expect(await textsOf(strict)).toEqual([
      ...messages.map(({ content }) => content),
      'From here on sealed',
    ]);
    expect(await strict.getHandoffContext()).toEqual({ to: 'Planner' });
  });

  test('it stops at what it cannot read, and says where', async () => {
    await open('broken', { encryption: k1 }).addItems(numbered(3).map(userItem));
    await tamper(place(), 'broken', ({ messages }) => {
      sealOf(messages[1])['data'] = sealOf(messages[0])['data'];
    });
    const id = (await place().document('broken')).messages[1]?.id;
    const session = open('broken', { encryption: k2 });
    await expect(rewrap(session)).rejects.toMatchObject({
      code: 'decryption_failed',
      entryId: id,
      problem: 'not_authentic',
    });
    expect(await keysOf('broken')).toEqual(['k1', 'k1', 'k1']);
  });

  test('it needs a session and a keyring, and that nobody has the session to themselves', async () => {
    await expect(rewrap(open('none'))).rejects.toMatchObject({ field: 'encryption' });
    const session = open('none', { encryption: k1 });
    await expect(rewrap(session)).rejects.toMatchObject({ code: 'session_not_found' });
    await session.addMessage({ role: 'user', content: 'Hi' });
    const other = open('none', { store: place().other, encryption: k2 });
    await session.exclusive(async () => {
      await expect(rewrap(other)).rejects.toMatchObject({ code: 'session_locked' });
    });
    await other.exclusive(async () => {
      expect(await rewrap(other)).toEqual({ rewrapped: 1, messages: 1 });
    });
  });

  test('an operation is known under the key that was the current one then', async () => {
    const said = { role: 'user', content: 'Once', operationId: 'message-1' } as const;
    const first = await open('operations', { encryption: k1 }).addMessage(said);
    const session = open('operations', { encryption: k2 });
    expect((await session.addMessage(said)).id).toBe(first.id);
    const another = session.addMessage({ ...said, content: 'Another' });
    await expect(another).rejects.toMatchObject({ code: 'operation_conflict' });
    expect(await textsOf(session)).toEqual(['Once']);
  });
});
