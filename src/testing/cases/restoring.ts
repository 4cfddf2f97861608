import assert from 'node:assert/strict';
import type { MessageEntry } from '../../document/document.ts';
import { newState } from '../../document/document.ts';
import { withNewLife } from '../../document/new-life.ts';
import { randomHex } from '../../random-ids.ts';
import type { RestorableDocument, RestoreParams, SessionSnapshot } from '../../store.ts';
import type { CaseScope } from '../case-scope.ts';
import { say, textsOf } from '../conversation.ts';
import { expectFailure } from '../expect-failure.ts';
import type { Topic } from '../topic.ts';
import { until } from '../until.ts';

/** More than goes in one step, and some of it too large to share one. */
const MANY = 2600;
const LARGE_EVERY = 400;
const LARGE = 'x'.repeat(200_000);

function entry(content: string): MessageEntry {
  const said = { id: randomHex(8), role: 'user', content } as const;
  return { ...said, timestamp: 1_795_357_251.5, agent: null, tokens: null };
}

function document(messages: MessageEntry[], fields: object = {}): RestorableDocument {
  const head = {
    session_id: 's',
    user_id: 'user-1',
    created_at: 1_795_357_251.25,
    updated_at: 1_795_357_251.5,
    metadata: { current_agent: 'A', agents_used: ['A'], message_count: 0, total_tokens: 7 },
    handoff_context: { from: ['A', { to: [] }] },
  };
  const life = { incarnation: randomHex(16), ttl: null };
  return withNewLife({ ...head, ...fields, messages }, life);
}

/** The calls of a store on one session, with everything filled in that a case does not care for. */
function port({ store, key }: Pick<CaseScope, 'store' | 'key'>) {
  const address = { key: key('s'), sessionId: 's' };
  return {
    restore: async (params: Pick<RestoreParams, 'document'> & Partial<RestoreParams>) =>
      store.restore({ ...address, isNew: false, expiresIn: null, replaces: null, ...params }),
    whole: async (): Promise<SessionSnapshot | null> =>
      store.read({ ...address, entries: { kind: 'all' }, wholeHead: true }),
    append: async (content: string) => {
      const { timestamp: _time, ...said } = entry(content);
      const expect = { incarnation: null, userId: null };
      const rest = { ttl: null, tokens: 0, changes: {}, create: null };
      return store.append({ ...address, ...rest, expect, entries: [said] });
    },
  };
}

function callsOf(scope: CaseScope) {
  return port({ store: scope.store, key: (id) => scope.key(id) });
}

/** The document of a snapshot with a whole head. */
function toDocument(snapshot: SessionSnapshot | null): unknown {
  assert.ok(snapshot !== null, 'the session is there');
  return { ...snapshot.head, messages: snapshot.entries };
}

/**
 * Sessions that are made of whole documents.
 */
