/**
 * Writes through handles that have not seen their session: what they encrypt must be bound to the life
 * that it gets into, whoever made it, and however it comes and goes meanwhile.
 */
import { expect, test } from 'vitest';

import { rewrap } from '../../src/encryption/index.ts';
import { JSONSession, type JSONSessionOptions } from '../../src/index.ts';
import type { AppendParams, ReadParams, SessionStore } from '../../src/store.ts';
import { textsOf, userItem } from '../../src/testing/conversation.ts';
import { PYTHON_DOCUMENTS } from '../../src/testing/python-documents.ts';
import { testKeyring } from './keyrings.ts';
import { describeEverywhere } from './places.ts';

const encryption = await testKeyring();

/** A store that does something before one of its calls is sent. */
function before(
  store: SessionStore,
  name: 'append' | 'read',
  act: (params: AppendParams | ReadParams) => Promise<void>,
): SessionStore {
  return new Proxy(store, {
    get(target, member): unknown {
      const found: unknown = Reflect.get(target, member);
      if (typeof found !== 'function') return found;
      return async (params: AppendParams | ReadParams): Promise<unknown> => {
        if (member === name) await act(params);
        return Reflect.apply(found, target, [params]);
      };
    },
  });
}

/** Does something the first time that it is called. */
function once(act: () => Promise<unknown>): () => Promise<void> {
  let isDone = false;
  return async () => {
    if (isDone) return;
    isDone = true;
    await act();
  };
}

describeEverywhere((place) => {
  const open = (sessionId: string, options: JSONSessionOptions = {}): JSONSession => {
    const { store, prefix: keyPrefix } = place();
    return new JSONSession({ store, keyPrefix, sessionId, encryption, ...options });
  };

  test('many at once make one session, and all that they wrote can be read', async () => {
    const texts = Array.from({ length: 12 }, (_, index) => `Message ${index}`);
    await Promise.all(
      texts.map((content, index) => {
        const store = index % 2 === 0 ? place().store : place().other;
        return open('many', { store }).addMessage({ role: 'user', content });
      }),
    );
    expect((await textsOf(open('many'))).toSorted()).toEqual(texts.toSorted());
  });

  test('a session that somebody makes in between is written to', async () => {
    const other = once(() => open('between').addMessage({ role: 'user', content: 'First' }));
    const session = open('between', { store: before(place().store, 'append', other) });
    await session.addMessage({ role: 'user', content: 'Second' });
    expect(await textsOf(open('between'))).toEqual(['First', 'Second']);
  });

  test('a session that is replaced in between is written to in its new life', async () => {
    await open('replaced').addMessage({ role: 'user', content: 'Of the old life' });
    const replace = once(async () => {
      await open('replaced').delete();
      await open('replaced').addMessage({ role: 'user', content: 'First' });
    });
    const session = open('replaced', { store: before(place().store, 'append', replace) });
    await session.addMessage({ role: 'user', content: 'Second' });
    expect(await textsOf(open('replaced'))).toEqual(['First', 'Second']);
  });

  test('a session that is deleted in between is made anew', async () => {
    await open('deleted').addMessage({ role: 'user', content: 'Of the old life' });
    const remove = once(() => open('deleted').delete());
    const session = open('deleted', { store: before(place().store, 'append', remove) });
    await session.addMessage({ role: 'user', content: 'First' });
    expect(await textsOf(open('deleted'))).toEqual(['First']);
  });

  test('who has seen a life does not write to another', async () => {
    const session = open('seen');
    await session.addMessage({ role: 'user', content: 'Hi' });
    await open('seen').delete();
    await open('seen').addMessage({ role: 'user', content: 'Another' });
    const write = session.addMessage({ role: 'user', content: 'Again' });
    await expect(write).rejects.toMatchObject({ code: 'session_expired' });
    expect(await textsOf(open('seen'))).toEqual(['Another']);
    const restarting = open('seen', { onExpired: 'restart' });
    expect(await textsOf(restarting)).toEqual(['Another']);
    await open('seen').delete();
    await restarting.addMessage({ role: 'user', content: 'Anew' });
    expect(await textsOf(open('seen'))).toEqual(['Anew']);
  });

  test('a session of another owner is neither opened nor written to', async () => {
    await open('owned', { userId: 'ada' }).addMessage({ role: 'user', content: 'Mine' });
    const bob = open('owned', { userId: 'bob' });
    for (const call of [
      bob.addMessage({ role: 'user', content: 'Hi' }),
      bob.getMessages(),
      bob.setHandoffContext({}),
      rewrap(bob),
    ]) {
      await expect(call).rejects.toMatchObject({ code: 'session_not_found' });
    }
    // Who names no owner writes for the one that there is.
    await open('owned').addMessage({ role: 'user', content: 'Ours' });
    expect(await textsOf(open('owned', { userId: 'ada' }))).toEqual(['Mine', 'Ours']);
  });

  test('a session of the Python class gets its incarnation before anything is encrypted', async () => {
    await place().plant('adopted', PYTHON_DOCUMENTS['py-empty']);
    const all = [place().store, place().other].map((store) => open('adopted', { store }));
    await Promise.all(all.map((session, index) => session.addItems([userItem(`${index}`)])));
    const session = open('adopted');
    expect((await textsOf(session)).toSorted()).toEqual(['0', '1']);
    const seen = await place().document('adopted');
    expect(seen.state?.incarnation).toMatch(/^[\da-f]{32}$/u);
  });

  test('what is no text needs no key, and no read before it', async () => {
    const reads: unknown[] = [];
    const watched = before(place().store, 'read', async (params) => void reads.push(params));
    const ask = async (): Promise<never> => {
      throw new Error('asked');
    };
    const silent = { current: ask, find: ask };
    const session = open('readable', { store: watched, encryption: silent });
    await session.trackAgent('Triage');
    await session.setAttributes({ title: 'Trip' });
    await session.touch();
    expect(reads).toEqual([]);
    expect(await session.getMetadata()).toMatchObject({ currentAgent: 'Triage', messageCount: 0 });
    expect(await session.delete()).toBe(true);
  });
});
