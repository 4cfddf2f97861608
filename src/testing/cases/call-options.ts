import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { CaseScope } from '../case-scope.ts';
import { say, textsOf } from '../conversation.ts';
import { READS_WITH_OPTIONS, WRITES_WITH_OPTIONS } from '../every-option.ts';
import { expectFailure } from '../expect-failure.ts';
import { hasCode } from '../../errors.ts';
import type { SessionAddress, SessionStore } from '../../store.ts';
import type { Topic } from '../topic.ts';

const EVERY_CALL = { ...READS_WITH_OPTIONS, ...WRITES_WITH_OPTIONS };

const WRONG_OPTIONS: readonly (readonly [field: string, options: unknown])[] = [
  ...[null, 7, 'soon', true].map((options) => ['options', options] as const),
  ...[null, {}, 'stop', { aborted: true }].map((signal) => ['signal', { signal }] as const),
  ...[0, -1, 1.5, '7', 2 ** 31].map((timeoutMs) => ['timeoutMs', { timeoutMs }] as const),
];

/** The store of a case, which sees what every call is given before it is made. */
function watched(scope: CaseScope, see: (params: SessionAddress) => unknown): SessionStore {
  return new Proxy<SessionStore>(scope.store, {
    get(target, name): unknown {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (params: SessionAddress): Promise<unknown> => {
        await see(params);
        return Reflect.apply(member, target, [params]);
      };
    },
  });
}

/**
 * Options of single calls.
 */
export const CALL_OPTIONS: Topic = {
  title: 'call options',
  needs: 'nothing',
  cases: {
    'a call whose signal is aborted already sends nothing': async (scope) => {
      const { sessionId } = await scope.created();
      await say(scope.session({ sessionId }), 'Hello');
      let sent = 0;
      const store = watched(scope, () => (sent += 1));
      const session = scope.session({ store, sessionId });
      for (const [name, call] of Object.entries(EVERY_CALL)) {
        const reason = new Error(name);
        const signal = AbortSignal.abort(reason);
        const error = await expectFailure('aborted', () => call(session, { signal }));
        assert.equal(error.cause, reason);
      }
      assert.equal(sent, 0);
      // The handle goes on.
      assert.deepEqual(await textsOf(session), ['Hello']);
    },

    'a call is given the time that it may take, and no more': async (scope) => {
      const { sessionId } = await scope.created();
      const times: (number | undefined)[] = [];
      const store = watched(scope, ({ timeoutMs }) => times.push(timeoutMs));
      const session = scope.session({ store, sessionId, timeoutMs: 20_000 });
      for (const [name, call] of Object.entries(EVERY_CALL)) {
        times.length = 0;
        await call(session, { timeoutMs: 10_000 }).catch((error: unknown) => {
          const isExpected = hasCode(error, 'invalid_input') || hasCode(error, 'session_exists');
          if (!isExpected) throw error;
        });
        assert.ok(times.length > 0, `${name} did not reach the store`);
        for (const time of times) assert.ok(Number(time) > 0 && Number(time) <= 10_000, name);
      }
    },

    'its own signal ends a call, and so does that of the session': async (scope) => {
      const { sessionId } = await scope.created();
      await say(scope.session({ sessionId }), 'Hello');
      for (const [name, call] of Object.entries(EVERY_CALL)) {
        for (const which of ['own', 'session'] as const) {
          const ends = { own: new AbortController(), session: new AbortController() };
          const store = watched(scope, async ({ signal }) => {
            assert.ok(signal !== undefined, name);
            if (signal.aborted) return;
            const aborted = once(signal, 'abort');
            ends[which].abort(new Error(name));
            await aborted;
          });
          const session = scope.session({ store, sessionId, signal: ends.session.signal });
          const { signal } = ends.own;
          const error = await expectFailure('aborted', () => call(session, { signal }));
          assert.equal((error.cause as Error).message, name);
        }
      }
      assert.deepEqual(await textsOf(scope.session({ sessionId })), ['Hello']);
    },

    'waiting for the session ends with the signal of the call': async (scope) => {
      const { sessionId } = await scope.created();
      const end = new AbortController();
      await scope.session({ sessionId }).exclusive(async () => {
        const session = scope.elsewhere(sessionId);
        const waiting = session.exclusive(() => 'mine', { signal: end.signal });
        end.abort();
        await expectFailure('aborted', () => waiting);
      });
      await expectFailure(
        'invalid_input',
        () => scope.session({ sessionId }).exclusive(() => 'mine', { signal: {} as AbortSignal }),
        { field: 'signal' },
      );
    },

    'wrong options are refused before anything is sent': async (scope) => {
      let sent = 0;
      const session = scope.session({ store: watched(scope, () => (sent += 1)) });
      for (const call of Object.values(EVERY_CALL)) {
        for (const [field, options] of WRONG_OPTIONS) {
          await expectFailure('invalid_input', () => call(session, options as object), { field });
        }
      }
      for (const call of Object.values(WRITES_WITH_OPTIONS)) {
        for (const operationId of ['', 7, null, {}] as unknown as string[]) {
          const fields = { field: 'operationId' };
          await expectFailure('invalid_input', () => call(session, { operationId }), fields);
        }
      }
      assert.equal(sent, 0);
    },
  },
};
