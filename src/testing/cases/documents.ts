import assert from 'node:assert/strict';
import type { CaseScope } from '../case-scope.ts';
import { assistantItem, callItem, resultItem, say, userItem } from '../conversation.ts';
import type { SessionDocument } from '../../document/document.ts';
import type { JSONSession } from '../../session/session.ts';
import { PYTHON_DOCUMENTS } from '../python-documents.ts';
import { SAMPLE_ITEMS } from '../sample-items.ts';
import { randomHex } from '../../random-ids.ts';
import type { Topic } from '../topic.ts';

/** The type of a value as JSON has it. */
function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Checks that a value has every field of another one, with the same type. */
function assertSameShape(ours: unknown, theirs: unknown, path: string): void {
  assert.equal(typeOf(ours), typeOf(theirs), `type of ${path}`);
  if (Array.isArray(theirs)) {
    for (const [index, value] of theirs.entries()) {
      assertSameShape((ours as unknown[])[index], value, `${path}[${index}]`);
    }
  } else if (typeof theirs === 'object' && theirs !== null) {
    for (const [field, value] of Object.entries(theirs)) {
      assert.ok(Object.hasOwn(ours as object, field), `${path}.${field} is missing`);
      assertSameShape((ours as Record<string, unknown>)[field], value, `${path}.${field}`);
    }
  }
}

async function changed(
  scope: CaseScope,
  session: JSONSession,
  change: () => Promise<unknown>,
): Promise<[before: SessionDocument, after: SessionDocument]> {
  const before = await scope.document(session.sessionId);
  await change();
  return [before, await scope.document(session.sessionId)];
}

/** An operation as a document remembers it. */
function remembered(time: number): [id: string, value: string] {
  return [randomHex(32), `${randomHex(32)}:${time}`];
}

/**
 * What stands in the store.
 */
