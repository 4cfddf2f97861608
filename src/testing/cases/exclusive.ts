import assert from 'node:assert/strict';
import { assistantItem, callItem, resultItem, say, textsOf, userItem } from '../conversation.ts';
import { type Calls, EVERY_READ, EVERY_WRITE } from '../every-call.ts';
import { expectFailure } from '../expect-failure.ts';
import { filled, LockElsewhere, LONG_MS, storedLock } from '../lock-elsewhere.ts';
import { randomHex } from '../../random-ids.ts';
import { JSONSession } from '../../session/session.ts';
import type { Topic } from '../topic.ts';

/** What has no line of its own in {@link EVERY_WRITE}. */
const MORE_WRITES: Calls = {
  popTurn: (session) => session.popTurn(),
  undoTo: async (session) => session.undoTo((await session.getMessages())[0]?.id ?? ''),
  replaceHistoryWithCompaction: (session) =>
    session.replaceHistoryWithCompaction([userItem('short')]),
  applyHistoryMutations: (session) =>
    session.applyHistoryMutations({
      mutations: [
        {
          type: 'replace_function_call',
          callId: 'call_1',
          replacement: { ...callItem('call_1'), arguments: '{"a":1}' } as never,
        },
      ],
    }),
  'an append as a transaction': (session) =>
    session.applyHistoryTransaction({
      operationId: randomHex(8),
      transaction: { type: 'append_items', items: [userItem('x')] },
    }),
  'a replacement as a transaction': (session) =>
    session.applyHistoryTransaction({
      operationId: randomHex(8),
      transaction: {
        type: 'replace_suffix',
        expectedSuffix: [assistantItem('done')],
        replacement: [userItem('x')],
      },
    }),
};

const ALL_WRITES: Calls = { ...EVERY_WRITE, ...MORE_WRITES };

/**
 * Having a session to oneself.
 */
