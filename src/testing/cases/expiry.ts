import assert from 'node:assert/strict';
import { callItem, resultItem, say, textsOf, userItem } from '../conversation.ts';
import { EVERY_CALL, EVERY_READ, EVERY_WRITE } from '../every-call.ts';
import { expectFailure } from '../expect-failure.ts';
import type { CaseScope } from '../case-scope.ts';
import { JSONSession } from '../../session/session.ts';
import { SAMPLE_ITEMS } from '../sample-items.ts';
import type { Topic } from '../topic.ts';
import { until } from '../until.ts';

const RESULT_TYPES = [
  'function_call_result',
  'computer_call_result',
  'shell_call_output',
  'apply_patch_call_output',
  'program_output',
  'tool_search_output',
];

async function isThere(scope: CaseScope, sessionId: string): Promise<boolean> {
  try {
    await JSONSession.load(sessionId, scope.options());
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'session_not_found') return false;
    throw error;
  }
}

async function untilGone(scope: CaseScope, sessionId: string): Promise<void> {
  await until('the session has expired', async () => !(await isThere(scope, sessionId)));
}

type Actions = Readonly<Record<string, (sessionId: string) => Promise<unknown>>>;

/**
 * Gives the names of the actions that kept their session alive: sessions are made, each action is done
 * to one of them when two thirds of its time are over, and then their time is waited for.
 */
async function survivors(scope: CaseScope, actions: Actions): Promise<string[]> {
  for (let ttl = 3; ; ttl *= 2) {
    const found = await survivorsOf(scope, actions, ttl);
    if (found !== null) return found;
  }
}

/** Gives null where this process was too slow to tell. */
async function survivorsOf(
  scope: CaseScope,
  actions: Actions,
  ttl: number,
): Promise<string[] | null> {
  const idOf = (name: string): string => `${name} ${ttl}`;
  const names = Object.keys(actions);
  const tooLate = (since: number): boolean => performance.now() - since > ttl * 1000 - 100;
  const clock = await scope.created({ ttl: (ttl * 2) / 3 });
  const begun = performance.now();
  for (const name of names) {
    const session = await scope.created({ sessionId: idOf(name), ttl });
    await session.addItems([userItem('one'), userItem('two')]);
  }
  const control = await scope.created({ ttl });
  await untilGone(scope, clock.sessionId);
  if (tooLate(begun)) return null;
  const acted = performance.now();
  try {
    for (const [name, action] of Object.entries(actions)) await action(idOf(name));
  } catch (error) {
    if (tooLate(begun)) return null;
    throw error;
  }
  if (tooLate(begun)) return null;
  await untilGone(scope, control.sessionId);
  const found: string[] = [];
  for (const name of names) if (await isThere(scope, idOf(name))) found.push(name);
  if (tooLate(acted)) return null;
  for (const name of found) await untilGone(scope, idOf(name));
  return found;
}

/**
 * Sessions that end by themselves, or under the hands of a caller.
 */
