import assert from 'node:assert/strict';
import type { AgentInputItem } from '@openai/agents-core';
import type { JSONSession } from '../../session/session.ts';
import type { CaseScope } from '../case-scope.ts';
import { assistantItem, callItem, resultItem, say, textsOf, userItem } from '../conversation.ts';
import { expectFailure } from '../expect-failure.ts';
import { PYTHON_DOCUMENTS } from '../python-documents.ts';
import type { Topic } from '../topic.ts';

const SUMMARY: AgentInputItem = { type: 'compaction', encrypted_content: 'all of it' };

/** A session with turns of two messages. */
async function withTurns(scope: CaseScope, ...questions: string[]): Promise<JSONSession> {
  const session = scope.session();
  for (const question of questions) {
    await session.addItems([userItem(question), assistantItem(`${question}!`)]);
  }
  return session;
}

/** Says of the messages that they were stored long ago, as if time had gone by. */
async function agedBy(scope: CaseScope, { sessionId }: JSONSession, ages: number[]): Promise<void> {
  const document = await scope.document(sessionId);
  const messages = document.messages.map((entry, index) => ({
    ...entry,
    timestamp: Date.now() / 1000 - (ages[index] ?? 0),
  }));
  await scope.plant(sessionId, { ...document, messages });
}

/**
 * Removing the oldest turns.
 */
export const TRIMMING: Topic = {
  title: 'trimming',
  needs: 'nothing',
  cases: {
    'the oldest turns go until no more messages are left than wanted': async (scope) => {
      const session = await withTurns(scope, '1', '2', '3');
      assert.deepEqual(await session.trim({ maxMessages: 6 }), { removed: 0, left: 6 });
      assert.deepEqual(await session.trim({ maxMessages: 4 }), { removed: 2, left: 4 });
      // A turn goes whole or not at all.
      assert.deepEqual(await session.trim({ maxMessages: 3 }), { removed: 2, left: 2 });
      const other = scope.elsewhere(session.sessionId);
      assert.deepEqual(await textsOf(other), ['3', '3!']);
      assert.equal((await other.getMetadata()).messageCount, 2);
      await say(session, '4');
      assert.deepEqual(await other.getItems(), [userItem('3'), assistantItem('3!'), userItem('4')]);
    },

    'no more messages are left than wanted, also where a turn stands in between': async (scope) => {
      const session = await withTurns(scope, '1', '2', '3');
      assert.deepEqual(await session.trim({ maxMessages: 3 }), { removed: 4, left: 2 });
      assert.deepEqual(await textsOf(session), ['3', '3!']);
    },

    'the newest turn stays, however long it is': async (scope) => {
      const session = await withTurns(scope, '1', '2');
      assert.deepEqual(await session.trim({ maxMessages: 1 }), { removed: 2, left: 2 });
      assert.deepEqual(await session.trim({ maxMessages: 1 }), { removed: 0, left: 2 });
      assert.deepEqual(await textsOf(session), ['2', '2!']);
    },

    'calls keep their results': async (scope) => {
      const session = scope.session();
      await session.addItems([userItem('1'), callItem('a'), resultItem('a'), assistantItem('1!')]);
      await session.addItems([userItem('2'), callItem('b'), userItem('3'), resultItem('b')]);
      const { removed } = await session.trim({ maxMessages: 2 });
      assert.equal(removed, 4);
      const left = [userItem('2'), callItem('b'), userItem('3'), resultItem('b')];
      assert.deepEqual(await session.getItems(), left);
    },

    'a call that waits for its result stays, and what came after it': async (scope) => {
      const session = await withTurns(scope, '1');
      await session.addItems([userItem('2'), callItem('a')]);
      await session.addItems([userItem('3'), assistantItem('3!')]);
      assert.equal((await session.trim({ maxMessages: 1 })).removed, 2);
      await session.addItems([resultItem('a')]);
      assert.deepEqual((await session.getItems())[1], callItem('a'));
    },

    'what was compacted goes, and the model sees what it saw': async (scope) => {
      const session = await withTurns(scope, '1', '2', '3');
      await session.replaceHistoryWithCompaction([SUMMARY]);
      await say(session, '4');
      await say(session, '5');
      const view = [SUMMARY, userItem('4'), userItem('5')];
      assert.deepEqual(await session.trim({ maxMessages: 7 }), { removed: 2, left: 7 });
      const other = scope.elsewhere(session.sessionId);
      assert.deepEqual(await other.getItems(), view);
      assert.deepEqual(await textsOf(other), ['2', '2!', '3', '3!', '4', '5']);
      assert.deepEqual(await session.trim({ maxMessages: 1 }), { removed: 4, left: 3 });
      assert.deepEqual(await other.getItems(), view);
      assert.deepEqual(await session.trim({ maxMessages: 1 }), { removed: 0, left: 3 });
      await say(session, '6');
      assert.deepEqual(await other.getItems(), [...view, userItem('6')]);
    },

    'what else there is stays': async (scope) => {
      const session = await withTurns(scope, '1', '2');
      const told = { agent: 'Triage', tokens: 12, operationId: 'first' };
      await session.addMessage({ role: 'user', content: '3', ...told });
      await session.trackAgent('Triage');
      await session.setAttributes({ title: 'Trip' });
      const before = await session.getMetadata();
      await session.trim({ maxMessages: 1 });
      const { updatedAt, ...after } = await session.getMetadata();
      const { updatedAt: earlier, ...rest } = before;
      assert.deepEqual(after, { ...rest, messageCount: 1 });
      assert.ok(updatedAt >= earlier);
      await session.addMessage({ role: 'user', content: '3', ...told });
      assert.deepEqual(await textsOf(session), ['3']);
    },

    'others can write meanwhile, and nothing of theirs is lost': async (scope) => {
      const session = await withTurns(scope, ...Array.from({ length: 20 }, (_, at) => `${at}`));
      const store = scope.otherStore.unchecked;
      const writer = scope.session({ sessionId: session.sessionId, store, timeoutMs: 30_000 });
      const writing = (async () => {
        for (let count = 20; count < 40; count += 1) await say(writer, String(count));
      })();
      await session.trim({ maxMessages: 10 }, { timeoutMs: 30_000 });
      await writing;
      const texts = (await textsOf(session)).filter((text) => !text.endsWith('!'));
      const newest = Array.from({ length: 40 }, (_, at) => `${at}`);
      assert.deepEqual(texts, newest.slice(-texts.length));
      assert.ok(texts.length >= 20);
    },

    'a session that is not there, and limits that are none, are errors': async (scope) => {
      const session = scope.session();
      await expectFailure('session_not_found', () => session.trim({ maxMessages: 1 }));
      await expectFailure('invalid_input', () => session.trim({}), { field: 'limits' });
      const wrong = { maxMessages: 0 };
      await expectFailure('invalid_input', () => session.trim(wrong), { field: 'maxMessages' });
      await expectFailure('invalid_input', () => session.trim({ maxAge: 0.5 }), {
        field: 'maxAge',
      });
    },
  },
};

