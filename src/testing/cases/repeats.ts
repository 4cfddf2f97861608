import assert from 'node:assert/strict';
import { assistantItem, say, userItem } from '../conversation.ts';
import { expectFailure } from '../expect-failure.ts';
import type { Topic } from '../topic.ts';

const HELLO = { role: 'user', content: 'Hello', operationId: 'request-1' } as const;

/**
 * Writes that a caller sends once more under an id of its own.
 */
export const REPEATS: Topic = {
  title: 'repeats',
  needs: 'nothing',
  cases: {
    'items are stored once under one operation id, by whichever process': async (scope) => {
      const session = scope.session();
      const items = [userItem('one'), assistantItem('two')];
      const options = { operationId: 'turn-1' };
      await session.addItems(items, undefined, options);
      await session.addItems(items, undefined, options);
      await say(session, 'three');
      const elsewhere = scope.elsewhere(session.sessionId);
      await elsewhere.addItems(items, undefined, options);
      assert.deepEqual(await session.getItems(), [...items, userItem('three')]);
      const { messageCount } = await session.getMetadata();
      assert.equal(messageCount, 3);
    },

    'the order of keys does not make other items': async (scope) => {
      const session = scope.session();
      const options = { operationId: 'turn-1' };
      await session.addItems([{ role: 'user', content: 'one' }], undefined, options);
      await session.addItems([{ content: 'one', role: 'user' }], undefined, options);
      assert.equal((await session.getItems()).length, 1);
    },

    'other items under the id are refused, and change nothing': async (scope) => {
      const session = scope.session();
      const options = { operationId: 'turn-1' };
      await session.addItems([userItem('one')], undefined, options);
      const { updatedAt } = await session.getMetadata();
      await expectFailure('operation_conflict', () =>
        session.addItems([userItem('two')], undefined, options),
      );
      await expectFailure('operation_conflict', () =>
        session.addMessage({ role: 'user', content: 'one', operationId: 'turn-1' }),
      );
      assert.deepEqual(await session.getItems(), [userItem('one')]);
      assert.deepEqual((await session.getMetadata()).updatedAt, updatedAt);
    },

    'a message that is sent again is given as it was stored': async (scope) => {
      const session = scope.session();
      const first = await session.addMessage({ ...HELLO, tokens: 5 });
      await say(session, 'Hello');
      const elsewhere = scope.elsewhere(session.sessionId);
      const again = await elsewhere.addMessage({ ...HELLO, tokens: 5 });
      assert.deepEqual(again, first);
      assert.equal((await session.getMessages()).length, 2);
      assert.equal((await session.getMetadata()).totalTokens, 5);
      await expectFailure('operation_conflict', () =>
        elsewhere.addMessage({ ...HELLO, tokens: 6 }),
      );
    },

    'a message that was removed since is not stored again': async (scope) => {
      const session = scope.session();
      const { id: _id, ...first } = await session.addMessage(HELLO);
      await session.popItem();
      const { id: _newId, ...again } = await session.addMessage(HELLO);
      assert.deepEqual(again, { ...first, inHistory: false });
      assert.deepEqual(await session.getMessages(), []);
    },

    'one id can stand for a transaction, a job and items': async (scope) => {
      const session = scope.session();
      const operationId = 'same';
      const transaction = { type: 'append_items' as const, items: [userItem('one')] };
      await session.applyHistoryTransaction({ operationId, transaction });
      await session.addItems([userItem('two')], undefined, { operationId });
      await session.once(operationId, () => session.addItems([assistantItem('three')]));
      assert.equal((await session.getItems()).length, 3);
    },

    'a clear forgets the ids': async (scope) => {
      const session = scope.session();
      await session.addMessage(HELLO);
      await session.clear();
      await session.addMessage(HELLO);
      assert.equal((await session.getMessages()).length, 1);
    },

    'an id that an unknown outcome could have had is one of the caller’s': async (scope) => {
      const session = scope.session();
      const second = Math.floor(Date.now() / 1000);
      const operationId = `0123456789abcdef-1-${second}`;
      await session.addMessage({ ...HELLO, operationId });
      await session.addMessage({ ...HELLO, operationId });
      assert.equal((await session.getMessages()).length, 1);
    },

    'an id is a text that is not empty': async (scope) => {
      const session = scope.session();
      for (const operationId of ['', 7, null, {}] as unknown as string[]) {
        const fields = { field: 'operationId' };
        await expectFailure(
          'invalid_input',
          () => session.addMessage({ ...HELLO, operationId }),
          fields,
        );
        await expectFailure(
          'invalid_input',
          () => session.addItems([userItem('one')], undefined, { operationId }),
          fields,
        );
      }
      await expectFailure('session_not_found', () => session.getMetadata());
    },
  },
};
