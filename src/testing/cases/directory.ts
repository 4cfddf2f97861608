/**
 * Contract: finding sessions. A store that cannot must say so.
 *
 * @module
 */
import assert from 'node:assert/strict';

import type { ListOptions } from '../../directory/query-options.ts';
import { randomHex } from '../../random-ids.ts';
import type { JSONSession } from '../../session/session.ts';
import { say } from '../conversation.ts';
import {
  directoryCases,
  type DirectoryCase,
  directoryOf,
  everything,
  idsOf,
  planted,
  talks,
} from '../directory-cases.ts';
import { expectFailure } from '../expect-failure.ts';
import { PYTHON_DOCUMENTS } from '../python-documents.ts';
import type { Topic } from '../topic.ts';
import { until } from '../until.ts';

const NUMBERED = Array.from({ length: 7 }, (_, index) => `chat-${index}`);

const LISTS: Readonly<Record<string, DirectoryCase>> = {
  'a session is listed with what is known of it': async (scope, directory) => {
    const session = scope.session({ sessionId: 'chat', userId: 'ada', ttl: 600 });
    await say(session, 'Hello');
    await session.addMessage({ role: 'assistant', content: 'Hi', agent: 'Triage', tokens: 7 });
    await session.trackAgent('Triage');
    await session.setAttributes({ title: 'Trip' });
    const metadata = await session.getMetadata();
    const [listed, ...others] = await everything(directory);
    assert.deepEqual(others, []);
    assert.ok(listed);
    const { expiresAt, fork, ...rest } = listed;
    const { ttl, ...known } = metadata;
    assert.equal(ttl, 600);
    assert.deepEqual(rest, known);
    assert.equal(fork, null);
    const left = (expiresAt?.getTime() ?? 0) - metadata.updatedAt.getTime();
    assert.ok(Math.abs(left - 600_000) < 5000, `it ends in ${left} ms`);
  },

  'a session that stays has no end': async (scope, directory) => {
    await talks(scope, ['chat']);
    const [listed] = await everything(directory);
    assert.equal(listed?.expiresAt, null);
  },

  'pages of any size give every session once, in order': async (scope, directory) => {
    const sessions = await talks(scope, NUMBERED);
    // The first one was written to last.
    await say(sessions[0] as JSONSession, 'Once more');
    const updated = [...NUMBERED.slice(1), 'chat-0'];
    for (const limit of [1, 2, 3, 7, 50]) {
      for (const descending of [true, false]) {
        const way = { limit, descending };
        const turned = (ids: string[]): string[] => (descending ? ids.toReversed() : ids);
        assert.deepEqual(await idsOf(directory, { ...way, orderBy: 'id' }), turned(NUMBERED));
        assert.deepEqual(await idsOf(directory, { ...way, orderBy: 'created' }), turned(NUMBERED));
        assert.deepEqual(await idsOf(directory, { ...way, orderBy: 'updated' }), turned(updated));
      }
    }
    assert.deepEqual(await idsOf(directory), updated.toReversed());
    assert.deepEqual((await directory.list({ limit: 7 })).cursor, null);
  },

  'a walk comes by every session once': async (scope, directory) => {
    for (const userId of ['ada', 'bob', 'ada']) {
      await say(scope.session({ userId }), 'Hello');
    }
    const walked: string[] = [];
    for await (const { sessionId, ...found } of directory.walk({ userId: 'ada' })) {
      const { expiresAt: _, ...listed } = (await everything(directory)).find(
        (session) => session.sessionId === sessionId,
      )!;
      assert.deepEqual({ sessionId, ...found }, listed);
      walked.push(sessionId);
    }
    assert.deepEqual(walked.toSorted(), (await idsOf(directory, { userId: 'ada' })).toSorted());
    assert.equal(walked.length, 2);
  },

  'a cursor goes on where it was while others write': async (scope, directory) => {
    const sessions = await talks(scope, NUMBERED);
    const order = { orderBy: 'created', limit: 3, descending: false } as const;
    const first = await directory.list(order);
    await talks(scope, ['chat-later']);
    await sessions[1]?.delete();
    await sessions[4]?.delete();
    await say(sessions[0] as JSONSession, 'More');
    const rest = await idsOf(directory, { ...order, cursor: first.cursor ?? '' });
    assert.deepEqual(rest, ['chat-3', 'chat-5', 'chat-6', 'chat-later']);
  },

  'a session that is gone is not listed': async (scope, directory) => {
    const [deleted] = await talks(scope, ['deleted', 'stays']);
    await say(scope.session({ sessionId: 'brief', ttl: 1 }), 'Hello');
    await deleted?.delete();
    await until('the session has expired', async () => (await directory.count()) === 1);
    assert.deepEqual(await idsOf(directory), ['stays']);
  },

  'what another process writes is listed': async (scope, directory) => {
    await say(scope.elsewhere('far'), 'Hello');
    assert.deepEqual(await idsOf(directory), ['far']);
    await scope.elsewhere('far').clear();
    assert.equal((await everything(directory))[0]?.messageCount, 0);
  },

  'a cursor is taken only as it was given': async (scope, directory) => {
    await talks(scope, NUMBERED.slice(0, 2));
    const { cursor } = await directory.list({ limit: 1 });
    const wrong = ['', 'x', '💥', 'bnVsbA', btoa('["updated",true,null,"a"]'), btoa('[]'), 7];
    for (const value of wrong) {
      const list = (): unknown => directory.list({ cursor: value as string });
      await expectFailure('invalid_input', list, { field: 'cursor' });
    }
    for (const order of [{ orderBy: 'created' }, { descending: false }] as const) {
      const list = (): unknown => directory.list({ ...order, cursor: cursor ?? '' });
      await expectFailure('invalid_input', list, { field: 'cursor' });
    }
  },

  'options that are no good are named': async (_scope, directory) => {
    const wrong: Readonly<Record<string, unknown[]>> = {
      userId: ['', 7, 'a\0', 'x'.repeat(513)],
      agent: ['', 7],
      attributes: [7, [], 'x', { n: Number.NaN }],
      updatedSince: [new Date('x'), '2026-01-01', 0],
      parentId: ['', 7],
      orderBy: ['name', 7],
      descending: ['yes', 1],
      limit: [0, 1001, 1.5, '5'],
      timeoutMs: [0, 1.5],
      signal: [{}],
    };
    for (const [field, values] of Object.entries(wrong)) {
      for (const value of values) {
        const list = (): unknown => directory.list({ [field]: value });
        await expectFailure('invalid_input', list, { field });
      }
    }
  },
};