export const RESTORING: Topic = {
  title: 'restoring',
  needs: 'nothing',
  cases: {
    'a document becomes a session word for word': async (scope) => {
      const { restore, whole } = callsOf(scope);
      const told = document([entry('one'), { ...entry('two'), later: { field: [1, {}] } }], {
        attributes: { title: 'Trip', nested: { empty: [], none: {} } },
        usage: { requests: 2, input_tokens: 5, agents: { A: { requests: 2 } } },
        operations: { ab12: 'cd34:1795357251.5' },
        'of-another-program': { deep: [[{}]] },
        fork: { session_id: 'p', incarnation: '1', index: 2, message_id: 'm', time: 1_795_357_251 },
      });
      const { incarnation } = await restore({ document: told });
      assert.equal(incarnation, told.state.incarnation);
      const snapshot = await whole();
      assert.deepEqual(toDocument(snapshot), told);
      assert.equal(snapshot?.incarnation, incarnation);
      assert.equal(snapshot.expiresIn, null);
    },

    'a whole head has what writes have left': async (scope) => {
      const { whole } = callsOf(scope);
      const session = scope.session({ sessionId: 's', ttl: 1000 });
      await session.addMessage({ role: 'user', content: 'Hello', operationId: 'first' });
      await session.setAttributes({ title: 'Trip' });
      const { head, expiresIn } = (await whole())!;
      assert.equal(Object.keys(head.operations ?? {}).length, 1);
      assert.deepEqual(head.attributes, { title: 'Trip' });
      assert.ok(expiresIn! > 900 && expiresIn! <= 1000, `it expires in ${expiresIn}`);
    },

    'a session that begins now has the time of the store': async (scope) => {
      const { restore, whole } = callsOf(scope);
      const fork = { session_id: 'p', incarnation: '1', index: 0, message_id: null, time: 1 };
      const { time } = await restore({ document: document([], { fork }), isNew: true });
      const { head } = (await whole())!;
      assert.ok(time > 1_600_000_000);
      assert.deepEqual([head.created_at, head.updated_at, head.fork?.time], [time, time, time]);
    },

    'many messages come whole, and nobody sees a part of them': async (scope) => {
      const { restore } = callsOf(scope);
      const texts = Array.from({ length: MANY }, (_, index) =>
        index % LARGE_EVERY === 0 ? `${LARGE}${index}` : String(index),
      );
      const told = document(texts.map(entry));
      const other = scope.otherStore.unchecked;
      const address = { key: scope.key('s'), sessionId: 's' };
      const seen = new Set<number | null>();
      const done = new AbortController();
      const watching = (async () => {
        while (!done.signal.aborted) {
          const snapshot = await other.read({ ...address, entries: { kind: 'none' } });
          seen.add(snapshot === null ? null : snapshot.length);
        }
      })();
      await restore({ document: told, timeoutMs: 60_000 });
      done.abort();
      await watching;
      assert.deepEqual(
        [...seen].filter((length) => length !== null && length !== MANY),
        [],
      );
      const session = scope.elsewhere('s');
      assert.deepEqual(await textsOf(session), texts);
      await say(session, 'more');
      assert.equal((await session.getMetadata()).messageCount, MANY + 1);
    },

    'a session that is there stays': async (scope) => {
      const { restore } = callsOf(scope);
      const session = await scope.created({ sessionId: 's' });
      await say(session, 'Hello');
      const told = document([entry('other')]);
      await expectFailure('session_exists', () => restore({ document: told }));
      const replaces = randomHex(16);
      await expectFailure('session_exists', () => restore({ document: told, replaces }));
      assert.deepEqual(await textsOf(session), ['Hello']);
    },

    'the life that is named is replaced in one step': async (scope) => {
      const { restore, append, whole } = callsOf(scope);
      const first = document([entry('one')]);
      await restore({ document: first, expiresIn: 1000 });
      await append('two');
      const second = document([entry('other')]);
      await restore({ document: second, replaces: first.state.incarnation });
      assert.deepEqual(toDocument(await whole()), second);
      assert.equal((await whole())?.expiresIn, null);
      const third = document([]);
      const replaces = first.state.incarnation;
      await expectFailure('session_exists', () => restore({ document: third, replaces }));
    },

    'who sees the session that is replaced sees it expired': async (scope) => {
      const { restore } = callsOf(scope);
      const session = await scope.created({ sessionId: 's' });
      await say(session, 'Hello');
      const { state } = (await scope.store.read({
        key: scope.key('s'),
        sessionId: 's',
        entries: { kind: 'none' },
      }))!.head;
      await restore({ document: document([]), replaces: state!.incarnation });
      await expectFailure('session_expired', () => session.getItems());
      await expectFailure('session_expired', () => say(session, 'again'));
    },

    'a session that somebody has to themselves is not replaced': async (scope) => {
      const { restore } = callsOf(scope);
      const session = await scope.created({ sessionId: 's' });
      const snapshot = await scope.store.read({
        key: scope.key('s'),
        sessionId: 's',
        entries: { kind: 'none' },
      });
      await session.exclusive(async () => {
        const replaces = snapshot!.incarnation;
        const told = document([]);
        await expectFailure('session_locked', () => restore({ document: told, replaces }));
      });
    },

    'restored again, it is a success that changes nothing': async (scope) => {
      const { restore, append, whole } = callsOf(scope);
      const told = document([entry('one')]);
      await restore({ document: told });
      await append('two');
      const { repeated, incarnation } = await restore({ document: told });
      // A store that recognises repeats by other means need not say so.
      assert.notEqual(repeated, false);
      assert.equal(incarnation, told.state.incarnation);
      assert.deepEqual(
        (await whole())?.entries.map(({ content }) => content),
        ['one', 'two'],
      );
    },

    'it expires when it is told to, and with the next write by its ttl': async (scope) => {
      const { restore, append, whole } = callsOf(scope);
      const told = document([entry('one')]);
      const state = { ...newState(told.state.incarnation, 1000), bytes: told.state.bytes ?? 0 };
      await restore({ document: { ...told, state }, expiresIn: 500 });
      const before = (await whole())?.expiresIn ?? 0;
      assert.ok(before > 400 && before <= 500, `it expires in ${before}`);
      await append('two');
      const after = (await whole())?.expiresIn ?? 0;
      assert.ok(after > 900 && after <= 1000, `it expires in ${after}`);
    },

    'one that has expired is not there': async (scope) => {
      const { restore, whole } = callsOf(scope);
      await restore({ document: document([entry('one')]), expiresIn: 1 });
      await until('the session has expired', async () => (await whole()) === null);
      await restore({ document: document([entry('two')]) });
      assert.deepEqual(
        (await whole())?.entries.map(({ content }) => content),
        ['two'],
      );
    },
  },
};
