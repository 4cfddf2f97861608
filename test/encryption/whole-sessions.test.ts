/**
 * Encrypted sessions that become others: forks, and documents that are moved.
 */
import { Agent, Runner } from '@openai/agents-core';
import { assistantMessage, ScriptedModel } from '@openai/agents-core/testing';
import { expect, test } from 'vitest';

import { newState, type SessionDocument } from '../../src/document/document.ts';
import { withNewLife } from '../../src/document/new-life.ts';
import { SealedStore } from '../../src/encryption/index.ts';
import { JSONSession, type JSONSessionOptions, tracked } from '../../src/index.ts';
import { randomHex } from '../../src/random-ids.ts';
import type { SessionStore } from '../../src/store.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { callItem, resultItem, textsOf, userItem } from '../../src/testing/conversation.ts';
import { testKeyring } from './keyrings.ts';
import { describeEverywhere, sealOf, tamper } from './places.ts';

const encryption = await testKeyring();

/** Everything of a session, as a store gives it. */
async function wholeOf(
  store: SessionStore,
  key: string,
  sessionId: string,
): Promise<SessionDocument> {
  const snapshot = await store.read({ key, sessionId, entries: { kind: 'all' }, wholeHead: true });
  if (snapshot === null) throw new Error('There is no session');
  return { ...snapshot.head, messages: snapshot.entries };
}