export const DOCUMENTS: Topic = {
  title: 'documents',
  needs: 'read',
  cases: {
    'about how much the entries take is counted': async (scope) => {
      const session = scope.session();
      const counted = async (): Promise<[counted: number, stored: number]> => {
        const { messages, state } = await scope.document(session.sessionId);
        const stored = messages.map(
          (entry) => new TextEncoder().encode(JSON.stringify(entry)).length,
        );
        return [state?.bytes ?? 0, stored.reduce((sum, bytes) => sum + bytes, 0)];
      };
      const assertClose = async (): Promise<void> => {
        const [bytes, stored] = await counted();
        const isClose = Math.abs(bytes - stored) <= stored / 20;
        assert.ok(isClose, `${bytes} bytes are counted, ${stored} are stored`);
      };
      for (const text of ['one', 'ü🙂 "x"\n'.repeat(50)]) await say(session, text);
      await session.addItems(SAMPLE_ITEMS.map(({ item }) => item));
      await assertClose();
      await session.clear();
      await assertClose();
      await session.addItems(Array.from({ length: 20 }, (_, index) => userItem(`text ${index}`)));
      for (let pops = 0; pops < 5; pops += 1) await session.popItem();
      await say(session, 'more');
      await assertClose();
    },

    'a new session is a document with every field': async (scope) => {
      await scope.created({ sessionId: 's', userId: 'user-1', ttl: 3600 });
      const { created_at, updated_at, state, ...rest } = await scope.document('s');
      assert.equal(typeof created_at, 'number');
      assert.equal(updated_at, created_at);
      assert.deepEqual(rest, {
        session_id: 's',
        user_id: 'user-1',
        metadata: { current_agent: null, agents_used: [], message_count: 0, total_tokens: 0 },
        messages: [],
        handoff_context: null,
        operations: {},
        attributes: {},
        usage: {},
      });
      const { incarnation, ...others } = state!;
      assert.match(incarnation, /^[0-9a-f]{32}$/);
      assert.deepEqual(others, {
        schema: 1,
        ttl: 3600,
        generation: 0,
        changes: [],
        history_start: null,
        writers: '',
        lock: null,
        bytes: 0,
      });
    },

    'a session that its first write created is the same': async (scope) => {
      const [created, written] = [await scope.created(), scope.session()];
      await say(created, 'Hello');
      await say(written, 'Hello');
      const [one, other] = [
        await scope.document(created.sessionId),
        await scope.document(written.sessionId),
      ];
      assert.deepEqual(Object.keys(one).toSorted(), Object.keys(other).toSorted());
      assert.deepEqual(Object.keys(one.state!).toSorted(), Object.keys(other.state!).toSorted());
      assert.deepEqual(
        Object.keys(one.messages[0]!).toSorted(),
        Object.keys(other.messages[0]!).toSorted(),
      );
    },

    'every field of the Python class is there, with its type': async (scope) => {
      const theirs = PYTHON_DOCUMENTS['py-chat'];
      const session = await scope.created({ userId: 'user_1' });
      for (const { role, content, agent, tokens } of theirs.messages) {
        await session.addMessage({
          role,
          content,
          agent: agent ?? undefined,
          tokens: tokens ?? undefined,
        });
      }
      await session.trackAgent('Triage');
      await session.trackAgent('Planner');
      const ours = await scope.document(session.sessionId);
      assertSameShape(ours, theirs, '$');
      assert.deepEqual(ours.metadata, theirs.metadata);
    },

    'a plain message is stored without an item': async (scope) => {
      const session = scope.session();
      const added = await session.addMessage({
        role: 'assistant',
        content: 'Hello',
        agent: 'Triage',
        tokens: 5,
      });
      await session.addItems([userItem('one'), assistantItem('two')]);
      const { messages, updated_at } = await scope.document(session.sessionId);
      const [first, second, third] = messages;
      assert.ok(Math.abs(first!.timestamp * 1000 - added.timestamp.getTime()) < 1);
      assert.deepEqual(
        { ...first, timestamp: 0 },
        {
          id: added.id,
          role: 'assistant',
          content: 'Hello',
          timestamp: 0,
          agent: 'Triage',
          tokens: 5,
        },
      );
      assert.deepEqual([second?.item, third?.item], [undefined, undefined]);
      assert.equal(updated_at, third?.timestamp);
    },

    'the content of every kind of item is its text': async (scope) => {
      const session = scope.session();
      await session.addItems(SAMPLE_ITEMS.map(({ item }) => item));
      const { messages } = await scope.document(session.sessionId);
      assert.deepEqual(
        messages.map(({ role, content }) => [role, content]),
        SAMPLE_ITEMS.map(({ role, content }) => [role, content]),
      );
    },

    'text that is one whole string of an item is stored once': async (scope) => {
      const session = scope.session();
      const text = 'said only once';
      const item = resultItem('call_1') as { output: unknown };
      item.output = { type: 'text', text };
      await session.addItems([
        { ...assistantItem(text), id: 'msg_1' },
        item as ReturnType<typeof resultItem>,
      ]);
      for (const message of (await scope.document(session.sessionId)).messages) {
        assert.equal(message.content, text);
        assert.ok(!JSON.stringify(message.item).includes(text));
      }
    },

    'an append changes the counters, the time and nothing before it': async (scope) => {
      const session = scope.session();
      await say(session, 'one');
      const [before, after] = await changed(scope, session, () =>
        session.addItems([callItem('c'), resultItem('c')]),
      );
      assert.deepEqual(after.messages.slice(0, 1), before.messages);
      const { messages, metadata, updated_at, state, ...rest } = after;
      assert.equal(metadata.message_count, 3);
      assert.ok(updated_at >= before.updated_at);
      assert.deepEqual(
        { ...before, ...rest, state: { ...before.state, writers: '', bytes: 0 } },
        {
          ...before,
          state: { ...state, writers: '', bytes: 0 },
        },
      );
      assert.equal(messages.length, 3);
    },

    'touch changes no field': async (scope) => {
      const session = await scope.created({ ttl: 600 });
      await say(session, 'Hello');
      const [before, after] = await changed(scope, session, () => session.touch());
      assert.deepEqual(after, before);
    },

    'adding no items and reading change no field': async (scope) => {
      const session = await scope.created({ ttl: 600 });
      await say(session, 'Hello');
      const [before, after] = await changed(scope, session, async () => {
        await session.addItems([]);
        await session.getItems();
        await session.getMessages({ limit: 1 });
        await session.getMetadata();
      });
      assert.deepEqual(after, before);
    },

    'removing entries is written down': async (scope) => {
      const session = scope.session();
      await session.addItems(['1', '2', '3', '4'].map((text) => userItem(text)));
      const [before, popped] = await changed(scope, session, () => session.popItem());
      assert.equal(before.state?.generation, 0);
      const { generation } = popped.state!;
      assert.ok(generation > 0);
      assert.deepEqual(popped.state?.changes, [[generation, 3]]);
      assert.deepEqual(popped.messages, before.messages.slice(0, 3));
      const [, cleared] = await changed(scope, session, () => session.clearSession());
      assert.ok(cleared.state!.generation > generation);
      assert.deepEqual(cleared.state?.changes, [
        [generation, 3],
        [cleared.state!.generation, 0],
      ]);
      assert.deepEqual(cleared.messages, []);
    },

    'attributes and the handoff context are plain JSON': async (scope) => {
      const session = scope.session();
      await session.setAttributes({ title: 'Trip', tags: ['a'], nested: { b: [] } });
      await session.setHandoffContext({ order: { id: 'A-1', note: null } });
      const { attributes, handoff_context } = await scope.document(session.sessionId);
      assert.deepEqual(attributes, { title: 'Trip', tags: ['a'], nested: { b: [] } });
      assert.deepEqual(handoff_context, { order: { id: 'A-1', note: null } });
    },

    'operations are remembered for a day, and the newest 4,096': async (scope) => {
      const session = await scope.created();
      const now = Date.now() / 1000;
      const old = Array.from({ length: 100 }, () => remembered(now - 2 * 86_400));
      // Stores may look after them when a multiple of 256 is reached.
      const young = Array.from({ length: 17 * 256 - 1 - old.length }, (_, index) =>
        remembered(now - 5000 + index),
      );
      const document = await scope.document(session.sessionId);
      const operations = Object.fromEntries([...old, ...young]);
      await scope.plant(session.sessionId, { ...document, operations });
      await session.applyHistoryTransaction({
        operationId: 'new',
        transaction: { type: 'append_items', items: [] },
      });
      const { operations: kept = {} } = await scope.document(session.sessionId);
      const ids = new Set(Object.keys(kept));
      assert.ok(ids.size <= 4096);
      assert.equal(old.filter(([id]) => ids.has(id)).length, 0);
      const gone = young.filter(([id]) => !ids.has(id));
      assert.ok(gone.length > 0);
      assert.deepEqual(gone, young.slice(0, gone.length));
      assert.equal(ids.size, 1 + young.length - gone.length);
    },
  },
};
