import assert from 'node:assert/strict';
import { expectFailure } from '../expect-failure.ts';
import { JSONSession } from '../../session/session.ts';
import type { SessionStore } from '../../store.ts';
import { say, textsOf, NOTHING_USED } from '../conversation.ts';
import { EVERY_CALL, FIRST_WRITES } from '../every-call.ts';
import type { Topic } from '../topic.ts';

/** A store that must not be called. */
const UNTOUCHABLE = new Proxy({} as SessionStore, {
  get(_, name): unknown {
    if (name === 'timeoutMs') return undefined;
    return () => assert.fail(`${String(name)} of the store was called`);
  },
});

/**
 * How sessions begin and end.
 */
export const LIFECYCLE: Topic = {
  title: 'lifecycle',
  needs: 'nothing',
  cases: {
    'the constructor does not reach the store': async (scope) => {
      const session = scope.session({ store: UNTOUCHABLE, sessionId: 's' });
      assert.equal(session.sessionId, 's');
      assert.equal(await session.getSessionId(), 's');
      assert.equal(session.userId, 'anonymous');
    },

    'a session without an id gets a random one': async (scope) => {
      const [one, other] = [scope.session(), scope.session()];
      assert.match(one.sessionId, /^[0-9a-f-]{36}$/);
      assert.notEqual(one.sessionId, other.sessionId);
    },

    'create makes an empty session': async (scope) => {
      const session = scope.session({ sessionId: 's', userId: 'user-1', ttl: 3600 });
      await session.create();
      const { createdAt, updatedAt, ...metadata } = await session.getMetadata();
      assert.deepEqual(metadata, {
        sessionId: 's',
        userId: 'user-1',
        currentAgent: null,
        agentsUsed: [],
        messageCount: 0,
        totalTokens: 0,
        usage: NOTHING_USED,
        attributes: {},
        ttl: 3600,
      });
      assert.deepEqual(updatedAt, createdAt);
      assert.ok(Math.abs(createdAt.getTime() - Date.now()) < 3_600_000);
      assert.deepEqual(await session.getItems(), []);
      assert.equal(await session.getHandoffContext(), null);
    },

    'create fails where there is a session and leaves it alone': async (scope) => {
      const session = await scope.created({ userId: 'user-1' });
      const { sessionId } = session;
      await say(session, 'Hello');
      const before = await session.getMetadata();
      await expectFailure('session_exists', () => session.create(), { sessionId });
      const other = scope.elsewhere(sessionId, { userId: 'user-2', ttl: 5 });
      const error = await expectFailure('session_exists', () => other.create(), { sessionId });
      assert.equal(error.message, `Session already exists: ${sessionId}`);
      assert.deepEqual(await session.getMetadata(), before);
      assert.deepEqual(await textsOf(session), ['Hello']);
    },

    'load finds what another process wrote': async (scope) => {
      const session = await scope.created({ userId: 'user-1' });
      await say(session, 'Hello');
      const options = scope.options({ store: scope.otherStore });
      const loaded = await JSONSession.load(session.sessionId, options);
      assert.equal(loaded.sessionId, session.sessionId);
      assert.equal(loaded.userId, 'user-1');
      assert.deepEqual(await loaded.getMessages(), await session.getMessages());
      assert.deepEqual(await loaded.getMetadata(), await session.getMetadata());
    },

    'load fails where there is no session and creates none': async (scope) => {
      const load = (): Promise<unknown> => JSONSession.load('unknown', scope.options());
      const error = await expectFailure('session_not_found', load, { sessionId: 'unknown' });
      assert.equal(error.message, 'Session not found: unknown');
      await expectFailure('session_not_found', load);
    },

    'open creates a session, then loads it': async (scope) => {
      const options = scope.options({ sessionId: 's', userId: 'user-1' });
      const first = await JSONSession.open(options);
      assert.equal((await first.getMetadata()).messageCount, 0);
      await say(first, 'Hello');
      const second = await JSONSession.open({ ...options, store: scope.otherStore });
      assert.deepEqual(await textsOf(second), ['Hello']);
    },

    'create, load and open give instances of a subclass': async (scope) => {
      class OwnSession extends JSONSession {
        readonly own = true;
      }
      const created = await OwnSession.create(scope.options({ sessionId: 's' }));
      const loaded = await OwnSession.load('s', scope.options());
      const opened = await OwnSession.open(scope.options({ sessionId: 's' }));
      assert.ok([created, loaded, opened].every(({ own }) => own));
    },

    'reads of a session that was never created find nothing and create nothing': async (scope) => {
      const session = scope.session();
      assert.deepEqual(await session.getMessages(), []);
      assert.deepEqual(await session.getItems(), []);
      assert.deepEqual(await session.getItems(5), []);
      assert.deepEqual(await session.toAgentInputs(), []);
      assert.equal(await session.popItem(), undefined);
      assert.equal(await session.getHandoffContext(), null);
      const { sessionId } = session;
      await expectFailure('session_not_found', () => session.getMetadata(), { sessionId });
    },

    'clear, touch and delete create nothing': async (scope) => {
      const session = scope.session();
      await session.clear();
      await session.clearSession();
      assert.equal(await session.delete(), false);
      await expectFailure('session_not_found', () => session.touch());
      await expectFailure('session_not_found', () => session.getMetadata());
    },

    ...Object.fromEntries(
      Object.entries(FIRST_WRITES).map(
        ([name, write]) =>
          [
            `${name} creates the session`,
            async (scope) => {
              const session = scope.session({ userId: 'user-1', ttl: 3600 });
              await write(session);
              const options = scope.options({ store: scope.otherStore, userId: 'user-1' });
              const loaded = await JSONSession.load(session.sessionId, options);
              const metadata = await loaded.getMetadata();
              assert.deepEqual(await session.getMetadata(), metadata);
              assert.equal(metadata.ttl, 3600);
              assert.equal(metadata.messageCount, name.startsWith('add') ? 1 : 0);
              assert.deepEqual(metadata.agentsUsed, name === 'trackAgent' ? ['Triage'] : []);
              assert.deepEqual(
                metadata.attributes,
                name === 'setAttributes' ? { title: 'Trip' } : {},
              );
              const context = name === 'setHandoffContext' ? { from: 'Triage' } : null;
              assert.deepEqual(await loaded.getHandoffContext(), context);
            },
          ] satisfies [string, Topic['cases'][string]],
      ),
    ),

    'adding no items creates nothing and changes nothing': async (scope) => {
      const fresh = scope.session();
      await fresh.addItems([]);
      await expectFailure('session_not_found', () => fresh.getMetadata());
      const session = await scope.created();
      await say(session, 'Hello');
      const before = await session.getMetadata();
      await session.addItems([]);
      assert.deepEqual(await session.getMetadata(), before);
    },

    'delete says whether the session was there': async (scope) => {
      const session = await scope.created();
      await say(session, 'Hello');
      assert.equal(await scope.elsewhere(session.sessionId).delete(), true);
      assert.equal(await scope.elsewhere(session.sessionId).delete(), false);
      assert.equal(await session.delete(), false);
      const load = (): Promise<unknown> => JSONSession.load(session.sessionId, scope.options());
      await expectFailure('session_not_found', load);
    },

    'a handle that deleted its session can create it anew': async (scope) => {
      const session = await scope.created();
      await say(session, 'old');
      assert.equal(await session.delete(), true);
      await expectFailure('session_expired', () => say(session, 'lost'));
      await session.create();
      await say(session, 'new');
      assert.deepEqual(await textsOf(session), ['new']);
    },

    'a handle that deleted a session without reading it does not write to a new one': async (
      scope,
    ) => {
      const { sessionId } = await scope.created();
      const session = scope.session({ sessionId });
      assert.equal(await session.delete(), true);
      await expectFailure('session_expired', () => say(session, 'lost'));
      assert.equal(await scope.elsewhere(sessionId).delete(), false);
    },

    'a session begun after a delete has nothing of the one before': async (scope) => {
      const first = await scope.created({ sessionId: 's', ttl: 60 });
      await say(first, 'old');
      await first.trackAgent('Triage');
      await first.setAttributes({ title: 'old' });
      await first.setHandoffContext('old');
      await first.delete();
      const second = scope.elsewhere('s');
      await say(second, 'new');
      const { createdAt, updatedAt, ...metadata } = await second.getMetadata();
      assert.ok(createdAt <= updatedAt);
      assert.deepEqual(metadata, {
        sessionId: 's',
        userId: 'anonymous',
        currentAgent: null,
        agentsUsed: [],
        messageCount: 1,
        totalTokens: 0,
        usage: NOTHING_USED,
        attributes: {},
        ttl: null,
      });
      assert.equal(await second.getHandoffContext(), null);
      assert.deepEqual(await textsOf(second), ['new']);
    },

    'a closed session answers every call with store_closed': async (scope) => {
      const session = await scope.created();
      await session.close();
      await session.close();
      for (const call of Object.values(EVERY_CALL)) {
        await expectFailure('store_closed', () => call(session));
      }
      await expectFailure('store_closed', () => session.create());
      await expectFailure('store_closed', () => session.delete());
      await session.addItems([]);
      assert.equal(await session.getSessionId(), session.sessionId);
    },

    'await using closes the session and leaves the store open': async (scope) => {
      const { sessionId } = await scope.created();
      const session = scope.session({ sessionId });
      await say(session, 'Hello');
      await session[Symbol.asyncDispose]();
      await expectFailure('store_closed', () => session.getItems());
      assert.deepEqual(await textsOf(scope.session({ sessionId })), ['Hello']);
    },

    'a closed store answers every call with store_closed': async (scope) => {
      const { sessionId } = await scope.created();
      const store = await scope.open();
      const session = scope.session({ sessionId, store });
      await say(session, 'Hello');
      await store.close();
      for (const call of Object.values(EVERY_CALL)) {
        await expectFailure('store_closed', () => call(session));
      }
      assert.deepEqual(await textsOf(scope.session({ sessionId })), ['Hello']);
    },

    'calls of a handle whose signal was aborted end at once, and change nothing': async (scope) => {
      const { sessionId } = await scope.created();
      await say(scope.elsewhere(sessionId), 'Hello');
      const before = await scope.elsewhere(sessionId).getMetadata();
      const calls = {
        ...EVERY_CALL,
        create: (session: JSONSession) => session.create(),
        delete: (session: JSONSession) => session.delete(),
      };
      for (const [name, call] of Object.entries(calls)) {
        const reason = new Error(name);
        const session = scope.elsewhere(sessionId, { signal: AbortSignal.abort(reason) });
        const error = await expectFailure('aborted', () => call(session));
        assert.equal(error.cause, reason);
      }
      assert.deepEqual(await scope.elsewhere(sessionId).getMetadata(), before);
      const missing = scope.session({ signal: AbortSignal.abort() });
      await expectFailure('aborted', () => say(missing, 'Hello'));
      await expectFailure('session_not_found', () =>
        scope.elsewhere(missing.sessionId).getMetadata(),
      );
      const signal = { aborted: true } as unknown as AbortSignal;
      await expectFailure('invalid_input', () => scope.session({ signal }), { field: 'signal' });
    },
  },
};