describeEverywhere((place) => {
  const open = (sessionId: string, options: JSONSessionOptions = {}): JSONSession => {
    const { store, prefix: keyPrefix } = place();
    return new JSONSession({ store, keyPrefix, sessionId, userId: 'ada', encryption, ...options });
  };
  const keyOf = (sessionId: string): string => `${place().prefix}${sessionId}`;

  test('a fork is encrypted for itself, and neither reads in the place of the other', async () => {
    const parent = open('parent');
    await parent.addItems([userItem('Weather?'), callItem('c1'), resultItem('c1')]);
    await parent.addMessage({ role: 'tool', content: 'A note' });
    await parent.setHandoffContext({ order: 'Order 12345' });
    const fork = await parent.fork({ sessionId: 'fork' });
    expect(await fork.getItems()).toEqual(await parent.getItems());
    expect(await textsOf(fork)).toEqual(await textsOf(parent));
    expect(await fork.getHandoffContext()).toEqual({ order: 'Order 12345' });

    const [before, after] = [await place().document('parent'), await place().document('fork')];
    expect(JSON.stringify(after)).not.toMatch(/Weather|A note|Order 12345/u);
    for (const [index, entry] of after.messages.entries()) {
      expect(entry.id).toBe(before.messages[index]?.id);
      expect(sealOf(entry)['iv']).not.toBe(sealOf(before.messages[index])['iv']);
    }
    await tamper(place(), 'fork', ({ messages }) => {
      messages[1] = before.messages[1] as (typeof messages)[number];
    });
    // A process that has not read it before.
    await expect(open('fork', { store: place().other }).getItems()).rejects.toMatchObject({
      code: 'decryption_failed',
      problem: 'not_authentic',
      entryId: before.messages[1]?.id,
    });
  });

  test('a fork up to a message goes on, and so does a run that is told of again', async () => {
    const session = open('branching');
    const model = new ScriptedModel([[assistantMessage('One.')], [assistantMessage('Two.')]]);
    const runner = tracked(new Runner({ tracingDisabled: true }));
    const agent = new Agent({ name: 'Miraculix', model });
    await runner.run(agent, 'First', { session });
    const marks = (
      await wholeOf(new SealedStore(place().store, encryption), keyOf('branching'), 'branching')
    ).usage?.marks;
    expect(marks).toMatch(/^[\da-f]{16}:/u);
    const [question] = await session.getMessages();
    const fork = await session.fork({ sessionId: 'branched', upTo: question?.id });
    await runner.run(agent, 'Second', { session: fork });
    expect(await textsOf(fork)).toEqual(['First', 'Second', 'Two.']);
    // What recent runs recorded is known in the fork as it was, under its own key.
    const stored = await place().document('branched');
    const opened = await wholeOf(
      new SealedStore(place().store, encryption),
      keyOf('branched'),
      'branched',
    );
    const [first = ''] = (marks ?? '').split(';');
    expect(opened.usage?.marks).toContain(first);
    expect(stored.usage?.marks).not.toContain(first);
  });

  test('a session without a keyring cannot be forked off an encrypted one', async () => {
    await open('unforked').addMessage({ role: 'user', content: 'Secret' });
    const fork = open('unforked', { encryption: undefined }).fork({ sessionId: 'taken' });
    await expect(fork).rejects.toMatchObject({ code: 'decryption_failed', problem: 'no_keyring' });
    expect(await open('taken').getMessages()).toEqual([]);
  });

  test('a session moves from one store that encrypts to another', async () => {
    const session = open('moved');
    await session.addItems([userItem('Weather?'), callItem('c1'), resultItem('c1')]);
    await session.setHandoffContext([1.5, 'Order 12345']);
    const target = await SqliteStore.open(':memory:');
    const from = new SealedStore(place().store, encryption);
    const to = new SealedStore(target, await testKeyring('k2'));
    const life = { incarnation: randomHex(16), ttl: null };
    const document = withNewLife(await wholeOf(from, keyOf('moved'), 'moved'), life);
    const address = { key: 'session:moved', sessionId: 'moved', expiresIn: null };
    await to.restore({ ...address, document, isNew: false, replaces: null });
    const moved = new JSONSession({ store: to, sessionId: 'moved', userId: 'ada' });
    expect(await moved.getItems()).toEqual(await session.getItems());
    expect(await moved.getHandoffContext()).toEqual([1.5, 'Order 12345']);
    const plain = await wholeOf(target, 'session:moved', 'moved');
    expect(plain.messages.map((entry) => sealOf(entry)['kid'])).toEqual(['k2', 'k2', 'k2']);
    expect(JSON.stringify(plain)).not.toContain('Order 12345');
    await to.close();
  });

  test('what was read past a keyring is not encrypted once more', async () => {
    await open('twice').addMessage({ role: 'user', content: 'Secret' });
    const raw = await wholeOf(place().store, keyOf('twice'), 'twice');
    const life = { incarnation: randomHex(16), ttl: null };
    const restore = new SealedStore(place().store, encryption).restore({
      key: keyOf('twice-2'),
      sessionId: 'twice-2',
      document: withNewLife(raw, life),
      isNew: true,
      expiresIn: null,
      replaces: null,
    });
    await expect(restore).rejects.toMatchObject({
      code: 'decryption_failed',
      entryId: raw.messages[0]?.id,
    });
    expect(await open('twice-2').getMessages()).toEqual([]);
  });

  test('a restore that is sent again is bound to the life of the first one', async () => {
    const [first, second] = [randomHex(16), randomHex(16)];
    const now = Date.now() / 1000;
    const entry = {
      id: 'one',
      role: 'user',
      content: 'Hi',
      timestamp: now,
      agent: null,
      tokens: null,
    } as const;
    const document = {
      session_id: 'restored',
      user_id: 'ada',
      created_at: now,
      updated_at: now,
      metadata: { current_agent: null, agents_used: [], message_count: 1, total_tokens: 0 },
      messages: [entry],
      handoff_context: null,
      state: newState(second, null),
    };
    const store = new SealedStore(place().store, encryption);
    await store.restore({
      key: keyOf('restored'),
      sessionId: 'restored',
      document,
      isNew: false,
      expiresIn: null,
      replaces: null,
      repeats: first,
    });
    expect((await place().document('restored')).state?.incarnation).toBe(first);
    expect(await textsOf(open('restored'))).toEqual(['Hi']);
  });
});
