import assert from 'node:assert/strict';
import type { AgentInputItem } from '@openai/agents-core';
import type { CaseScope } from '../case-scope.ts';
import { assistantItem, callItem, resultItem, textsOf, userItem } from '../conversation.ts';
import { expectFailure } from '../expect-failure.ts';
import { JSONSession } from '../../session/session.ts';
import type { Topic } from '../topic.ts';

const SUMMARY: AgentInputItem = { type: 'compaction', encrypted_content: 'all of it' };
const [ONE, TWO, THREE, FOUR] = [
  userItem('one'),
  assistantItem('two'),
  userItem('three'),
  assistantItem('four'),
];

/** A session whose first four items were compacted. */
async function compacted(
  scope: CaseScope,
  replacement: AgentInputItem[] = [SUMMARY],
): Promise<JSONSession> {
  const session = scope.session();
  await session.addItems([ONE, TWO, THREE, FOUR]);
  await session.replaceHistoryWithCompaction(replacement);
  return session;
}

/**
 * A history that something shorter has taken the place of, and the transcript that stays.
 */
export const COMPACTION: Topic = {
  title: 'compaction',
  needs: 'nothing',
  cases: {
    'the model sees what is compacted, and people everything': async (scope) => {
      const session = await compacted(scope);
      await session.addItems([userItem('five')]);
      const other = scope.elsewhere(session.sessionId);
      assert.deepEqual(await other.getItems(), [SUMMARY, userItem('five')]);
      const messages = await other.getMessages();
      assert.deepEqual(
        messages.map(({ content, inHistory }) => [content, inHistory]),
        [
          ['one', false],
          ['two', false],
          ['three', false],
          ['four', false],
          ['five', true],
        ],
      );
      assert.ok(messages.every(({ compaction }) => compaction === undefined));
      assert.equal((await other.getMetadata()).messageCount, 6);
    },

    'what a compaction wrote is given when it is asked for': async (scope) => {
      const session = await compacted(scope);
      const all = await session.getMessages({ includeCompaction: true });
      assert.deepEqual(
        all.map(({ item, inHistory, compaction }) => [item?.type, inHistory, compaction]),
        [
          ...Array.from({ length: 4 }, () => ['message', false, undefined]),
          ['compaction', true, true],
        ],
      );
      assert.deepEqual(
        (await session.getMessages({ limit: 2 })).map(({ content }) => content),
        ['three', 'four'],
      );
    },

    'items that are kept stay the messages that they were': async (scope) => {
      const session = scope.session();
      await session.addItems([ONE, TWO, THREE, FOUR]);
      const before = await session.getMessages();
      await session.replaceHistoryWithCompaction([SUMMARY, THREE, FOUR]);
      assert.deepEqual(await session.getItems(), [SUMMARY, THREE, FOUR]);
      const after = await session.getMessages();
      assert.deepEqual(
        after.map(({ id, timestamp }) => ({ id, timestamp })),
        before.map(({ id, timestamp }) => ({ id, timestamp })),
      );
      assert.deepEqual(
        after.map(({ inHistory }) => inHistory),
        [false, false, true, true],
      );
    },

    'copies are not shown twice, and new items are said': async (scope) => {
      const session = await compacted(scope, [ONE, THREE, SUMMARY, assistantItem('five')]);
      assert.deepEqual(await session.getItems(), [ONE, THREE, SUMMARY, assistantItem('five')]);
      assert.deepEqual(await textsOf(session), ['one', 'two', 'three', 'four', 'five']);
    },

    'the same history again changes nothing that anyone sees': async (scope) => {
      const session = await compacted(scope);
      await session.replaceHistoryWithCompaction([SUMMARY]);
      assert.deepEqual(await session.getItems(), [SUMMARY]);
      assert.deepEqual(await textsOf(session), ['one', 'two', 'three', 'four']);
    },

    'a history can be compacted again and again': async (scope) => {
      const session = await compacted(scope);
      for (const round of [1, 2, 3]) {
        await session.addItems([userItem(`more ${round}`)]);
        const next: AgentInputItem = { ...SUMMARY, encrypted_content: `round ${round}` };
        await session.replaceHistoryWithCompaction([next]);
        assert.deepEqual(await session.getItems(), [next]);
      }
      const texts = ['one', 'two', 'three', 'four', 'more 1', 'more 2', 'more 3'];
      assert.deepEqual(await textsOf(session), texts);
      const all = await session.getMessages({ includeCompaction: true });
      assert.deepEqual(
        all.filter(({ inHistory }) => inHistory).map(({ item }) => item),
        await session.getItems(),
      );
    },

    'getItems and popItem end where the history begins': async (scope) => {
      const session = await compacted(scope);
      await session.addItems([userItem('five')]);
      assert.deepEqual(await session.getItems(5), [SUMMARY, userItem('five')]);
      assert.deepEqual(await session.getItems(1), [userItem('five')]);
      assert.deepEqual(await session.popItem(), userItem('five'));
      assert.deepEqual(await session.popItem(), SUMMARY);
      assert.equal(await session.popItem(), undefined);
      assert.deepEqual(await session.getItems(), []);
      assert.deepEqual(await textsOf(session), ['one', 'two', 'three', 'four']);
      await session.addItems([userItem('six')]);
      assert.deepEqual(await session.getItems(), [userItem('six')]);
    },

    'suffixes and calls are looked for in the history only': async (scope) => {
      const session = scope.session();
      await session.addItems([callItem('c'), resultItem('c')]);
      await session.replaceHistoryWithCompaction([SUMMARY]);
      const replaced = session.applyHistoryTransaction({
        operationId: 'op',
        transaction: {
          type: 'replace_suffix',
          expectedSuffix: [resultItem('c'), SUMMARY],
          replacement: [],
        },
      });
      await assert.rejects(replaced, /suffix no longer matches/);
      const replacement = { ...callItem('c'), arguments: '{"edited":true}' };
      await session.applyHistoryMutations({
        mutations: [{ type: 'replace_function_call', callId: 'c', replacement }],
      } as Parameters<JSONSession['applyHistoryMutations']>[0]);
      const [call] = await session.getMessages();
      assert.deepEqual(call?.item, callItem('c'));
    },

    'undoing past a compaction undoes it': async (scope) => {
      const session = await compacted(scope);
      const [, , third] = await session.getMessages();
      const removed = await session.undoTo(third?.id ?? '');
      assert.deepEqual(
        removed.map(({ content }) => content),
        ['three', 'four'],
      );
      assert.deepEqual(await session.getItems(), [ONE, TWO]);
      assert.ok((await session.getMessages()).every(({ inHistory }) => inHistory));
    },

    'popTurn takes a compaction with the turn that it came in': async (scope) => {
      const session = await compacted(scope, [THREE, SUMMARY]);
      await session.addItems([userItem('five'), assistantItem('six')]);
      const texts = (await session.popTurn()).map(({ content }) => content);
      assert.deepEqual(texts, ['five', 'six']);
      assert.deepEqual(await session.getItems(), [THREE, SUMMARY]);
      const before = (await session.popTurn()).map(({ content }) => content);
      assert.deepEqual(before, ['three', 'four']);
      assert.deepEqual(await session.getItems(), [ONE, TWO]);
    },

    'clearing forgets where the history begins': async (scope) => {
      const session = await compacted(scope);
      await session.clearSession();
      await session.addItems([ONE, TWO]);
      assert.deepEqual(await session.getItems(), [ONE, TWO]);
      assert.ok((await session.getMessages()).every(({ inHistory }) => inHistory));
    },

    'a session that was never created begins with the compaction': async (scope) => {
      const session = scope.session();
      await session.replaceHistoryWithCompaction([SUMMARY, assistantItem('one')]);
      assert.deepEqual(await session.getItems(), [SUMMARY, assistantItem('one')]);
      await session.replaceHistoryWithCompaction([]);
      assert.deepEqual(await session.getItems(), []);
    },

    'a session that is gone is not begun anew': async (scope) => {
      const session = await compacted(scope);
      await scope.elsewhere(session.sessionId).delete();
      await expectFailure('session_expired', () => session.replaceHistoryWithCompaction([SUMMARY]));
    },

    'what JSON cannot hold changes nothing': async (scope) => {
      const session = await compacted(scope);
      const wrong = { ...SUMMARY, providerData: { big: 1n } } as unknown as AgentInputItem;
      await expectFailure('invalid_input', () => session.replaceHistoryWithCompaction([wrong]));
      assert.deepEqual(await session.getItems(), [SUMMARY]);
    },

    'long histories are compacted and read from where they begin': async (scope) => {
      const session = scope.session({ store: scope.store.unchecked });
      const texts = Array.from({ length: 2300 }, (_, index) => `${index}`);
      await session.addItems(texts.map(userItem));
      await session.replaceHistoryWithCompaction([SUMMARY, ...texts.slice(-3).map(userItem)]);
      await session.addItems(texts.slice(0, 1200).map(userItem));
      const history = [SUMMARY, ...[...texts.slice(-3), ...texts.slice(0, 1200)].map(userItem)];
      assert.deepEqual(await session.getItems(), history);
      assert.deepEqual(await session.getItems(1204), history);
      assert.deepEqual(await session.getItems(1203), history.slice(1));
      const messages = await session.getMessages();
      assert.equal(messages.length, 3500);
      assert.equal(
        messages.findIndex(({ inHistory }) => inHistory),
        2297,
      );
      const users = await session.getMessages({ role: 'user', limit: 3000 });
      assert.deepEqual(users, messages.slice(-3000));
    },

    'appends at the same time are kept': async (scope) => {
      const session = await compacted(scope);
      const other = scope.elsewhere(session.sessionId);
      await Promise.all([
        session.replaceHistoryWithCompaction([{ ...SUMMARY, encrypted_content: 'again' }]),
        other.addItems([userItem('a')]),
        other.addItems([userItem('b')]),
      ]);
      const texts = (await textsOf(session)).slice(4);
      assert.deepEqual(texts.toSorted(), ['a', 'b']);
      assert.equal((await session.getMetadata()).messageCount, 8);
    },
  },
};
