import assert from 'node:assert/strict';
import { say, textsOf } from '../conversation.ts';
import { expectFailure } from '../expect-failure.ts';
import { filled, LockElsewhere } from '../lock-elsewhere.ts';
import { PYTHON_DOCUMENTS } from '../python-documents.ts';
import { JSONSession } from '../../session/session.ts';
import type { Topic } from '../topic.ts';

/**
 * How the lock is stored, and documents of others.
 */
export const STORED_LOCKS: Topic = {
  title: 'stored locks',
  needs: 'read and write',
  cases: {
    'the lock is a part of the state': async (scope) => {
      const session = await filled(scope);
      const { sessionId } = session;
      const { state: before, ...others } = await scope.document(sessionId);
      await session.exclusive(async () => {
        const { state, ...rest } = await scope.document(sessionId);
        assert.match(state?.lock?.token ?? '', /^[\da-f]{32}$/u);
        assert.deepEqual([{ ...state, lock: null }, rest], [before, others]);
        // Nobody but the document knows the token.
        const told = JSON.stringify([await session.getMetadata(), await session.getMessages()]);
        assert.ok(!told.includes(state?.lock?.token ?? ''));
      });
      assert.deepEqual(await scope.document(sessionId), { ...others, state: before });
    },

    'a session that its lock created is like any other': async (scope) => {
      const [created, locked] = [await scope.created({ ttl: 600 }), scope.session({ ttl: 600 })];
      await locked.exclusive(() => {});
      const shape = async ({ sessionId }: JSONSession): Promise<unknown> => {
        const { created_at, updated_at, state, ...others } = await scope.document(sessionId);
        assert.equal(created_at, updated_at);
        return { ...others, session_id: '', state: { ...state, incarnation: '' } };
      };
      assert.deepEqual(await shape(locked), await shape(created));
    },

    'a Python document is locked as it is': async (scope) => {
      const theirs = PYTHON_DOCUMENTS['py-chat'];
      const sessionId = theirs.session_id;
      await scope.plant(sessionId, theirs);
      const session = await JSONSession.load(sessionId, scope.options());
      await session.exclusive(async () => {
        await expectFailure('session_locked', () => new LockElsewhere(scope, sessionId).take());
        await say(session, 'ours');
      });
      const { state, messages } = await scope.document(sessionId);
      assert.equal(state?.lock, null);
      assert.deepEqual(messages.slice(0, -1), theirs.messages);
      assert.equal(messages.at(-1)?.content, 'ours');
    },

    'Python writers are not kept out, and do no harm to the lock': async (scope) => {
      const session = await filled(scope);
      const { sessionId } = session;
      await session.exclusive(async () => {
        const document = await scope.document(sessionId);
        await scope.plant(sessionId, { ...document, messages: [] });
        await say(session, 'ours');
        await expectFailure('session_locked', () => new LockElsewhere(scope, sessionId).take());
        // Its create puts another life there, without a lock.
        const theirs = { ...PYTHON_DOCUMENTS['py-empty'], session_id: sessionId };
        await scope.plant(sessionId, theirs);
        await expectFailure('session_expired', () => say(session, 'lost'), { sessionId });
      });
      assert.deepEqual(await textsOf(scope.session({ sessionId })), []);
    },

    'what is no lock locks nobody out': async (scope) => {
      const { sessionId } = await filled(scope);
      const wrong = [1, 'x', true, {}, { token: 'x' }, { until: 1e12 }, { token: 1, until: 1e12 }];
      for (const lock of [...wrong, { token: 'x', until: '9' }, [], undefined]) {
        const { state, ...others } = await scope.document(sessionId);
        await scope.plant(sessionId, { ...others, state: { ...state, lock } });
        const store = scope.store.unchecked;
        const session = scope.session({ sessionId, store });
        await say(session, 'Hello');
        await session.exclusive(() => say(session, 'Hello'), { wait: 0 });
        assert.equal((await scope.document(sessionId)).state?.lock, null);
      }
    },

    'a document of a newer schema is not locked': async (scope) => {
      const { sessionId } = await filled(scope);
      const { state, ...others } = await scope.document(sessionId);
      const newer = { ...others, state: { ...state, schema: 2 } };
      await scope.plant(sessionId, newer);
      const session = scope.session({ sessionId });
      const never = (): never => assert.fail('must not be called');
      await expectFailure('unsupported_schema', () => session.exclusive(never));
      assert.deepEqual(await scope.document(sessionId), newer);
    },
  },
};
