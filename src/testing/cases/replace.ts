import assert from 'node:assert/strict';
import type { ListedSession } from '../../directory/listed-session.ts';
import { SessionDirectory } from '../../directory/session-directory.ts';
import type { CaseScope } from '../case-scope.ts';
import { say } from '../conversation.ts';
import { expectFailure } from '../expect-failure.ts';
import { LockElsewhere } from '../lock-elsewhere.ts';
import type { MessageEntry } from '../../document/document.ts';
import { randomHex } from '../../random-ids.ts';
import type { ReplaceParams, ReplaceResult, SessionSnapshot } from '../../store.ts';
import type { Topic } from '../topic.ts';

type Change = Partial<Omit<ReplaceParams, 'entries'>>;

/** A session with as many messages, and calls on it. */
async function filled(scope: CaseScope, count: number) {
  const session = await scope.created();
  const { sessionId } = session;
  for (let index = 0; index < count; index += 1) await say(session, `Message ${index}`);
  const address = { key: scope.key(sessionId), sessionId };
  const read = async (): Promise<SessionSnapshot> => {
    const snapshot = await scope.store.read({ ...address, entries: { kind: 'all' } });
    assert.ok(snapshot !== null);
    return snapshot;
  };
  const first = await read();
  return {
    session,
    read,
    first,
    replace: async (
      entries: readonly MessageEntry[],
      change: Change = {},
    ): Promise<ReplaceResult | null> =>
      scope.store.replace({
        ...address,
        expect: { incarnation: first.incarnation, userId: null },
        ttl: null,
        generation: first.head.state?.generation ?? 0,
        index: 0,
        ...change,
        entries,
      }),
  };
}

/** An entry as it is kept in another way. */
function kept(entry: MessageEntry | undefined): MessageEntry {
  assert.ok(entry !== undefined);
  return { ...entry, content: '', item: { said: entry.content, order: ['b', { a: [] }] } };
}

function contents({ entries }: SessionSnapshot): string[] {
  return entries.map(({ content, item }) => content + JSON.stringify(item ?? ''));
}

/**
 * Entries that are kept in another way.
 */
