import assert from 'node:assert/strict';
import { assistantItem, callItem, resultItem, say, textsOf, userItem } from '../conversation.ts';
import type { JSONSession } from '../../session/session.ts';
import type { Topic } from '../topic.ts';

/** A session with something of everything. */
async function busy(session: JSONSession): Promise<void> {
  await session.addMessage({ role: 'user', content: 'Hello', tokens: 7 });
  await session.addItems([assistantItem('Hi'), userItem('Bye')]);
  await session.trackAgent('Triage');
  await session.setAttributes({ title: 'Trip' });
  await session.setHandoffContext({ order: 1 });
}

/**
 * Taking messages out of a session.
 */
export const REMOVAL: Topic = {
  title: 'removal',
  needs: 'nothing',
  cases: {
    'popItem takes the newest items one by one': async (scope) => {
      const session = scope.session();
      const items = [userItem('one'), callItem('c'), resultItem('c'), assistantItem('two')];
      await session.addItems(items);
      for (let left = items.length; left > 0; left -= 1) {
        assert.deepEqual(await session.getItems(), items.slice(0, left));
        assert.equal((await session.getMetadata()).messageCount, left);
        assert.deepEqual(await session.popItem(), items[left - 1]);
      }
      assert.equal(await session.popItem(), undefined);
      assert.deepEqual(await session.getItems(), []);
    },

    'popItem takes what another process added': async (scope) => {
      const session = scope.session();
      await say(session, 'mine');
      await say(scope.elsewhere(session.sessionId), 'theirs');
      assert.deepEqual(await session.popItem(), userItem('theirs'));
      assert.deepEqual(await textsOf(session), ['mine']);
    },

    'transcript behind the newest item goes with it': async (scope) => {
      const session = scope.session();
      await say(session, 'one');
      await session.addMessage({ role: 'tool', content: 'kept' });
      await say(session, 'two');
      await session.addMessage({ role: 'tool', content: 'gone' });
      await session.addMessage({ role: 'tool', content: 'gone, too' });
      assert.deepEqual(await session.popItem(), userItem('two'));
      assert.deepEqual(await textsOf(session), ['one', 'kept']);
      assert.equal((await session.getMetadata()).messageCount, 2);
    },

    'popItem leaves a transcript without items alone': async (scope) => {
      const session = scope.session();
      await session.addMessage({ role: 'tool', content: 'kept' });
      const before = await session.getMetadata();
      assert.equal(await session.popItem(), undefined);
      assert.deepEqual(await textsOf(session), ['kept']);
      assert.deepEqual(await session.getMetadata(), before);
    },

    'clear removes messages and tokens and nothing else': async (scope) => {
      const session = await scope.created({ userId: 'user-1', ttl: 3600 });
      await busy(session);
      const before = await session.getMetadata();
      await session.clear();
      const after = await session.getMetadata();
      assert.deepEqual(after, {
        ...before,
        updatedAt: after.updatedAt,
        messageCount: 0,
        totalTokens: 0,
      });
      assert.ok(after.updatedAt >= before.updatedAt);
      assert.deepEqual(await session.getMessages(), []);
      assert.deepEqual(await session.getHandoffContext(), { order: 1 });
    },

    'clearSession removes messages and nothing else': async (scope) => {
      const session = await scope.created({ userId: 'user-1', ttl: 3600 });
      await busy(session);
      const before = await session.getMetadata();
      await session.clearSession();
      const after = await session.getMetadata();
      assert.deepEqual(after, { ...before, updatedAt: after.updatedAt, messageCount: 0 });
      assert.equal(after.totalTokens, 7);
      assert.deepEqual(await session.getItems(), []);
      assert.deepEqual(await session.getHandoffContext(), { order: 1 });
    },

    'an empty session can be cleared': async (scope) => {
      const session = await scope.created();
      await session.clear();
      await session.clearSession();
      await session.clear();
      assert.equal((await session.getMetadata()).messageCount, 0);
    },

    'a session can be used again after it was cleared': async (scope) => {
      const session = scope.session();
      await session.addItems([userItem('one'), assistantItem('two')]);
      await session.clearSession();
      await session.addItems([resultItem('call_1')]);
      await session.clear();
      await session.addItems([userItem('three')]);
      assert.deepEqual(await session.getItems(), [userItem('three')]);
      assert.equal((await session.getMetadata()).messageCount, 1);
    },

    'another process sees a clear and goes on': async (scope) => {
      const session = scope.session();
      await say(session, 'old');
      const other = scope.elsewhere(session.sessionId);
      assert.deepEqual(await textsOf(other), ['old']);
      await session.clear();
      await say(other, 'new');
      assert.deepEqual(await textsOf(session), ['new']);
      assert.deepEqual(await textsOf(other), ['new']);
    },

    'long conversations can be cleared and shortened': async (scope) => {
      const session = scope.session({ store: scope.store.unchecked });
      await session.addItems(Array.from({ length: 3000 }, (_, index) => userItem(String(index))));
      assert.deepEqual(await session.popItem(), userItem('2999'));
      assert.deepEqual(await session.getItems(2), [userItem('2997'), userItem('2998')]);
      await session.clearSession();
      assert.deepEqual(await session.getItems(), []);
      await session.addItems([userItem('new')]);
      assert.deepEqual(await session.getItems(), [userItem('new')]);
    },
  },
};