/**
 * Removing turns by their age.
 */
export const TRIMMING_BY_AGE: Topic = {
  title: 'trimming by age',
  needs: 'read and write',
  cases: {
    'turns go when their newest message is too old': async (scope) => {
      const session = await withTurns(scope, '1', '2', '3');
      await agedBy(scope, session, [900, 800, 700, 90, 80, 70]);
      assert.deepEqual(await session.trim({ maxAge: 1000 }), { removed: 0, left: 6 });
      assert.deepEqual(await session.trim({ maxAge: 100 }), { removed: 2, left: 4 });
      assert.deepEqual(await textsOf(session), ['2', '2!', '3', '3!']);
    },

    'all of them can be too old': async (scope) => {
      const session = await withTurns(scope, '1', '2');
      await agedBy(scope, session, [900, 900, 900, 900]);
      assert.deepEqual(await session.trim({ maxAge: 100 }), { removed: 4, left: 0 });
      assert.deepEqual(await session.getItems(), []);
      await say(session, '3');
      assert.deepEqual(await textsOf(session), ['3']);
    },

    'both limits count': async (scope) => {
      const session = await withTurns(scope, '1', '2', '3');
      await agedBy(scope, session, [900, 900, 0, 0, 0, 0]);
      const limits = { maxAge: 100, maxMessages: 2 };
      assert.deepEqual(await session.trim(limits), { removed: 4, left: 2 });
    },

    'a session of the Python class can be trimmed': async (scope) => {
      const { 'py-chat': document } = PYTHON_DOCUMENTS;
      await scope.plant('py-chat', document);
      const session = scope.session({ sessionId: 'py-chat' });
      const { left } = await session.trim({ maxMessages: 3 });
      assert.ok(left <= 3 && left > 0);
      assert.equal((await session.getMessages()).length, left);
    },

    'values that are no entries keep a session from being trimmed': async (scope) => {
      const session = await withTurns(scope, '1', '2');
      const document = await scope.document(session.sessionId);
      const messages = [document.messages[0], 'no entry', ...document.messages.slice(1)];
      await scope.plant(session.sessionId, { ...document, messages });
      const store = scope.store.unchecked;
      const unchecked = scope.session({ sessionId: session.sessionId, store });
      assert.deepEqual(await unchecked.trim({ maxMessages: 2 }), { removed: 0, left: 4 });
    },
  },
};