export const REPLACE: Topic = {
  title: 'replace',
  needs: 'nothing',
  cases: {
    'entries are replaced where they stand, and nothing else changes': async (scope) => {
      const { first, read, replace } = await filled(scope, 4);
      const [one, two, three, four] = first.entries;
      const result = await replace([kept(two), kept(three)], { index: 1 });
      const after = await read();
      assert.deepEqual(after.entries, [one, kept(two), kept(three), four]);
      assert.equal(result?.incarnation, first.incarnation);
      assert.equal(result?.generation, after.head.state?.generation);
      assert.ok((result?.generation ?? 0) > (first.head.state?.generation ?? 0));
      assert.deepEqual(after.head.metadata, first.head.metadata);
      assert.equal(after.tail?.lastId, first.tail?.lastId);
    },

    'whoever has read the history before sees it': async (scope) => {
      const { session, first, replace } = await filled(scope, 3);
      const elsewhere = scope.elsewhere(session.sessionId);
      await elsewhere.getItems();
      const address = { key: scope.key(session.sessionId), sessionId: session.sessionId };
      await replace([kept(first.entries[1])], { index: 1 });
      const seen = await scope.otherStore.read({
        ...address,
        entries: { kind: 'all', within: 'history' },
      });
      assert.deepEqual(seen?.entries[1], kept(first.entries[1]));
    },

    'the session is found by the time at which it was replaced': async (scope) => {
      const { session, first, replace } = await filled(scope, 1);
      const { store, keyPrefix } = scope;
      if (store.directory === undefined) return;
      const other = scope.session();
      await say(other, 'Said later');
      const directory = new SessionDirectory({ store, keyPrefix });
      const newest = async (): Promise<ListedSession | undefined> =>
        (await directory.list({ limit: 1 })).sessions[0];
      assert.equal((await newest())?.sessionId, other.sessionId);
      await replace([kept(first.entries[0])], { ttl: 600 });
      const found = await newest();
      assert.equal(found?.sessionId, session.sessionId);
      assert.ok(found.expiresAt !== null);
    },

    'it holds to the generation, the ids and the place': async (scope) => {
      const { session, first, read, replace } = await filled(scope, 3);
      const [one, two] = first.entries;
      assert.equal(await replace([kept(two)]), null);
      assert.equal(await replace([kept(one)], { index: 3 }), null);
      assert.equal(await replace([kept(two), kept(one)]), null);
      assert.equal(await replace([kept(one)], { generation: 7 }), null);
      assert.deepEqual(contents(await read()), contents(first));
      await session.popItem();
      assert.equal(await replace([kept(one)]), null);
    },

    'messages that are added meanwhile do no harm': async (scope) => {
      const { session, first, read, replace } = await filled(scope, 2);
      await say(session, 'One more');
      assert.ok((await replace([kept(first.entries[0])])) !== null);
      assert.equal((await read()).entries.length, 3);
    },

    'a handoff context takes the place of the one that is known': async (scope) => {
      const { session, read, replace } = await filled(scope, 1);
      await session.setHandoffContext({ order: 1.5, items: ['b', {}] });
      const before = (await read()).head.handoff_context;
      const { generation = -1 } = (await read()).head.state ?? {};
      const changed = { handoffContext: { before, after: { kept: true } }, generation };
      const other = { before: { order: 2 }, after: null };
      assert.equal(await replace([], { ...changed, handoffContext: other }), null);
      assert.ok((await replace([], changed)) !== null);
      const after = await read();
      assert.deepEqual(after.head.handoff_context, { kept: true });
      assert.equal(after.head.state?.generation, generation);
      assert.equal(await replace([], changed), null);
    },

    'it fails for another life and while somebody has the session': async (scope) => {
      const { session, first, read, replace } = await filled(scope, 1);
      const [entry] = first.entries;
      const expect = { incarnation: randomHex(16), userId: null };
      await expectFailure('session_expired', () => replace([kept(entry)], { expect }));
      const lock = new LockElsewhere(scope, session.sessionId);
      await lock.take();
      await expectFailure('session_locked', () => replace([kept(entry)]));
      assert.deepEqual(contents(await read()), contents(first));
      const { lockToken } = lock;
      assert.ok((await replace([kept(entry)], { lockToken })) !== null);
      await lock.giveBack();
      await session.delete();
      await expectFailure('session_expired', () => replace([kept(entry)]));
    },

    'how much is counted follows, stretch by stretch, there and back': async (scope) => {
      const { first, read, replace } = await filled(scope, 6);
      const counted = async (): Promise<number> => (await read()).head.state?.bytes ?? 0;
      const bytesAfter = async (all: readonly MessageEntry[], index: number): Promise<number> => {
        const { generation = -1 } = (await read()).head.state ?? {};
        const entries = all.slice(index, index + 2);
        assert.ok((await replace(entries, { index, generation })) !== null);
        return counted();
      };
      const before = await counted();
      const long = first.entries.map(kept);
      const one = await bytesAfter(long, 0);
      // All of them have grown alike.
      const growth = one - before;
      assert.ok(growth > 0);
      assert.equal(await bytesAfter(long, 2), before + 2 * growth);
      assert.equal(await bytesAfter(long, 4), before + 3 * growth);
      assert.equal(await bytesAfter(first.entries, 2), before + 2 * growth);
      assert.equal(await bytesAfter(first.entries, 4), one);
      assert.equal(await bytesAfter(first.entries, 0), before);
    },

    'many entries are replaced in one step': async (scope) => {
      const { session, read, first } = await filled(scope, 0);
      const items = Array.from({ length: 700 }, (_, index) => ({
        type: 'message' as const,
        role: 'user' as const,
        content: `${index}`,
      }));
      await session.addItems(items);
      const { entries, head } = await read();
      const result = await scope.store.replace({
        key: scope.key(session.sessionId),
        sessionId: session.sessionId,
        expect: { incarnation: first.incarnation, userId: null },
        ttl: null,
        generation: head.state?.generation ?? 0,
        index: 100,
        entries: entries.slice(100, 600).map(kept),
      });
      assert.ok(result !== null);
      const after = await read();
      assert.deepEqual(after.entries.slice(100, 600), entries.slice(100, 600).map(kept));
      assert.deepEqual(after.entries.slice(600), entries.slice(600));
      const grown = JSON.stringify(after.entries).length - JSON.stringify(entries).length;
      const counted = (after.head.state?.bytes ?? 0) - (head.state?.bytes ?? 0);
      // Encrypted, a text takes a third more.
      const isRight = counted > grown - 10 && counted < grown * 1.4;
      assert.ok(isRight, `${counted} bytes more are counted, of ${grown}`);
    },
  },
};
