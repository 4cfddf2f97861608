import assert from 'node:assert/strict';
import { assistantItem, callItem, resultItem, say, textsOf, userItem } from '../conversation.ts';
import { expectFailure } from '../expect-failure.ts';
import type { JSONSession } from '../../session/session.ts';
import type { Message } from '../../session/message.ts';
import type { Topic } from '../topic.ts';

const SYSTEM = { role: 'system', content: 'Be brief.' } as const;

function contentsOf(messages: readonly Message[]): string[] {
  return messages.map(({ content }) => content);
}

/** A greeting and three turns. */
async function threeTurns(session: JSONSession): Promise<void> {
  await session.addItems([assistantItem('Welcome')]);
  await session.addItems([userItem('one'), callItem('a'), resultItem('a'), assistantItem('1')]);
  await session.addItems([SYSTEM, userItem('two'), userItem('and'), assistantItem('2')]);
  await session.addItems([userItem('three'), callItem('b')]);
  await session.addItems([resultItem('b'), assistantItem('3')]);
  await session.addMessage({ role: 'tool', content: 'note' });
}

/**
 * Turns of a conversation.
 */
export const TURNS: Topic = {
  title: 'turns',
  needs: 'nothing',
  cases: {
    'getTurns groups what was said with what came of it': async (scope) => {
      const session = scope.session();
      assert.deepEqual(await session.getTurns(), []);
      await threeTurns(session);
      const turns = (await session.getTurns()).map(({ messages }) => contentsOf(messages));
      const texts = await textsOf(session);
      assert.deepEqual(turns, [
        texts.slice(0, 1),
        texts.slice(1, 5),
        texts.slice(5, 9),
        texts.slice(9),
      ]);
      assert.equal(turns.at(-1)?.at(-1), 'note');
    },

    'popTurn removes the newest turn with its calls and results': async (scope) => {
      const session = scope.session();
      await threeTurns(session);
      for (let left = (await session.getTurns()).length; left > 0; left -= 1) {
        const turns = await session.getTurns();
        assert.equal(turns.length, left);
        assert.deepEqual(await session.popTurn(), turns.at(-1)?.messages);
      }
      assert.deepEqual(await session.popTurn(), []);
      assert.equal((await session.getMetadata()).messageCount, 0);
    },

    'popTurn of a session that was never created gives nothing': async (scope) => {
      assert.deepEqual(await scope.session().popTurn(), []);
    },

    'undoTo removes a message and all behind it': async (scope) => {
      const session = scope.session();
      await threeTurns(session);
      const messages = await session.getMessages();
      const second = messages.find(({ content }) => content === 'two');
      const removed = await scope.elsewhere(session.sessionId).undoTo(second?.id ?? '');
      assert.deepEqual(removed, messages.slice(6));
      assert.deepEqual(await session.getMessages(), messages.slice(0, 6));
      await session.undoTo(messages[0]?.id ?? '');
      assert.deepEqual(await session.getMessages(), []);
    },

    'undoTo a message that is not there changes nothing': async (scope) => {
      const session = scope.session();
      await expectFailure('invalid_input', () => session.undoTo('0123456789abcdef'));
      await say(session, 'one');
      const error = await expectFailure('invalid_input', () => session.undoTo('0123456789abcdef'));
      assert.equal(error.field, 'messageId');
      assert.deepEqual(await textsOf(session), ['one']);
    },

    'processes that pop turns at once pop each one once': async (scope) => {
      const session = scope.session();
      for (let turn = 1; turn <= 6; turn += 1) {
        await session.addItems([userItem(`${turn}`), assistantItem(`answer ${turn}`)]);
      }
      const popped = await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          (index % 2 === 0 ? session : scope.elsewhere(session.sessionId)).popTurn(),
        ),
      );
      const questions = new Set(popped.map(([first]) => first?.content));
      assert.deepEqual(questions, new Set(['1', '2', '3', '4', '5', '6']));
      assert.deepEqual(await textsOf(session), []);
    },
  },
};