const FILTERS: Readonly<Record<string, DirectoryCase>> = {
  'filters combine, and a count agrees with a list': async (scope, directory) => {
    await talks(scope, ['a1', 'a2', 'a3'], 'ada');
    await talks(scope, ['b1', 'b2'], 'bob');
    await scope.session({ sessionId: 'a2' }).trackAgent('Triage, "1" | {x}');
    await scope.session({ sessionId: 'b2' }).trackAgent('Triage, "1" | {x}');
    await scope.session({ sessionId: 'b2' }).trackAgent('Billing');
    const cases: [ListOptions, string[]][] = [
      [{}, ['a1', 'a2', 'a3', 'b1', 'b2']],
      [{ userId: 'ada' }, ['a1', 'a2', 'a3']],
      [{ userId: 'ad' }, []],
      [{ userId: 'ADA' }, []],
      [{ userId: '*' }, []],
      [{ agent: 'Triage, "1" | {x}' }, ['a2', 'b2']],
      [{ agent: 'Triage' }, []],
      [{ agent: 'Billing', userId: 'bob' }, ['b2']],
      [{ agent: 'Billing', userId: 'ada' }, []],
    ];
    for (const [query, ids] of cases) {
      assert.deepEqual(await idsOf(directory, { ...query, orderBy: 'id' }), ids);
      assert.deepEqual(
        await idsOf(directory, { ...query, orderBy: 'created', limit: 1 }),
        ids.toReversed(),
      );
      assert.equal(await directory.count(query), ids.length);
    }
  },

  'attributes are found by a part of them': async (scope, directory) => {
    const [one, two, three] = await talks(scope, ['one', 'two', 'three']);
    await one?.setAttributes({
      tenant: 'acme',
      tags: ['a', 'b'],
      open: true,
      more: { deep: 1, x: 2 },
    });
    await two?.setAttributes({ tenant: 'acme', tags: ['b', 'a'], open: false, more: { deep: 2 } });
    await three?.setAttributes({ tenant: 'umbrella, "inc" {1} | -x', n: 5 });
    const cases: [NonNullable<ListOptions['attributes']>, string[]][] = [
      [{}, ['one', 'three', 'two']],
      [{ tenant: 'acme' }, ['one', 'two']],
      [{ tenant: 'Acme' }, []],
      [{ tenant: 'umbrella, "inc" {1} | -x' }, ['three']],
      [{ tenant: 'acme', open: true }, ['one']],
      [{ tags: ['b', 'a'] }, ['two']],
      [{ tags: ['a'] }, []],
      [{ more: { deep: 1 } }, ['one']],
      [{ more: {} }, ['one', 'two']],
      [{ n: 5 }, ['three']],
      [{ n: '5' }, []],
      [{ absent: null }, []],
      [{ toString: 'x' }, []],
    ];
    for (const [attributes, ids] of cases) {
      assert.deepEqual(await idsOf(directory, { attributes, orderBy: 'id' }), ids);
      assert.equal(await directory.count({ attributes }), ids.length);
    }
    await one?.setAttributes({ tenant: null });
    assert.deepEqual(await idsOf(directory, { attributes: { tenant: 'acme' } }), ['two']);
  },

  'sessions are found by their last write': async (scope, directory) => {
    const [old, young] = await talks(scope, ['old', 'young']);
    const { updatedAt } = (await young?.getMetadata()) ?? {};
    // Times have parts of a millisecond.
    const updatedSince = new Date((updatedAt?.getTime() ?? 0) + 1);
    await until('a millisecond has passed', async () => {
      await say(old as JSONSession, 'Again');
      const metadata = await old?.getMetadata();
      return (metadata?.updatedAt.getTime() ?? 0) > updatedSince.getTime();
    });
    assert.deepEqual(await idsOf(directory, { updatedSince }), ['old']);
    assert.equal(await directory.count({ updatedSince }), 1);
  },

  'every character of a prefix, an id and a user is just a character': async (scope) => {
    const odd = String.raw`a*[b]?\{c} "x" ${'💬'}`;
    const prefixes = [odd, 'a*', 'axxbyy', '[a]', String.raw`\a`, '{'];
    const keyPrefixes = prefixes.map((part) => `${scope.keyPrefix}${part}:`);
    const ids = ['*', odd, '{a}', 'b}', '\n', '}{'];
    for (const keyPrefix of keyPrefixes) {
      for (const sessionId of ids) {
        await say(scope.session({ keyPrefix, sessionId, userId: sessionId }), 'Hello');
      }
    }
    for (const keyPrefix of keyPrefixes) {
      const directory = directoryOf(scope, { keyPrefix });
      const found = await idsOf(directory, { limit: 4 });
      assert.deepEqual(found.toSorted(), ids.toSorted());
      for (const userId of ids) assert.deepEqual(await idsOf(directory, { userId }), [userId]);
    }
    const all = await directoryOf(scope).count();
    assert.equal(all, ids.length * keyPrefixes.length);
  },
};