export const EXCLUSIVE: Topic = {
  title: 'exclusive',
  needs: 'nothing',
  cases: {
    'those who want a session to themselves have it one after the other': async (scope) => {
      const { sessionId } = await scope.created();
      let inside = 0;
      const results = await Promise.all(
        Array.from({ length: 6 }, async (_, index) => {
          const session =
            index % 2 === 0 ? scope.session({ sessionId }) : scope.elsewhere(sessionId);
          return session.exclusive(async () => {
            inside += 1;
            assert.equal(inside, 1);
            const before = await textsOf(session);
            await say(session, `${index}/1`);
            await say(session, `${index}/2`);
            assert.deepEqual(await textsOf(session), [...before, `${index}/1`, `${index}/2`]);
            inside -= 1;
            return index;
          });
        }),
      );
      assert.deepEqual(results, [0, 1, 2, 3, 4, 5]);
      assert.equal((await textsOf(scope.session({ sessionId }))).length, 12);
      assert.equal(await storedLock(scope, sessionId), null);
    },

    'every write of others is refused, and changes nothing': async (scope) => {
      const session = await filled(scope);
      const { sessionId } = session;
      const before = [await session.getMetadata(), await session.getMessages()];
      await session.exclusive(async () => {
        // Not in the function's own context, as in another process.
        const others = new LockElsewhere(scope, sessionId);
        await expectFailure('lease_lost', () => others.write('x'));
        await expectFailure('session_locked', () => others.write('x', { lockToken: undefined }));
      });
      const other = new LockElsewhere(scope, sessionId);
      await other.take();
      for (const write of Object.values(ALL_WRITES)) {
        for (const handle of [session, scope.session({ sessionId }), scope.elsewhere(sessionId)]) {
          const error = await expectFailure('session_locked', () => write(handle), { sessionId });
          assert.ok(error.remainingMs > 0 && error.remainingMs <= LONG_MS);
          assert.ok(!JSON.stringify(error).includes(other.lockToken));
        }
      }
      await expectFailure('session_locked', () => session.delete(), { sessionId });
      await expectFailure('session_exists', () => scope.session({ sessionId }).create());
      await other.giveBack();
      assert.deepEqual([await session.getMetadata(), await session.getMessages()], before);
    },

    'reads and touches go on': async (scope) => {
      const { sessionId } = await filled(scope);
      const other = new LockElsewhere(scope, sessionId);
      await other.take();
      for (const read of Object.values(EVERY_READ)) {
        await read(scope.session({ sessionId }));
        await read(scope.session({ sessionId, refreshTtlOnRead: true }));
      }
      await scope.session({ sessionId }).touch();
      const opened = await JSONSession.open(scope.options({ sessionId, ttl: 700 }));
      assert.equal((await opened.getMetadata()).ttl, 700);
      await other.giveBack();
    },

    'every write within goes ahead, by whichever handle': async (scope) => {
      for (const [name, write] of Object.entries(ALL_WRITES)) {
        const session = await filled(scope);
        const { sessionId } = session;
        await session.exclusive(async () => {
          await write(scope.session({ sessionId }));
          if (name.startsWith('add')) await write(session);
          assert.ok((await storedLock(scope, sessionId)) !== null, name);
        });
        assert.equal(await storedLock(scope, sessionId), null);
      }
    },

    'a session that is not there is created': async (scope) => {
      const session = scope.session({ userId: 'user-1', ttl: 600 });
      const seen = await session.exclusive(async () => {
        const { messageCount } = await session.getMetadata();
        await say(session, 'Hello');
        return messageCount;
      });
      assert.equal(seen, 0);
      const { userId, ttl } = await session.getMetadata();
      assert.deepEqual([userId, ttl, await textsOf(session)], ['user-1', 600, ['Hello']]);
    },

    'a session of another owner, or of another life, is not locked': async (scope) => {
      const session = await scope.created({ userId: 'user-1' });
      const { sessionId } = session;
      let calls = 0;
      const count = (): void => void (calls += 1);
      const stranger = scope.elsewhere(sessionId, { userId: 'user-2' });
      await expectFailure('session_not_found', () => stranger.exclusive(count), { sessionId });
      await scope.elsewhere(sessionId).delete();
      await expectFailure('session_expired', () => session.exclusive(count), { sessionId });
      await scope.created({ sessionId, userId: 'user-1' });
      await expectFailure('session_expired', () => session.exclusive(count), { sessionId });
      assert.equal(calls, 0);
      assert.equal(await storedLock(scope, sessionId), null);
      const restarting = await scope.created({ onExpired: 'restart' });
      await scope.elsewhere(restarting.sessionId).delete();
      await restarting.exclusive(() => say(restarting, 'anew'));
      assert.deepEqual(await textsOf(restarting), ['anew']);
    },

    'the lock changes nothing that can be seen': async (scope) => {
      const session = await filled(scope);
      const before = [await session.getMetadata(), await session.getMessages()];
      const within = await session.exclusive(async () => [
        await session.getMetadata(),
        await session.getMessages(),
      ]);
      assert.deepEqual(within, before);
      assert.deepEqual([await session.getMetadata(), await session.getMessages()], before);
    },

    'waiting ends when the time is up, and nothing was called': async (scope) => {
      const session = await filled(scope);
      const { sessionId } = session;
      const other = new LockElsewhere(scope, sessionId);
      await other.take();
      const never = (): never => assert.fail('must not be called');
      for (const wait of [0, 1, 300]) {
        const begun = performance.now();
        const waiting = (): Promise<unknown> => session.exclusive(never, { wait });
        const { remainingMs } = await expectFailure('session_locked', waiting, { sessionId });
        assert.ok(remainingMs > LONG_MS / 2);
        assert.ok(performance.now() - begun >= wait);
      }
      await other.giveBack();
      assert.equal(await session.exclusive(() => 'mine', { wait: 0 }), 'mine');
    },

    'waiting ends when its signal is aborted': async (scope) => {
      const { sessionId } = await filled(scope);
      const other = new LockElsewhere(scope, sessionId);
      await other.take();
      const reason = new Error('nobody waits any more');
      const controller = new AbortController();
      const session = scope.session({ sessionId, signal: controller.signal });
      const waiting = session.exclusive(() => assert.fail('must not be called'));
      setTimeout(() => controller.abort(reason), 50);
      const error = await expectFailure('aborted', () => waiting);
      assert.equal(error.cause, reason);
      await other.giveBack();
    },

    'who waits gets the session when it is given back': async (scope) => {
      const session = await filled(scope);
      const other = new LockElsewhere(scope, session.sessionId);
      await other.take();
      const waiting = session.exclusive(() => textsOf(session));
      await other.write('last word');
      await other.giveBack();
      assert.equal((await waiting).at(-1), 'last word');
    },

    'within, a session is had at once, and until the outer one ends': async (scope) => {
      const session = await filled(scope);
      const { sessionId } = session;
      const same = scope.session({ sessionId });
      await session.exclusive(async ({ signal }) => {
        const token = (await storedLock(scope, sessionId))?.token;
        const inner = await session.exclusive((lease) => lease.signal, { wait: 0 });
        assert.equal(inner, signal);
        await same.exclusive(() => say(same, 'inner'), { wait: 0 });
        assert.equal((await storedLock(scope, sessionId))?.token, token);
        // Another session is another matter.
        const second = scope.session();
        await second.exclusive(() => Promise.all([say(second, 'one'), say(session, 'outer')]));
      });
      assert.equal(await storedLock(scope, sessionId), null);
      assert.deepEqual((await textsOf(session)).slice(4), ['inner', 'outer']);
    },

    'an error passes through and gives the session back': async (scope) => {
      const session = await filled(scope);
      const { sessionId } = session;
      const failure = new Error('of the function');
      const fail = async (): Promise<never> => {
        await say(session, 'before');
        throw failure;
      };
      await assert.rejects(session.exclusive(fail), (error) => error === failure);
      assert.equal(await storedLock(scope, sessionId), null);
      const failAtOnce = (): never => {
        throw failure;
      };
      await assert.rejects(session.exclusive(failAtOnce), (error) => error === failure);
      await scope.elsewhere(sessionId).exclusive(() => {}, { wait: 0 });
      assert.equal((await textsOf(session)).at(-1), 'before');
    },

    'a handle that was closed or aborted meanwhile gives the session back': async (scope) => {
      const { sessionId } = await filled(scope);
      const closing = scope.session({ sessionId });
      await closing.exclusive(() => closing.close());
      assert.equal(await storedLock(scope, sessionId), null);
      const controller = new AbortController();
      const aborted = scope.session({ sessionId, signal: controller.signal });
      await aborted.exclusive(() => controller.abort());
      assert.equal(await storedLock(scope, sessionId), null);
    },

    'what a function has left behind writes as anybody does': async (scope) => {
      const session = await filled(scope);
      const { promise: over, resolve: end } = Promise.withResolvers<void>();
      let late: Promise<unknown> = Promise.resolve();
      await session.exclusive(() => {
        late = over.then(() => say(session, 'late'));
      });
      end();
      await late;
      assert.equal((await textsOf(session)).at(-1), 'late');
    },

    'the result of a tool call begins no session': async (scope) => {
      const session = scope.session();
      const { sessionId } = session;
      const answer = (): Promise<void> => session.addItems([resultItem('call_1')]);
      for (let attempt = 0; attempt < 2; attempt += 1) {
        await expectFailure('session_expired', () => session.exclusive(answer), { sessionId });
        assert.deepEqual(await textsOf(scope.elsewhere(sessionId)), []);
      }
      await session.addItems([userItem('Hello'), callItem('call_1')]);
      await session.exclusive(answer);
      assert.equal((await session.getItems()).length, 3);
    },

    'a job that is tried twice at once is done once': async (scope) => {
      const { sessionId } = await scope.created();
      let calls = 0;
      const attempt = async (session: JSONSession) =>
        session.exclusive(() =>
          session.once('job-1', async () => {
            calls += 1;
            await session.addItems([userItem('Hello'), assistantItem('Hi')]);
          }),
        );
      const outcomes = await Promise.all([
        attempt(scope.session({ sessionId })),
        attempt(scope.elsewhere(sessionId)),
      ]);
      assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['done', 'repeated']);
      assert.deepEqual(
        outcomes.map(({ answer }) => answer),
        ['Hi', 'Hi'],
      );
      assert.equal(calls, 1);
    },

    'what is not acceptable locks nothing': async (scope) => {
      const session = scope.session();
      const never = (): never => assert.fail('must not be called');
      const wrong: [field: string, options: object][] = [
        ['wait', { wait: -1 }],
        ['wait', { wait: 1.5 }],
        ['wait', { wait: Number.POSITIVE_INFINITY }],
        ['lease', { lease: 999 }],
        ['lease', { lease: 3_600_001 }],
        ['lease', { lease: '1000' }],
      ];
      for (const [field, options] of wrong) {
        await expectFailure('invalid_input', () => session.exclusive(never, options), { field });
      }
      await expectFailure('invalid_input', () => session.exclusive('x' as never), { field: 'fn' });
      await expectFailure('invalid_input', () => session.exclusive(never, null as never), {
        field: 'options',
      });
      await expectFailure('session_not_found', () => session.getMetadata());
    },
  },
};