export const EXPIRY: Topic = {
  title: 'expiry',
  needs: 'nothing',
  cases: {
    'a session ends when its time is up': async (scope) => {
      const session = await scope.created({ ttl: 3 });
      const { sessionId } = session;
      await say(session, 'Hello');
      await untilGone(scope, sessionId);
      await expectFailure('session_expired', () => session.getItems(), { sessionId });
      await expectFailure('session_expired', () => say(session, 'lost'), { sessionId });
      assert.equal(await session.delete(), false);
      const next = scope.elsewhere(sessionId);
      assert.deepEqual(await next.getItems(), []);
      await say(next, 'new');
      assert.deepEqual(await textsOf(next), ['new']);
      assert.equal((await next.getMetadata()).ttl, null);
      await expectFailure('session_expired', () => session.getItems(), { sessionId });
    },

    'create succeeds where a session has expired': async (scope) => {
      const { sessionId } = await scope.created({ ttl: 1 });
      await untilGone(scope, sessionId);
      await scope.created({ sessionId });
      const opened = await JSONSession.open(scope.options({ sessionId }));
      assert.equal((await opened.getMetadata()).ttl, null);
    },

    'every write starts the time again, by handles that know no ttl too': async (scope) => {
      const writes = Object.entries({ ...EVERY_WRITE, touch: EVERY_CALL['touch']! });
      const actions = Object.fromEntries(
        writes.map(([name, write]) => [name, (id: string) => write(scope.elsewhere(id))]),
      );
      assert.deepEqual(await survivors(scope, actions), Object.keys(actions));
    },

    'reads do not start the time again': async (scope) => {
      const actions = Object.fromEntries(
        Object.entries(EVERY_READ).map(([name, read]) => [
          name,
          (id: string) => read(scope.elsewhere(id)),
        ]),
      );
      assert.deepEqual(await survivors(scope, actions), []);
    },

    'reads start the time again where that is asked for': async (scope) => {
      const actions = Object.fromEntries(
        Object.entries(EVERY_READ).map(([name, read]) => [
          name,
          (id: string) => read(scope.elsewhere(id, { refreshTtlOnRead: true })),
        ]),
      );
      assert.deepEqual(await survivors(scope, actions), Object.keys(actions));
    },

    'refreshing on reads changes nothing else, and creates nothing': async (scope) => {
      const { sessionId } = await scope.created({ ttl: 600 });
      const session = scope.session({ sessionId, refreshTtlOnRead: true });
      const before = await scope.session({ sessionId }).getMetadata();
      await session.getItems();
      assert.deepEqual(await session.getMetadata(), before);
      const missing = scope.session({ refreshTtlOnRead: true, ttl: 60 });
      assert.deepEqual(await missing.getItems(), []);
      await expectFailure('session_not_found', () => missing.getMetadata());
    },

    'a ttl given to load or open becomes that of the session': async (scope) => {
      const { sessionId } = await scope.created({ ttl: 600 });
      const ttl = async (): Promise<number | null> =>
        (await scope.session({ sessionId }).getMetadata()).ttl;
      await JSONSession.load(sessionId, scope.options());
      assert.equal(await ttl(), 600);
      await JSONSession.load(sessionId, scope.options({ ttl: 700 }));
      assert.equal(await ttl(), 700);
      await JSONSession.open(scope.options({ sessionId, ttl: 2_147_483_647 }));
      assert.equal(await ttl(), 2_147_483_647);
      await JSONSession.load(sessionId, scope.options({ ttl: 1 }));
      await untilGone(scope, sessionId);
    },

    'a ttl given to load begins at once': async (scope) => {
      const { sessionId } = await scope.created();
      const session = await JSONSession.load(sessionId, scope.options({ ttl: 1 }));
      await untilGone(scope, sessionId);
      await expectFailure('session_expired', () => session.getItems());
    },

    'a ttl of a handle becomes that of the session with its first write': async (scope) => {
      const { sessionId } = await scope.created();
      const handle = scope.elsewhere(sessionId, { ttl: 500 });
      await handle.getItems();
      assert.equal((await handle.getMetadata()).ttl, null);
      await say(handle, 'Hello');
      assert.equal((await handle.getMetadata()).ttl, 500);
      await scope.session({ sessionId, ttl: 400 }).clear();
      assert.equal((await handle.getMetadata()).ttl, 400);
    },

    'a session without ttl stays': async (scope) => {
      const clock = await scope.created({ ttl: 1 });
      const session = await scope.created();
      await say(session, 'Hello');
      await session.touch();
      await untilGone(scope, clock.sessionId);
      assert.deepEqual(await textsOf(session), ['Hello']);
    },

    'touch changes nothing but the time to live': async (scope) => {
      const session = await scope.created({ ttl: 600 });
      await say(session, 'Hello');
      await session.trackAgent('Triage');
      const before = await session.getMetadata();
      const messages = await session.getMessages();
      await session.touch();
      await scope.elsewhere(session.sessionId).touch();
      assert.deepEqual(await session.getMetadata(), before);
      assert.deepEqual(await session.getMessages(), messages);
    },

    'a handle whose session was deleted fails on reads and writes': async (scope) => {
      for (const call of Object.values(EVERY_CALL)) {
        const session = await scope.created();
        const { sessionId } = session;
        assert.equal(await scope.elsewhere(sessionId).delete(), true);
        const error = await expectFailure('session_expired', () => call(session), { sessionId });
        assert.equal(error.message, `Session expired or was deleted: ${sessionId}`);
        assert.equal(await isThere(scope, sessionId), false);
      }
    },

    'a handle that has only read its session knows it, too': async (scope) => {
      for (const read of Object.values(EVERY_READ)) {
        const { sessionId } = await scope.created();
        const session = scope.session({ sessionId });
        await read(session);
        await scope.elsewhere(sessionId).delete();
        await expectFailure('session_expired', () => say(session, 'lost'));
        assert.equal(await isThere(scope, sessionId), false);
      }
    },

    'a handle does not use another life of its session': async (scope) => {
      const session = await scope.created();
      const { sessionId } = session;
      await say(session, 'old');
      await scope.elsewhere(sessionId).delete();
      const next = await scope.created({ sessionId, userId: 'user-2' });
      await say(next, 'new');
      const before = await next.getMetadata();
      for (const call of Object.values(EVERY_CALL)) {
        await expectFailure('session_expired', () => call(session), { sessionId });
      }
      assert.equal(await session.delete(), false);
      assert.deepEqual(await next.getMetadata(), before);
      assert.deepEqual(await textsOf(next), ['new']);
    },

    'a handle may be told to begin anew': async (scope) => {
      for (const [name, write] of Object.entries(EVERY_WRITE)) {
        const session = await scope.created({ onExpired: 'restart', userId: 'user-1', ttl: 600 });
        const { sessionId } = session;
        await say(session, 'old');
        await scope.elsewhere(sessionId).delete();
        await write(session);
        const begins = !['popItem', 'clear', 'clearSession'].includes(name);
        assert.equal(await isThere(scope, sessionId), begins, name);
        if (!begins) continue;
        const { userId, ttl, messageCount } = await session.getMetadata();
        assert.deepEqual([userId, ttl], ['user-1', 600]);
        assert.equal(messageCount, name.startsWith('add') ? 1 : 0);
      }
    },

    'a handle that may begin anew reads what is there': async (scope) => {
      const session = await scope.created({ onExpired: 'restart' });
      const { sessionId } = session;
      await say(session, 'old');
      await scope.elsewhere(sessionId).delete();
      assert.deepEqual(await session.getItems(), []);
      await say(session, 'new');
      assert.deepEqual(await textsOf(session), ['new']);
      await scope.elsewhere(sessionId).delete();
      const other = await scope.created({ sessionId });
      await say(other, 'of the other');
      assert.deepEqual(await textsOf(session), ['of the other']);
      await say(session, 'goes on');
      assert.deepEqual(await textsOf(other), ['of the other', 'goes on']);
    },

    'a handle that may begin anew stays out of sessions of others': async (scope) => {
      const session = await scope.created({ onExpired: 'restart', userId: 'user-1' });
      const { sessionId } = session;
      await scope.elsewhere(sessionId).delete();
      await scope.created({ sessionId, userId: 'user-2' });
      await expectFailure('session_not_found', () => session.getItems());
      await expectFailure('session_not_found', () => say(session, 'lost'));
    },

    'the result of a tool call begins no session': async (scope) => {
      const results = SAMPLE_ITEMS.filter(({ item }) => RESULT_TYPES.includes(item.type ?? ''));
      assert.ok(results.length >= RESULT_TYPES.length);
      for (const { item } of results) {
        const session = scope.session();
        const { sessionId } = session;
        await expectFailure('session_expired', () => session.addItems([item]), { sessionId });
        await expectFailure('session_expired', () => session.addItems([item, userItem('next')]));
        assert.equal(await isThere(scope, sessionId), false);
      }
    },

    'the result of a tool call with its call begins a session': async (scope) => {
      const session = scope.session();
      const items = [callItem('call_1'), resultItem('call_1')];
      await session.addItems(items);
      assert.deepEqual(await session.getItems(), items);
    },

    'the result of a tool call joins a session that is there': async (scope) => {
      const session = scope.session();
      await session.addItems([userItem('Hello'), callItem('call_1')]);
      await scope.elsewhere(session.sessionId).addItems([resultItem('call_1')]);
      assert.equal((await session.getItems()).length, 3);
    },

    'the result of a tool call begins no session for a handle that may begin anew': async (
      scope,
    ) => {
      const session = await scope.created({ onExpired: 'restart' });
      await session.addItems([userItem('Hello'), callItem('call_1')]);
      await scope.elsewhere(session.sessionId).delete();
      await expectFailure('session_expired', () => session.addItems([resultItem('call_1')]));
      assert.equal(await isThere(scope, session.sessionId), false);
      await session.addItems([userItem('Hello again')]);
      assert.deepEqual(await session.getItems(), [userItem('Hello again')]);
    },
  },
};
