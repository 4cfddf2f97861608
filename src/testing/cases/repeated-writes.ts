import assert from 'node:assert/strict';
import type { AgentInputItem } from '@openai/agents-core';
import type { CaseScope } from '../case-scope.ts';
import { assistantItem, callItem, say, textsOf, userItem } from '../conversation.ts';
import { WRITES_WITH_OPTIONS } from '../every-option.ts';
import { expectFailure } from '../expect-failure.ts';
import { until } from '../until.ts';
import type { JSONSession } from '../../session/session.ts';
import type { Topic } from '../topic.ts';

const ONCE = { operationId: 'request-1' };
const TURNS = [userItem('one'), assistantItem('two'), userItem('three'), assistantItem('four')];

/** Two handles on one session of two turns, the other as another process has it. */
async function twoTurns(scope: CaseScope): Promise<readonly [JSONSession, JSONSession]> {
  const session = await scope.created();
  await session.addItems(TURNS);
  return [session, scope.elsewhere(session.sessionId)];
}

type Items = AgentInputItem[];

/**
 * Removals, and changes of single values, that a caller sends once more under an id of its own.
 */
export const REPEATED_WRITES: Topic = {
  title: 'repeated writes',
  needs: 'nothing',
  cases: {
    'an item is popped once under one id, and given again': async (scope) => {
      const [session, elsewhere] = await twoTurns(scope);
      for (const one of [session, session, elsewhere]) {
        assert.deepEqual(await one.popItem(undefined, ONCE), TURNS[3]);
      }
      await session.addItems([userItem('five')]);
      assert.deepEqual(await session.popItem(undefined, ONCE), TURNS[3]);
      const left: Items = [...TURNS.slice(0, 3), userItem('five')];
      assert.deepEqual(await elsewhere.getItems(), left);
      assert.deepEqual(await session.popItem(undefined, { operationId: 'other' }), left[3]);
    },

    'two who pop at once under one id pop once': async (scope) => {
      const [session, elsewhere] = await twoTurns(scope);
      const popped = await Promise.all([
        session.popItem(undefined, ONCE),
        elsewhere.popItem(undefined, ONCE),
      ]);
      assert.deepEqual(popped, [TURNS[3], TURNS[3]]);
      assert.deepEqual(await session.getItems(), TURNS.slice(0, 3));
    },

    'the last item that there was is given again': async (scope) => {
      const session = scope.session();
      await session.addItems([userItem('one')]);
      for (const one of [session, session, scope.elsewhere(session.sessionId)]) {
        assert.deepEqual(await one.popItem(undefined, ONCE), userItem('one'));
      }
    },

    'where there is nothing to remove the id stays free': async (scope) => {
      const session = await scope.created();
      assert.equal(await session.popItem(undefined, ONCE), undefined);
      assert.deepEqual(await session.popTurn({ operationId: 'turn' }), []);
      const undo = { operationId: 'undo' };
      await expectFailure('invalid_input', () => session.undoTo('0123456789abcdef', undo), {
        field: 'messageId',
      });
      await session.addItems(TURNS);
      assert.deepEqual(await session.popItem(undefined, ONCE), TURNS[3]);
      const [first] = await session.getMessages();
      assert.equal((await session.popTurn({ operationId: 'turn' })).length, 1);
      assert.equal((await session.undoTo(first?.id ?? '', undo)).length, 2);
      assert.deepEqual(await session.getItems(), []);
    },

    'a turn, and all behind a message, is removed once and given again': async (scope) => {
      const [session, elsewhere] = await twoTurns(scope);
      const messages = await session.getMessages();
      for (const one of [session, session, elsewhere]) {
        assert.deepEqual(await one.popTurn(ONCE), messages.slice(2));
      }
      assert.equal((await session.getMessages()).length, 2);
      const id = messages[1]?.id ?? '';
      for (const one of [session, session, elsewhere]) {
        const removed = await one.undoTo(id, { operationId: 'undo' });
        assert.deepEqual(removed, messages.slice(1, 2));
      }
      assert.deepEqual(await textsOf(session), ['one']);
    },

    'a clear that is repeated leaves what was added since': async (scope) => {
      const [session, elsewhere] = await twoTurns(scope);
      await say(session, 'remembered');
      for (const name of ['clear', 'clearSession']) {
        const clear = async (one: JSONSession): Promise<unknown> =>
          WRITES_WITH_OPTIONS[name]?.(one, { operationId: name });
        const earlier = { operationId: `before ${name}` };
        await session.trackAgent('Triage', earlier);
        await clear(session);
        assert.deepEqual(await textsOf(session), []);
        await say(elsewhere, 'since');
        await clear(elsewhere);
        await clear(session);
        assert.deepEqual(await textsOf(session), ['since']);
        // All ids but its own are forgotten.
        await session.trackAgent('Billing', earlier);
      }
    },

    'a value that is set again leaves what was set since': async (scope) => {
      const session = scope.session();
      const elsewhere = scope.elsewhere(session.sessionId);
      const agent = { operationId: 'agent' };
      const context = { operationId: 'context' };
      const attributes = { operationId: 'attributes' };
      await session.trackAgent('Triage', agent);
      await session.setHandoffContext({ to: 'Triage' }, context);
      await session.setAttributes({ title: 'Trip', draft: true }, attributes);
      await elsewhere.trackAgent('Billing');
      await elsewhere.setHandoffContext({ to: 'Billing' });
      await elsewhere.setAttributes({ title: 'Invoice', draft: null });
      for (const one of [session, elsewhere]) {
        await one.trackAgent('Triage', agent);
        await one.setHandoffContext({ to: 'Triage' }, context);
        await one.setAttributes({ draft: true, title: 'Trip' }, attributes);
      }
      const metadata = await session.getMetadata();
      assert.equal(metadata.currentAgent, 'Billing');
      assert.deepEqual(metadata.attributes, { title: 'Invoice' });
      assert.deepEqual(await session.getHandoffContext(), { to: 'Billing' });
      await expectFailure('operation_conflict', () => elsewhere.trackAgent('Other', agent));
      await expectFailure('operation_conflict', () => elsewhere.setHandoffContext('', context));
      await expectFailure('operation_conflict', () => elsewhere.setAttributes({}, attributes));
    },

    'a compaction, and mutations, are done once': async (scope) => {
      const session = await scope.created();
      await session.addItems([callItem('call-1')]);
      const elsewhere = scope.elsewhere(session.sessionId);
      const names = ['applyHistoryMutations', 'replaceHistoryWithCompaction'] as const;
      for (const name of names) {
        await WRITES_WITH_OPTIONS[name]?.(session, { operationId: name });
        const { updatedAt } = await session.getMetadata();
        await until('a millisecond has passed', () => Date.now() > updatedAt.getTime());
        await say(session, name);
        await WRITES_WITH_OPTIONS[name]?.(elsewhere, { operationId: name });
        assert.equal((await textsOf(session)).at(-1), name);
        assert.notDeepEqual((await session.getMetadata()).updatedAt, updatedAt);
      }
      const items = await session.getItems();
      assert.deepEqual(items, [userItem('Short'), userItem('replaceHistoryWithCompaction')]);
    },

    'one id stands for one write': async (scope) => {
      const [session, elsewhere] = await twoTurns(scope);
      await session.popItem(undefined, ONCE);
      const { touch: _touch, create: _create, delete: _delete, ...writes } = WRITES_WITH_OPTIONS;
      const { popItem: _popItem, applyHistoryMutations: _mutate, ...others } = writes;
      const before = await session.getMetadata();
      for (const call of Object.values(others)) {
        await expectFailure('operation_conflict', () => call(elsewhere, ONCE));
      }
      assert.deepEqual(await session.getMetadata(), before);
      assert.deepEqual(await session.getItems(), TURNS.slice(0, 3));
    },

    'a message has one id': async (scope) => {
      const session = scope.session();
      const message = { role: 'user', content: 'one', ...ONCE } as const;
      await session.addMessage(message, ONCE);
      await session.addMessage(message);
      await session.addMessage({ role: 'user', content: 'one' }, ONCE);
      assert.deepEqual(await textsOf(session), ['one']);
      const other = { operationId: 'other' };
      const fields = { field: 'operationId' };
      await expectFailure('invalid_input', () => session.addMessage(message, other), fields);
    },

    'an id of one’s own changes nothing of create, touch and delete': async (scope) => {
      const session = scope.session();
      await session.create(ONCE);
      await expectFailure('session_exists', () => session.create(ONCE));
      await session.touch(ONCE);
      await session.touch(ONCE);
      assert.equal(await session.delete(ONCE), true);
      assert.equal(await scope.elsewhere(session.sessionId).delete(ONCE), false);
      await scope.elsewhere(session.sessionId).create(ONCE);
    },
  },
};