const FORKS: Readonly<Record<string, DirectoryCase>> = {
  'the forks of a session are listed, whatever has become of it': async (scope, directory) => {
    const [session, other] = await talks(scope, ['chat', 'chat-2'], 'ada');
    const ids = ['fork-1', 'fork-2', 'fork-3'];
    for (const sessionId of ids) await session?.fork({ sessionId });
    await other?.fork({ sessionId: 'fork-of-another' });
    const [message] = (await session?.getMessages()) ?? [];
    const first = scope.elsewhere('fork-1');
    await first.fork({ sessionId: 'fork-of-a-fork', upTo: message?.id });
    await session?.delete();

    const { sessions, cursor } = await directory.listForks('chat', { orderBy: 'id', limit: 2 });
    assert.deepEqual(
      sessions.map(({ sessionId, fork }) => [sessionId, fork?.sessionId]),
      [
        ['fork-1', 'chat'],
        ['fork-2', 'chat'],
      ],
    );
    const next = { orderBy: 'id', limit: 2, cursor: cursor ?? '' } as const;
    const rest = await directory.listForks('chat', next);
    assert.deepEqual(
      rest.sessions.map(({ sessionId }) => sessionId),
      ['fork-3'],
    );
    assert.equal(rest.cursor, null);
    const [again] = (await directory.listForks('fork-1')).sessions;
    assert.equal(again?.sessionId, 'fork-of-a-fork');
    assert.deepEqual(again?.fork, (await scope.elsewhere('fork-of-a-fork').getMetadata()).fork);
    const ofAnother = await directory.listForks('chat', { userId: 'bob' });
    assert.deepEqual(ofAnother.sessions, []);
    for (const id of ['fork-2', 'nobody', 'cha*', '*']) {
      assert.deepEqual(await directory.listForks(id), { sessions: [], cursor: null });
    }
  },

  'listForks takes only good options': async (_scope, directory) => {
    const calls: [string, () => unknown][] = [
      ['sessionId', () => directory.listForks('')],
      ['sessionId', () => directory.listForks(undefined as unknown as string)],
      ['options', () => directory.listForks('chat', null as unknown as object)],
      ['limit', () => directory.listForks('chat', { limit: 0 })],
    ];
    for (const [field, call] of calls) await expectFailure('invalid_input', call, { field });
  },
};

