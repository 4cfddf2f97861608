import assert from 'node:assert/strict';
import type { CaseScope } from '../case-scope.ts';
import { expectFailure } from '../expect-failure.ts';
import { randomHex } from '../../random-ids.ts';
import type {
  AppendParams,
  EntrySelection,
  EntryVisitor,
  NewEntry,
  NewSession,
  RewriteParams,
  SessionExpectation,
  SessionSnapshot,
} from '../../store.ts';
import type { Topic } from '../topic.ts';

const ANY: SessionExpectation = { incarnation: null, userId: null };

/** Takes every entry. */
const TAKE_ALL = (): EntryVisitor => () => 'take';

function newSession(): NewSession {
  return { userId: 'user-1', incarnation: randomHex(16) };
}

function entries(...contents: string[]): NewEntry[] {
  return contents.map((content) => ({
    id: randomHex(8),
    role: 'user',
    content,
    agent: null,
    tokens: null,
  }));
}

/** The calls of a store on one session, with everything filled in that a case does not care for. */
function port(scope: CaseScope, sessionId = 's') {
  const address = { key: scope.key(sessionId), sessionId };
  const { store } = scope;
  return {
    create: async (session = newSession(), ttl: number | null = null) =>
      store.create({ ...address, session, ttl }),
    read: async (selection: EntrySelection) => store.read({ ...address, entries: selection }),
    append: async (params: Partial<AppendParams>) =>
      store.append({
        ...address,
        expect: ANY,
        ttl: null,
        entries: [],
        tokens: 0,
        changes: {},
        create: null,
        ...params,
      }),
    rewrite: async (params: Partial<RewriteParams>) =>
      store.rewrite({
        ...address,
        expect: ANY,
        ttl: null,
        version: null,
        drop: 1,
        forgetOperations: false,
        resetTokens: false,
        ...params,
      }),
    touch: async (expect = ANY, ttl: number | null = null) =>
      store.touch({ ...address, expect, ttl }),
    delete: async (expect = ANY) => store.delete({ ...address, expect }),
  };
}

/** A session with messages, and its snapshot. */
async function filled(scope: CaseScope, ...contents: string[]) {
  const calls = port(scope);
  await calls.append({ create: newSession(), entries: entries(...contents) });
  const all = async (): Promise<SessionSnapshot> => {
    const snapshot = await calls.read({ kind: 'all' });
    assert.ok(snapshot !== null);
    return snapshot;
  };
  const contentsOf = async (): Promise<string[]> =>
    (await all()).entries.map(({ content }) => content);
  return { ...calls, all, contents: contentsOf };
}

/**
 * The port itself.
 */
