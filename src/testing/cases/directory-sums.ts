/**
 * Contract: what a directory does with all sessions that match: sums, deletions, and how calls end.
 *
 * @module
 */
import assert from 'node:assert/strict';

import {
  directoryCases,
  type DirectoryCase,
  directoryOf,
  idsOf,
  talks,
} from '../directory-cases.ts';
import { expectFailure } from '../expect-failure.ts';
import type { Topic } from '../topic.ts';

const SUMS: Readonly<Record<string, DirectoryCase>> = {
  'stats sum up by user, by agent and by day': async (scope, directory) => {
    const [one, two] = await talks(scope, ['one', 'two'], 'ada');
    await talks(scope, ['three'], 'bob');
    await one?.addMessage({ role: 'assistant', content: 'Hi', tokens: 5 });
    await two?.addMessage({ role: 'assistant', content: 'Hi', tokens: 7 });
    await two?.trackAgent('constructor');
    const stats = await directory.stats();
    const { createdAt } = (await one?.getMetadata()) ?? {};
    assert.deepEqual([stats.sessions, stats.messages, stats.tokens], [3, 5, 12]);
    assert.deepEqual(stats.users.get('ada'), { sessions: 2, messages: 4, tokens: 12 });
    assert.deepEqual(stats.users.get('bob'), { sessions: 1, messages: 1, tokens: 0 });
    assert.deepEqual([...stats.agents], [['constructor', { sessions: 1, tokens: 0 }]]);
    const days = [...stats.days];
    assert.equal(days[0]?.[0], createdAt?.toISOString().slice(0, 10));
    assert.equal(
      days.reduce((sum, [, { messages }]) => sum + messages, 0),
      5,
    );
    const ofBob = await directory.stats({ userId: 'bob' });
    assert.deepEqual([ofBob.sessions, ofBob.users.size], [1, 1]);
    const none = await directory.stats({ userId: 'nobody' });
    assert.deepEqual([none.sessions, none.messages, none.days.size], [0, 0, 0]);
  },
};

const DELETIONS: Readonly<Record<string, DirectoryCase>> = {
  'deleteUser deletes all sessions of a person, and no other': async (scope, directory) => {
    const ids = Array.from({ length: 25 }, (_, index) => `ada-${index}`);
    await Promise.all(ids.map((id) => talks(scope, [id], 'ada')));
    await talks(scope, ['bob-1'], 'bob');
    const dry = await directory.deleteUser('ada', { dryRun: true });
    assert.deepEqual(dry, { found: 25, deleted: 0, failed: [] });
    assert.equal(await directory.count(), 26);
    const report = await directory.deleteUser('ada');
    assert.deepEqual(report, { found: 25, deleted: 25, failed: [] });
    assert.deepEqual(await idsOf(directory), ['bob-1']);
    const again = await directory.deleteUser('ada');
    assert.deepEqual(again, { found: 0, deleted: 0, failed: [] });
  },

  'deleteUser says which session could not be deleted': async (scope, directory) => {
    const [locked] = await talks(scope, ['locked', 'free'], 'ada');
    const report = await locked?.exclusive(() =>
      directoryOf(scope, { store: scope.otherStore }).deleteUser('ada'),
    );
    const failed = [{ sessionId: 'locked', code: 'session_locked' }];
    assert.deepEqual(report, { found: 2, deleted: 1, failed });
    assert.deepEqual(await idsOf(directory), ['locked']);
  },

  'deleteUser takes only good options': async (scope, directory) => {
    await talks(scope, ['chat'], 'ada');
    const calls: [string, () => unknown][] = [
      ['userId', () => directory.deleteUser('')],
      ['userId', () => directory.deleteUser(undefined as unknown as string)],
      ['dryRun', () => directory.deleteUser('ada', { dryRun: 'yes' as unknown as boolean })],
      ['options', () => directory.deleteUser('ada', null as unknown as object)],
      ['timeoutMs', () => directory.deleteUser('ada', { timeoutMs: 0 })],
    ];
    for (const [field, call] of calls) await expectFailure('invalid_input', call, { field });
    assert.equal(await directory.count(), 1);
  },
};

const ENDS: Readonly<Record<string, DirectoryCase>> = {
  'a call that is aborted does nothing': async (scope, directory) => {
    await talks(scope, ['chat'], 'ada');
    const signal = AbortSignal.abort();
    const calls = [
      () => directory.list({ signal }),
      () => directory.count({ signal }),
      () => directory.stats({ signal }),
      () => directory.deleteUser('ada', { signal }),
    ];
    for (const call of calls) await expectFailure('aborted', call);
    assert.equal(await directory.count(), 1);
  },

  'a directory that is closed says so, and leaves the store open': async (scope, directory) => {
    await talks(scope, ['chat']);
    await directory.close();
    await expectFailure('store_closed', () => directory.list());
    await expectFailure('store_closed', () => directory.stats());
    assert.equal(await directoryOf(scope).count(), 1);
  },
};

/**
 * Sums over sessions, and deleting those of a user.
 */
export const DIRECTORY_SUMS: Topic = {
  title: 'directory',
  needs: 'nothing',
  cases: directoryCases({ ...SUMS, ...DELETIONS, ...ENDS }),
};
