import assert from 'node:assert/strict';
import {
  type AgentInputItem,
  MemorySession,
  type SessionHistoryTransaction,
  type SessionHistoryTransactionArgs,
  UserError,
} from '@openai/agents-core';
import { assistantItem, callItem, resultItem, say, textsOf, userItem } from '../conversation.ts';
import { expectFailure } from '../expect-failure.ts';
import { JSONSession } from '../../session/session.ts';
import type { Topic } from '../topic.ts';

const MISMATCH = 'Session history operation was already applied with a different transaction.';
const SUFFIX = 'Session history suffix no longer matches the transaction precondition.';

function append(operationId: string, ...items: AgentInputItem[]): SessionHistoryTransactionArgs {
  return { operationId, transaction: { type: 'append_items', items } };
}

function replace(
  operationId: string,
  expectedSuffix: AgentInputItem[],
  replacement: AgentInputItem[],
): SessionHistoryTransactionArgs {
  return { operationId, transaction: { type: 'replace_suffix', expectedSuffix, replacement } };
}

async function expectUserError(message: string, work: () => Promise<unknown>): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.message, message);
    return true;
  });
}

/** What the SDK's own session says of arguments, or nothing where it takes them. */
async function verdictOf(session: MemorySession | JSONSession, args: unknown): Promise<string> {
  try {
    await session.applyHistoryTransaction(args as SessionHistoryTransactionArgs);
    return 'accepted';
  } catch (error) {
    assert.ok(error instanceof UserError);
    return error.message;
  }
}

/** Arguments that are wrong in every way which the SDK knows. */
function wrongArguments(): unknown[] {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  const odd = [new Date(0), 1n, Symbol('s'), circular, new Float32Array(1), () => 1, new Map()];
  const throwing = {
    get operationId(): string {
      throw new Error('SECRET');
    },
  };
  const extra = { type: 'append_items', items: [], more: 1 } as unknown;
  return [
    null,
    'text',
    {},
    throwing,
    append('', userItem('x')),
    append('  ', userItem('x')),
    { operationId: 7, transaction: { type: 'append_items', items: [] } },
    { operationId: 'op', transaction: null },
    { operationId: 'op', transaction: { type: 'other' } },
    { operationId: 'op', transaction: extra },
    { operationId: 'op', transaction: { type: 'append_items', items: 'x' } },
    { operationId: 'op', transaction: { type: 'replace_suffix', expectedSuffix: [] } },
    append('op', { type: 'nonsense' } as unknown as AgentInputItem),
    ...odd.map((value) => append('op', { ...userItem('SECRET'), providerData: { value } })),
  ];
}

/** A session that hides what must not be kept. */
class RedactingSession extends JSONSession {
  protected override prepareItems(items: readonly AgentInputItem[]): AgentInputItem[] {
    return JSON.parse(JSON.stringify(items).replaceAll('SECRET', '***')) as AgentInputItem[];
  }
}

/**
 * Changes that the SDK makes once, however often it sends them, and items on their way in.
 */
