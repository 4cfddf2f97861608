import assert from 'node:assert/strict';
import { say, textsOf } from '../conversation.ts';
import { expectFailure } from '../expect-failure.ts';
import { filled, LEASE_MS, LockElsewhere, steal, storedLock } from '../lock-elsewhere.ts';
import { randomHex } from '../../random-ids.ts';
import type { Topic } from '../topic.ts';
import { until } from '../until.ts';

/**
 * How long a session is locked, and what becomes of a lock that ended too early.
 */
export const LEASES: Topic = {
  title: 'leases',
  needs: 'nothing',
  cases: {
    'a lock ends by the store’s clock, and its holder cannot write any more': async (scope) => {
      const session = await filled(scope);
      const { sessionId } = session;
      const other = new LockElsewhere(scope, sessionId);
      await other.take();
      await other.write('in time');
      await expectFailure('session_locked', () => session.exclusive(() => {}, { wait: 0 }));
      // From here on no step depends on how fast the one before was.
      const { time } = await other.keep(LEASE_MS);
      const end = (await storedLock(scope, sessionId))?.until ?? 0;
      assert.ok(Math.abs(end - time - LEASE_MS / 1000) < 0.5);
      await session.exclusive(async () => {
        const { timestamp } = await say(session, 'the next one');
        assert.ok(timestamp.getTime() / 1000 >= end - 0.001);
        await expectFailure('lease_lost', () => other.write('too late'), { sessionId });
        await expectFailure('lease_lost', () => other.rewrite(), { sessionId });
        await expectFailure('lease_lost', () => other.delete(), { sessionId });
        await expectFailure('lease_lost', () => other.keep(), { sessionId });
        await expectFailure('session_locked', () => other.take(), { sessionId });
        await other.giveBack();
        await say(session, 'still mine');
      });
      await expectFailure('lease_lost', () => other.write('too late'), { sessionId });
      const texts = (await textsOf(session)).slice(4);
      assert.deepEqual(texts, ['in time', 'the next one', 'still mine']);
    },

    'a lock that is over is over though nobody else took it': async (scope) => {
      const session = await filled(scope);
      const other = new LockElsewhere(scope, session.sessionId);
      await other.take(LEASE_MS);
      await until('others may write', () =>
        say(session, 'unlocked').then(
          () => true,
          (error: { code?: unknown }) => {
            assert.equal(error.code, 'session_locked');
            return false;
          },
        ),
      );
      await expectFailure('lease_lost', () => other.write('too late'));
      await expectFailure('lease_lost', () => other.keep());
      assert.equal((await textsOf(session)).at(-1), 'unlocked');
      await other.take();
      await other.write('once more');
      await other.giveBack();
    },

    'a lock is renewed while its function runs': async (scope) => {
      const session = await filled(scope);
      const { sessionId } = session;
      const end = async (): Promise<number> => (await storedLock(scope, sessionId))?.until ?? 0;
      await session.exclusive(
        async () => {
          const first = await end();
          await until(
            'the first lease is over',
            async () => (await end()) > first + LEASE_MS / 1000,
          );
          await expectFailure('session_locked', () => new LockElsewhere(scope, sessionId).take());
          await say(session, 'long since');
        },
        { lease: LEASE_MS },
      );
      assert.equal((await textsOf(session)).at(-1), 'long since');
    },

    'a lock that is kept starts the time to live again': async (scope) => {
      const session = await scope.created({ ttl: 3 });
      const clock = await scope.created({ ttl: 4 });
      await session.exclusive(
        async () => {
          const isGone = async (): Promise<boolean> =>
            clock.getItems().then(
              () => false,
              () => true,
            );
          await until('the time to live is over', isGone);
        },
        { lease: LEASE_MS },
      );
      assert.deepEqual(await textsOf(session), []);
    },

    'a lock that is lost fails what is written then, and tells the function': async (scope) => {
      const session = await filled(scope);
      const { sessionId } = session;
      const result = await session.exclusive(async ({ signal }) => {
        await say(session, 'in time');
        await steal(scope, sessionId);
        assert.equal(signal.aborted, false);
        const error = await expectFailure('lease_lost', () => say(session, 'x'), { sessionId });
        assert.equal(signal.aborted, true);
        assert.equal(signal.reason, error);
        await expectFailure('lease_lost', () => session.delete(), { sessionId });
        await expectFailure('lease_lost', () => session.exclusive(() => say(session, 'x')));
        return 'what was done';
      });
      assert.equal(result, 'what was done');
      await say(session, 'afterwards');
      assert.deepEqual((await textsOf(session)).slice(4), ['in time', 'afterwards']);
    },

    'a function learns that its lock is lost though it writes nothing': async (scope) => {
      const session = await filled(scope);
      const { sessionId } = session;
      const other = new LockElsewhere(scope, sessionId);
      await session.exclusive(
        async ({ signal }) => {
          await steal(scope, sessionId);
          await other.take();
          await until('it is told', () => signal.aborted);
          assert.equal((signal.reason as { code?: unknown }).code, 'lease_lost');
        },
        { lease: LEASE_MS },
      );
      // What somebody else has is not given back.
      assert.equal((await storedLock(scope, sessionId))?.token, other.lockToken);
      await other.giveBack();
    },

    'a deletion ends the lock too': async (scope) => {
      const session = await filled(scope);
      const { sessionId } = session;
      await session.exclusive(async () => {
        assert.equal(await session.delete(), true);
        await session.create();
        await say(session, 'anew');
        await say(scope.elsewhere(sessionId), 'by anybody');
      });
      assert.deepEqual(await textsOf(session), ['anew', 'by anybody']);
    },

    'a lock is of one life of the session': async (scope) => {
      const session = await filled(scope);
      const { sessionId } = session;
      const other = new LockElsewhere(scope, sessionId);
      await other.take();
      await other.write('mine');
      assert.equal(await other.delete(), true);
      const create = { userId: 'user-1', incarnation: randomHex(16) };
      await expectFailure('lease_lost', () => other.write('begins none', { create }));
      await expectFailure('session_not_found', () => other.keep());
      assert.equal(await storedLock(scope, sessionId), null);
      const next = await scope.created({ sessionId });
      await say(next, 'of the next');
      await expectFailure('lease_lost', () => other.write('too late', { create }));
      await expectFailure('lease_lost', () => other.keep());
      await other.giveBack();
      assert.deepEqual(await textsOf(next), ['of the next']);
    },

    'a lock expires with its session': async (scope) => {
      const { sessionId } = await scope.created({ ttl: 1 });
      const other = new LockElsewhere(scope, sessionId);
      await other.take();
      const session = scope.session({ sessionId });
      await session.exclusive(() => say(session, 'anew'));
      assert.deepEqual(await textsOf(session), ['anew']);
    },

    'the same token takes its lock again, as when the first answer was lost': async (scope) => {
      const sessionId = 's';
      const other = new LockElsewhere(scope, sessionId);
      const first = await other.take(LEASE_MS);
      const again = await other.take();
      assert.equal(again.incarnation, first.incarnation);
      const end = (await storedLock(scope, sessionId))?.until ?? 0;
      assert.ok(end > first.time + LEASE_MS / 1000 + 1);
      await other.keep(LEASE_MS);
      await other.giveBack();
      await other.giveBack();
      assert.equal(await storedLock(scope, sessionId), null);
    },

    'a write that is sent again after the lock is over is still recognised': async (scope) => {
      const session = await filled(scope);
      const other = new LockElsewhere(scope, session.sessionId);
      const operation = { id: randomHex(16), digest: randomHex(16) };
      await other.take();
      const first = await other.write('once', { operation });
      await other.giveBack();
      const again = await other.write('once', { operation });
      assert.equal(again.time, first.time);
      assert.equal((await textsOf(session)).length, 5);
    },
  },
};
