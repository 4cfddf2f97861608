/**
 * Queries of encrypted sessions: with keys they see what was said, without they are refused.
 */
import { expect, test } from 'vitest';

import { DecryptionError, JSONSession, type JSONSessionOptions } from '../../src/index.ts';
import { userItem } from '../../src/testing/conversation.ts';
import { testKeyring } from './keyrings.ts';
import { describeEverywhere } from './places.ts';

const encryption = await testKeyring();

/** What looks at messages, or at the handoff context. */
const LOOKING = [
  '$',
  '$.*',
  '$..content',
  '$[?@.role]',
  '$.messages',
  '$.messages[*].content',
  '$.messages[-1].content',
  '$.messages[-2:].role',
  '$.messages[1:9:2].item',
  "$.messages[?@.role == 'user'].id",
  "$.messages[0]..['$sealed']",
  "$['user_id', 'messages']",
  '$.handoff_context.topic',
];

/** What reads no more than `getMetadata`. */
const OF_THE_HEAD = ['$.user_id', '$.metadata.message_count', '$.messages[9].content'];

async function failureOf(call: Promise<unknown>): Promise<DecryptionError> {
  const error: unknown = await call.then(
    () => null,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(DecryptionError);
  return error as DecryptionError;
}

describeEverywhere((place) => {
  const open = (sessionId: string, options: JSONSessionOptions = {}): JSONSession => {
    const { store, prefix: keyPrefix } = place();
    return new JSONSession({ store, keyPrefix, sessionId, userId: 'ada', encryption, ...options });
  };

  test('a handle without keys is refused as it is by getMessages', async () => {
    const session = open('chat');
    await session.addItems([userItem('Hello'), userItem('Weather?')]);
    await session.setHandoffContext({ topic: 'weather' });
    const blind = open('chat', { encryption: undefined });
    const byMessages = await failureOf(blind.getMessages());
    for (const path of LOOKING) {
      const error = await failureOf(blind.query(path));
      const { problem, keyId } = byMessages;
      expect([path, error]).toMatchObject([path, { problem, keyId, sessionId: 'chat' }]);
      if (path === '$.messages') expect(error.message).toBe(byMessages.message);
    }
    expect(await failureOf(blind.query('$.handoff_context'))).toMatchObject({
      field: 'handoff_context',
    });
    const [, newest] = await session.getMessages();
    expect(await failureOf(blind.query('$.messages[-1:].role'))).toMatchObject({
      entryId: newest?.id,
    });
    expect(await Promise.all(OF_THE_HEAD.map((path) => blind.query(path)))).toEqual([
      ['ada'],
      [2],
      [],
    ]);
  });

  test('one with keys sees what was said', async () => {
    const session = open('seen');
    await session.addItems([userItem('Hello'), userItem('Weather?')]);
    await session.setHandoffContext({ topic: 'weather' });
    expect(await session.query('$.messages[-1].content')).toEqual(['Weather?']);
    expect(await session.query('$.handoff_context.topic')).toEqual(['weather']);
  });

  test('of a session that is encrypted in part, what is not is found', async () => {
    const plain = open('mixed', { encryption: undefined });
    await plain.addItems(Array.from({ length: 1100 }, (_, index) => userItem(`Hello ${index}`)));
    await open('mixed', { encryption: { keyring: encryption, migrating: true } }).addItems([
      userItem('Secret'),
    ]);
    expect(await plain.query('$.messages[-2].content')).toEqual(['Hello 1099']);
    expect(await plain.query('$.messages[:2].content')).toEqual(['Hello 0', 'Hello 1']);
    for (const path of [
      '$.messages[-2:].role',
      '$.messages[*].role',
      "$.messages[?@.role == 'x']",
    ]) {
      expect(await failureOf(plain.query(path))).toMatchObject({ problem: 'no_keyring' });
    }
  });
});