export const STORE: Topic = {
  title: 'store',
  needs: 'nothing',
  cases: {
    'read gives null where there is no session': async (scope) => {
      const { read } = port(scope);
      assert.equal(await read({ kind: 'none' }), null);
      assert.equal(await read({ kind: 'all' }), null);
      assert.equal(await read({ kind: 'walk', visitor: TAKE_ALL, sizeHint: 5 }), null);
    },

    'create says which life it began and when': async (scope) => {
      const { create, read } = port(scope);
      const session = newSession();
      const { incarnation, time } = await create(session);
      assert.equal(incarnation, session.incarnation);
      const snapshot = await read({ kind: 'none' });
      assert.equal(snapshot?.incarnation, incarnation);
      assert.equal(snapshot.head.created_at, time);
      assert.equal(snapshot.head.updated_at, time);
      assert.equal(snapshot.length, 0);
    },

    'append gives its entries the time that it says': async (scope) => {
      const { append, read } = port(scope);
      const session = newSession();
      const first = await append({ create: session, entries: entries('one', 'two') });
      assert.equal(first.incarnation, session.incarnation);
      const second = await append({ entries: entries('three') });
      assert.equal(second.incarnation, session.incarnation);
      assert.ok(second.time >= first.time);
      const snapshot = await read({ kind: 'all' });
      assert.deepEqual(
        snapshot?.entries.map(({ timestamp }) => timestamp),
        [first.time, first.time, second.time],
      );
      assert.equal(snapshot.head.updated_at, second.time);
    },

    'a brief head says whose session it is, and how its history stands': async (scope) => {
      const { rewrite, all } = await filled(scope, '1', '2', '3');
      await rewrite({ drop: 1 });
      const { head } = await all();
      const address = { key: scope.key('s'), sessionId: 's' };
      const selections: EntrySelection[] = [
        { kind: 'none' },
        { kind: 'all' },
        { kind: 'walk', visitor: TAKE_ALL, sizeHint: 1 },
      ];
      for (const selection of selections) {
        const brief = await scope.store.read({ ...address, entries: selection, briefHead: true });
        const { user_id, created_at, metadata, state } = brief!.head;
        assert.deepEqual([user_id, created_at], [head.user_id, head.created_at]);
        assert.deepEqual([metadata, state], [head.metadata, head.state]);
      }
    },

    'append keeps entries as they are': async (scope) => {
      const { append, read } = port(scope);
      const [entry] = entries('Hello');
      const item = { type: 'unknown', list: [1, null, { a: {} }], '': [] };
      const full: NewEntry = { ...entry!, role: 'tool', agent: 'A', tokens: 5, item };
      const { time } = await append({ create: newSession(), entries: [full, ...entries('x')] });
      const snapshot = await read({ kind: 'all' });
      assert.deepEqual(snapshot?.entries[0], { ...full, timestamp: time });
    },

    'append creates nothing unless it is told to': async (scope) => {
      const { append, read } = port(scope);
      await expectFailure('session_not_found', () => append({ entries: entries('x') }));
      assert.equal(await read({ kind: 'none' }), null);
    },

    'append to a session that is there does not begin another': async (scope) => {
      const { append, contents } = await filled(scope, 'one');
      const next = newSession();
      const { incarnation } = await append({
        create: { ...next, userId: 'user-2' },
        entries: entries('two'),
      });
      assert.notEqual(incarnation, next.incarnation);
      assert.deepEqual(await contents(), ['one', 'two']);
    },

    'append can be for the session that it creates itself, and for no other': async (scope) => {
      const { append, read } = port(scope);
      const create = newSession();
      const expect = { incarnation: create.incarnation, userId: null };
      const made = await append({ expect, create, entries: entries('one') });
      assert.equal(made.incarnation, create.incarnation);
      const another = newSession();
      const other = { expect: { ...expect, incarnation: another.incarnation }, create: another };
      await expectFailure('session_expired', () => append({ ...other, entries: entries('two') }));
      const snapshot = await read({ kind: 'all' });
      assert.equal(snapshot?.incarnation, create.incarnation);
      assert.deepEqual(
        snapshot.entries.map(({ content }) => content),
        ['one'],
      );
    },

    'all changes of one append are one step': async (scope) => {
      const { append, all } = await filled(scope, 'one');
      const { time } = await append({
        entries: entries('two'),
        tokens: 7,
        ttl: 600,
        changes: {
          currentAgent: 'Triage',
          handoffContext: { order: 1 },
          attributes: { title: 'Trip' },
        },
      });
      const { head, length } = await all();
      assert.equal(length, 2);
      assert.deepEqual(head.metadata, {
        current_agent: 'Triage',
        agents_used: ['Triage'],
        message_count: 2,
        total_tokens: 7,
      });
      assert.deepEqual(head.handoff_context, { order: 1 });
      assert.deepEqual(head.attributes, { title: 'Trip' });
      assert.equal(head.state?.ttl, 600);
      assert.equal(head.updated_at, time);
    },

    'calls fail when another life is expected, and change nothing': async (scope) => {
      const { append, rewrite, touch, delete: remove, all } = await filled(scope, 'one');
      const before = await all();
      const expect = { incarnation: randomHex(16), userId: null };
      await expectFailure('session_expired', () => append({ expect, entries: entries('x') }));
      await expectFailure('session_expired', () => append({ expect, create: newSession() }));
      await expectFailure('session_expired', () => rewrite({ expect }));
      await expectFailure('session_expired', () => touch(expect, 5));
      assert.equal(await remove(expect), false);
      assert.deepEqual(await all(), before);
    },

    'calls fail when a life is expected and there is none': async (scope) => {
      const { append, rewrite, touch, delete: remove, read } = port(scope);
      const expect = { incarnation: randomHex(16), userId: null };
      await expectFailure('session_expired', () => append({ expect, entries: entries('x') }));
      await expectFailure('session_expired', () => rewrite({ expect }));
      await expectFailure('session_expired', () => touch(expect));
      assert.equal(await remove(expect), false);
      await expectFailure('session_not_found', () => rewrite({}));
      await expectFailure('session_not_found', () => touch());
      assert.equal(await remove(), false);
      assert.equal(await read({ kind: 'none' }), null);
    },

    'calls fail when another owner is expected, and change nothing': async (scope) => {
      const { append, rewrite, touch, delete: remove, all } = await filled(scope, 'one');
      const before = await all();
      const expect = { incarnation: null, userId: 'user-2' };
      await expectFailure('session_not_found', () => append({ expect, entries: entries('x') }));
      await expectFailure('session_not_found', () => append({ expect, create: newSession() }));
      await expectFailure('session_not_found', () => rewrite({ expect }));
      await expectFailure('session_not_found', () => touch(expect, 5));
      assert.equal(await remove(expect), false);
      assert.deepEqual(await all(), before);
      assert.equal(await remove({ incarnation: before.incarnation, userId: 'user-1' }), true);
    },

    'a walk goes from the newest to the oldest and stops when told': async (scope) => {
      const { read, all } = await filled(scope, '1', '2', '3', '4', '5');
      // A store that encrypts shows a visitor no text.
      const contents = new Map((await all()).entries.map(({ id, content }) => [id, content]));
      const seen: string[] = [];
      const verdicts = ['take', 'skip', 'take', 'stop'] as const;
      const visitor = (): EntryVisitor => {
        seen.length = 0;
        return ({ id }) => verdicts[seen.push(contents.get(id) ?? '') - 1] ?? 'take';
      };
      const stopped = await read({ kind: 'walk', visitor, sizeHint: 2 });
      assert.deepEqual(seen, ['5', '4', '3', '2']);
      assert.deepEqual(
        stopped?.entries.map(({ content }) => content),
        ['3', '5'],
      );
      const last = await read({ kind: 'walk', visitor: () => () => 'last', sizeHint: 2 });
      assert.deepEqual(
        last?.entries.map(({ content }) => content),
        ['5'],
      );
      const whole = await read({ kind: 'walk', visitor: TAKE_ALL, sizeHint: 1 });
      assert.equal(whole?.entries.length, 5);
    },

    'a read without entries still counts them': async (scope) => {
      const { read, all } = await filled(scope, '1', '2', '3');
      const none = await read({ kind: 'none' });
      assert.deepEqual([none?.length, none?.entries], [3, []]);
      assert.equal((await all()).length, 3);
    },

    'rewrite drops as many as it is told': async (scope) => {
      const { rewrite, contents, all } = await filled(scope, '1', '2', '3', '4', '5');
      assert.ok((await rewrite({ drop: 2 })) !== null);
      assert.deepEqual(await contents(), ['1', '2', '3']);
      assert.ok((await rewrite({ drop: 0 })) !== null);
      assert.deepEqual(await contents(), ['1', '2', '3']);
      assert.ok((await rewrite({ drop: 1000 })) !== null);
      assert.deepEqual(await contents(), []);
      assert.equal((await all()).head.metadata.message_count, 0);
      assert.ok((await rewrite({ drop: 'all' })) !== null);
    },

    'rewrite holds to the version that it is given': async (scope) => {
      const { append, rewrite, contents, all } = await filled(scope, '1', '2', '3');
      const { tail, head } = await all();
      assert.ok(tail !== null);
      assert.equal(tail.generation, head.state?.generation);
      await append({ entries: entries('4') });
      const before = await all();
      assert.equal(await rewrite({ version: tail }), null);
      assert.deepEqual(await all(), before);
      assert.ok((await rewrite({ version: before.tail })) !== null);
      assert.deepEqual(await contents(), ['1', '2', '3']);
      // The same end again, and yet another history.
      assert.equal(await rewrite({ version: tail }), null);
      assert.deepEqual(await contents(), ['1', '2', '3']);
    },

    'the generation grows when entries go, and only then': async (scope) => {
      const { append, rewrite, touch, all } = await filled(scope, '1', '2');
      const generation = async (): Promise<number> => (await all()).head.state?.generation ?? -1;
      const first = await generation();
      await append({ entries: entries('3'), changes: { currentAgent: 'A', attributes: { a: 1 } } });
      await touch();
      await rewrite({ drop: 0 });
      assert.equal(await generation(), first);
      await rewrite({ drop: 1 });
      const second = await generation();
      assert.ok(second > first);
      await rewrite({ drop: 'all' });
      const third = await generation();
      assert.ok(third > second);
      const { changes } = (await all()).head.state!;
      assert.deepEqual(changes, [
        [second, 2],
        [third, 0],
      ]);
    },

    'the last sixteen rewrites are remembered': async (scope) => {
      const { append, rewrite, all } = await filled(scope, '1');
      for (let round = 0; round < 20; round += 1) {
        await append({ entries: entries('x') });
        await rewrite({ drop: 1 });
      }
      const { changes, generation } = (await all()).head.state!;
      assert.equal(changes.length, 16);
      assert.deepEqual(changes.at(-1), [generation, 1]);
    },

    'a call keeps to its time': async (scope) => {
      const { store } = scope;
      const snapshot = store.read({
        key: scope.key('s'),
        sessionId: 's',
        timeoutMs: 2000,
        entries: { kind: 'none' },
      });
      assert.equal(await snapshot, null);
    },
  },
};
