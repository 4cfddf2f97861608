import assert from 'node:assert/strict';
import { say, textsOf } from '../conversation.ts';
import { expectFailure } from '../expect-failure.ts';
import { JSONSession } from '../../session/session.ts';
import type { Topic } from '../topic.ts';
import { EVERY_CALL } from '../every-call.ts';

/**
 * Whose a session is.
 */
export const OWNERSHIP: Topic = {
  title: 'ownership',
  needs: 'nothing',
  cases: {
    'a session created without an owner belongs to anonymous': async (scope) => {
      const session = await scope.created();
      assert.equal(session.userId, 'anonymous');
      assert.equal((await session.getMetadata()).userId, 'anonymous');
    },

    'a loaded session has the owner that is stored': async (scope) => {
      const { sessionId } = await scope.created({ userId: 'user-1' });
      const loaded = await JSONSession.load(sessionId, scope.options());
      assert.equal(loaded.userId, 'user-1');
      const opened = await JSONSession.open(scope.options({ sessionId, userId: 'user-1' }));
      assert.equal(opened.userId, 'user-1');
      const handle = scope.elsewhere(sessionId);
      assert.equal(handle.userId, 'anonymous');
      await handle.getItems();
      assert.equal(handle.userId, 'user-1');
    },

    'load gives the same error for a session of someone else as for none': async (scope) => {
      const { sessionId } = await scope.created({ sessionId: 's', userId: 'user-1' });
      const load = async (id: string): Promise<Error> =>
        expectFailure(
          'session_not_found',
          () => JSONSession.load(id, scope.options({ userId: 'user-2' })),
          { sessionId: id },
        );
      const [foreign, absent] = [await load(sessionId), await load('t')];
      assert.equal(foreign.message, 'Session not found: s');
      assert.equal(absent.message, 'Session not found: t');
      assert.deepEqual(Object.keys(foreign), Object.keys(absent));
      assert.equal(foreign.name, absent.name);
    },

    'open does not give a session of someone else, nor replace it': async (scope) => {
      const session = await scope.created({ userId: 'user-1' });
      const { sessionId } = session;
      await say(session, 'Hello');
      const open = (): Promise<unknown> =>
        JSONSession.open(scope.options({ sessionId, userId: 'user-2', ttl: 5 }));
      await expectFailure('session_not_found', open, { sessionId });
      assert.deepEqual(await textsOf(session), ['Hello']);
      assert.equal((await session.getMetadata()).ttl, null);
    },

    'a handle with another owner can neither read nor write': async (scope) => {
      const session = await scope.created({ userId: 'user-1' });
      const { sessionId } = session;
      await say(session, 'Hello');
      const before = await session.getMetadata();
      const { clear, clearSession, ...calls } = EVERY_CALL;
      const stranger = (): JSONSession => scope.elsewhere(sessionId, { userId: 'user-2', ttl: 5 });
      for (const call of Object.values(calls)) {
        await expectFailure('session_not_found', () => call(stranger()), { sessionId });
      }
      // As with a session that is not there.
      await clear?.(stranger());
      await clearSession?.(stranger());
      assert.equal(await stranger().delete(), false);
      assert.deepEqual(await session.getMetadata(), before);
      assert.deepEqual(await textsOf(session), ['Hello']);
    },

    'a handle without an owner may use any session': async (scope) => {
      const session = await scope.created({ userId: 'user-1' });
      const handle = scope.elsewhere(session.sessionId);
      await say(handle, 'Hello');
      assert.equal((await session.getMetadata()).userId, 'user-1');
      assert.equal(await handle.delete(), true);
    },
  },
};