const OF_OTHERS: Readonly<Record<string, DirectoryCase>> = {
  'sessions of the Python class are listed, and what is no session is not': async (
    scope,
    directory,
  ) => {
    await planted(scope, directory, {
      ...PYTHON_DOCUMENTS,
      broken: { session_id: 'broken', user_id: 'user_1', messages: [] },
      odd: { ...PYTHON_DOCUMENTS['py-chat'], created_at: 'yesterday' },
    });
    const ids = Object.keys(PYTHON_DOCUMENTS).toSorted();
    for (const orderBy of ['id', 'created', 'updated'] as const) {
      const found = await idsOf(directory, { orderBy, limit: 1 });
      assert.deepEqual(found.toSorted(), ids);
    }
    const [chat] = await everything(directory, { agent: 'Planner' });
    const { metadata, created_at } = PYTHON_DOCUMENTS['py-chat'];
    assert.equal(chat?.createdAt.getTime(), new Date(created_at * 1000).getTime());
    assert.equal(chat?.totalTokens, metadata.total_tokens);
    assert.deepEqual(chat?.agentsUsed, metadata.agents_used);
    const report = await directory.deleteUser('user_1');
    assert.deepEqual(report, { found: 2, deleted: 2, failed: [] });
    assert.deepEqual(await idsOf(directory), ['py-cleared']);
  },

  'sessions of one time keep their order by id': async (scope, directory) => {
    const document = PYTHON_DOCUMENTS['py-empty'];
    const ids = Array.from({ length: 12 }, () => randomHex(4)).concat('😀', '\uffff', 'z');
    const documents = ids.map((id) => [id, { ...document, session_id: id }] as const);
    await planted(scope, directory, Object.fromEntries(documents));
    const bytes = (text: string): string => Buffer.from(text).toString('hex');
    const sorted = ids.toSorted((one, other) => (bytes(one) < bytes(other) ? -1 : 1));
    for (const orderBy of ['updated', 'created', 'id'] as const) {
      for (const limit of [1, 4, 100]) {
        const found = await idsOf(directory, { orderBy, limit, descending: false });
        assert.deepEqual(found, sorted);
        const turned = await idsOf(directory, { orderBy, limit, descending: true });
        assert.deepEqual(turned, sorted.toReversed());
      }
    }
  },

  'forks are found by their parent': async (scope, directory) => {
    const document = PYTHON_DOCUMENTS['py-chat'];
    const fork = {
      session_id: 'parent',
      incarnation: 'ab'.repeat(16),
      message_id: '95ba6110519349db',
      index: 1,
      time: 1_795_357_260.5,
    };
    await planted(scope, directory, {
      child: { ...document, session_id: 'child', fork },
      other: { ...document, session_id: 'other', fork: { ...fork, session_id: 'x' } },
      none: { ...document, session_id: 'none', fork: 'x' },
    });
    const [child, ...others] = await everything(directory, { parentId: 'parent' });
    assert.deepEqual(others, []);
    assert.deepEqual(child?.fork, {
      sessionId: 'parent',
      messageId: fork.message_id,
      index: 1,
      time: new Date(fork.time * 1000),
    });
    assert.equal(await directory.count({ parentId: 'parent', userId: 'user_1' }), 1);
    assert.equal(await directory.count({ parentId: 'paren*' }), 0);
  },
};

/**
 * Finding sessions.
 */
export const DIRECTORY: readonly Topic[] = [
  {
    title: 'directory',
    needs: 'nothing',
    cases: directoryCases({ ...LISTS, ...FILTERS, ...FORKS }),
  },
  { title: 'directory', needs: 'read and write', cases: directoryCases(OF_OTHERS) },
];