export const TRANSACTIONS: Topic = {
  title: 'transactions',
  needs: 'nothing',
  cases: {
    'an append is applied once, whoever repeats it': async (scope) => {
      const session = scope.session();
      const args = append('op', userItem('one'), assistantItem('two'));
      await session.applyHistoryTransaction(args);
      await session.applyHistoryTransaction(args);
      await say(session, 'later');
      await scope.elsewhere(session.sessionId).applyHistoryTransaction(args);
      assert.deepEqual(await textsOf(session), ['one', 'two', 'later']);
    },

    'a suffix is replaced once, whoever repeats it': async (scope) => {
      const session = scope.session();
      await session.addItems([userItem('one'), callItem('c'), resultItem('c')]);
      const args = replace('op', [callItem('c'), resultItem('c')], [assistantItem('two')]);
      await session.applyHistoryTransaction(args);
      await scope.elsewhere(session.sessionId).applyHistoryTransaction(args);
      assert.deepEqual(await textsOf(session), ['one', 'two']);
      assert.equal((await session.getMetadata()).messageCount, 2);
    },

    'the order of keys makes no difference': async (scope) => {
      const session = scope.session();
      await session.applyHistoryTransaction(append('op', { role: 'user', content: 'one' }));
      await session.applyHistoryTransaction(append('op', { content: 'one', role: 'user' }));
      await session.applyHistoryTransaction(
        replace('next', [{ content: 'one', role: 'user' }], [userItem('two')]),
      );
      assert.deepEqual(await session.getItems(), [userItem('two')]);
    },

    'an operation id that did something else is refused': async (scope) => {
      const session = scope.session();
      await session.applyHistoryTransaction(append('op', userItem('one')));
      const other = scope.elsewhere(session.sessionId);
      await expectUserError(MISMATCH, () => other.applyHistoryTransaction(append('op')));
      const asReplacement = replace('op', [userItem('one')], [userItem('two')]);
      await expectUserError(MISMATCH, () => session.applyHistoryTransaction(asReplacement));
      assert.deepEqual(await textsOf(session), ['one']);
    },

    'a suffix that does not match changes nothing and leaves the id free': async (scope) => {
      const session = scope.session();
      await session.addItems([userItem('one'), userItem('two')]);
      for (const suffix of [['one'], ['two', 'one'], ['zero', 'one', 'two'], ['x', 'two']]) {
        const args = replace('op', suffix.map(userItem), [userItem('three')]);
        await expectUserError(SUFFIX, () => session.applyHistoryTransaction(args));
      }
      assert.deepEqual(await textsOf(session), ['one', 'two']);
      await session.applyHistoryTransaction(append('op', userItem('three')));
      assert.deepEqual(await textsOf(session), ['one', 'two', 'three']);
    },

    'an empty append is remembered': async (scope) => {
      const session = scope.session();
      await session.applyHistoryTransaction(append('op'));
      const args = append('op', userItem('one'));
      await expectUserError(MISMATCH, () => session.applyHistoryTransaction(args));
    },

    'clearSession and clear forget operation ids': async (scope) => {
      const session = scope.session();
      const args = append('op', userItem('one'));
      await session.applyHistoryTransaction(args);
      await session.clearSession();
      await session.applyHistoryTransaction(args);
      await session.clear();
      await session.applyHistoryTransaction(append('op', userItem('two')));
      assert.deepEqual(await textsOf(session), ['two']);
    },

    'a replacement in a session that was never created does not match': async (scope) => {
      const session = scope.session();
      const args = replace('op', [userItem('one')], [userItem('two')]);
      await expectUserError(SUFFIX, () => session.applyHistoryTransaction(args));
      assert.deepEqual(await session.getItems(), []);
      await expectFailure('session_not_found', () => session.getMetadata());
    },

    'wrong arguments are refused as the SDK does, before anything is done': async (scope) => {
      const session = scope.session();
      const args = wrongArguments();
      for (const [index, wrong] of args.entries()) {
        const expected = await verdictOf(new MemorySession(), wrong);
        assert.notEqual(expected, 'accepted', `case ${index}`);
        assert.equal(await verdictOf(session, wrong), expected, `case ${index}`);
        assert.ok(!expected.includes('SECRET'));
      }
      await expectFailure('session_not_found', () => session.getMetadata());
    },

    'later changes of the arguments do not matter': async (scope) => {
      const session = scope.session();
      const item = userItem('one') as { content: string };
      const args = append('op', item as AgentInputItem);
      const done = session.applyHistoryTransaction(args);
      item.content = 'changed';
      (args.transaction as { items: unknown[] }).items.push(userItem('more'));
      await done;
      assert.deepEqual(await textsOf(session), ['one']);
    },

    'many processes that send the same transaction apply it once': async (scope) => {
      const session = scope.session();
      await session.addItems([userItem('one'), userItem('two')]);
      const handles = Array.from({ length: 6 }, (_, index) =>
        index % 2 === 0 ? session : scope.elsewhere(session.sessionId),
      );
      const args = replace('op', [userItem('two')], [userItem('three'), userItem('four')]);
      await Promise.all(handles.map((handle) => handle.applyHistoryTransaction(args)));
      assert.deepEqual(await textsOf(session), ['one', 'three', 'four']);
    },

    'of two replacements of the same suffix one wins': async (scope) => {
      const session = scope.session();
      await say(session, 'one');
      const handles = [session, scope.elsewhere(session.sessionId)];
      const outcomes = await Promise.allSettled(
        handles.map((handle, index) =>
          handle.applyHistoryTransaction(
            replace(`op${index}`, [userItem('one')], [userItem(`by ${index}`)]),
          ),
        ),
      );
      const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
      assert.deepEqual(await textsOf(session), [`by ${winner}`]);
    },

    'a transaction does what it does to the SDK session': async (scope) => {
      const [ours, theirs] = [scope.session(), new MemorySession()];
      const transactions: SessionHistoryTransaction[] = [
        { type: 'append_items', items: [userItem('1'), callItem('c'), resultItem('c')] },
        { type: 'replace_suffix', expectedSuffix: [], replacement: [assistantItem('2')] },
        { type: 'replace_suffix', expectedSuffix: [assistantItem('2')], replacement: [] },
        { type: 'replace_suffix', expectedSuffix: [resultItem('c')], replacement: [userItem('3')] },
      ];
      for (const [index, transaction] of transactions.entries()) {
        const args = { operationId: `op${index}`, transaction };
        assert.equal(await verdictOf(ours, args), await verdictOf(theirs, args));
        assert.deepEqual(await ours.getItems(), await theirs.getItems());
      }
    },

    'a mutation replaces the first call with the id and drops later ones': async (scope) => {
      const session = scope.session();
      const history = [
        callItem('a'),
        callItem('c'),
        userItem('one'),
        callItem('c'),
        userItem('two'),
      ];
      await session.addItems(history);
      const before = await session.getMessages();
      const replacement = { ...callItem('c'), arguments: '{"edited":true}' };
      const args = {
        mutations: [{ type: 'replace_function_call', callId: 'c', replacement }],
      } as Parameters<JSONSession['applyHistoryMutations']>[0];
      const theirs = new MemorySession({ initialItems: history });
      await theirs.applyHistoryMutations(args);

      await scope.elsewhere(session.sessionId).applyHistoryMutations(args);
      assert.deepEqual(await session.getItems(), await theirs.getItems());
      const kept = [0, 1, 2, 4].map((index) => before[index]);
      const after = await session.getMessages();
      assert.deepEqual(
        after.map(({ id, timestamp }) => ({ id, timestamp })),
        kept.map((message) => ({ id: message?.id, timestamp: message?.timestamp })),
      );
      assert.equal((await session.getMetadata()).messageCount, 4);
    },

    'mutations that match nothing change nothing': async (scope) => {
      const session = scope.session();
      await session.applyHistoryMutations({ mutations: [] });
      await say(session, 'one');
      const { updatedAt } = await session.getMetadata();
      const replacement = callItem('c') as Extract<AgentInputItem, { type: 'function_call' }>;
      await session.applyHistoryMutations({
        mutations: [{ type: 'replace_function_call', callId: 'c', replacement }],
      });
      assert.deepEqual(await textsOf(session), ['one']);
      assert.deepEqual((await session.getMetadata()).updatedAt, updatedAt);
    },

    'prepareItems sees items on every way in': async (scope) => {
      const session = new RedactingSession(scope.options());
      const stored = await session.addMessage({ role: 'user', content: 'SECRET 1' });
      assert.equal(stored.content, '*** 1');
      await session.addMessage({ role: 'tool', content: 'SECRET 2' });
      await session.addItems([userItem('SECRET 3'), callItem('c')]);
      await session.applyHistoryTransaction(append('op', userItem('SECRET 4')));
      const replacement = { ...callItem('c'), arguments: '"SECRET 5"' };
      await session.applyHistoryMutations({
        mutations: [{ type: 'replace_function_call', callId: 'c', replacement }],
      } as Parameters<JSONSession['applyHistoryMutations']>[0]);
      const suffix = replace('op2', [userItem('SECRET 4')], [userItem('SECRET 6')]);
      await session.applyHistoryTransaction(suffix);
      const texts = JSON.stringify(await session.getMessages());
      for (const number of [1, 2, 3, 5, 6]) assert.ok(texts.includes(`*** ${number}`));
      assert.ok(!texts.includes('SECRET'));
      const compared = session.prepareHistoryItemsForPersistenceComparison([userItem('SECRET')]);
      assert.deepEqual(compared, [userItem('***')]);
    },
  },
};
