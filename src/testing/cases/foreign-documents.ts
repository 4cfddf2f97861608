import assert from 'node:assert/strict';
import type { CaseScope } from '../case-scope.ts';
import { assistantItem, say, textsOf, userItem, NOTHING_USED } from '../conversation.ts';
import type { JsonObject, MessageEntry, SessionDocument } from '../../document/document.ts';
import { NO_USAGE } from '../../document/run-record.ts';
import { EVERY_READ, EVERY_WRITE } from '../every-call.ts';
import { expectFailure } from '../expect-failure.ts';
import { JSONSession } from '../../session/session.ts';
import { PYTHON_DOCUMENTS, type PythonDocument } from '../python-documents.ts';
import type { Topic } from '../topic.ts';

const CHAT = PYTHON_DOCUMENTS['py-chat'];

/** What a later release could add. */
const FUTURE: JsonObject = { since: '2.0', list: [1, null, { deep: {} }], '': 'empty' };

function theirMessage(content: string): MessageEntry {
  return {
    id: Array.from(content, (char) => char.charCodeAt(0).toString(16))
      .join('')
      .padEnd(16, '0')
      .slice(0, 16),
    role: 'user',
    content,
    timestamp: Math.floor(Date.now() / 1000),
    agent: null,
    tokens: null,
  };
}

/** Plants a Python document and gives a handle on it. */
async function python(
  scope: CaseScope,
  document: PythonDocument,
  sessionId = document.session_id,
): Promise<JSONSession> {
  await scope.plant(sessionId, { ...document, session_id: sessionId });
  return JSONSession.load(sessionId, scope.options());
}

/** Changes a stored document as the Python class would: past everything that is ours. */
async function meanwhile(
  scope: CaseScope,
  sessionId: string,
  change: (document: SessionDocument) => void,
): Promise<void> {
  const document = await scope.document(sessionId);
  change(document);
  await scope.plant(sessionId, document);
}

/** A document of ours with fields of a later release everywhere. */
async function futureDocument(scope: CaseScope, sessionId: string): Promise<SessionDocument> {
  const session = await scope.created({ sessionId });
  await session.addItems([userItem('one'), assistantItem('two'), userItem('three')]);
  await session.addMessage({ role: 'tool', content: 'note' });
  await session.addItems([userItem('four')]);
  const document = await scope.document(sessionId);
  const { messages, metadata, state } = document;
  return {
    ...document,
    future: FUTURE,
    metadata: { ...metadata, future: FUTURE },
    messages: messages.map((message) => ({ ...message, future: FUTURE })),
    state: { ...state, future: FUTURE },
    operations: { future: FUTURE },
    attributes: { future: FUTURE },
    usage: { future: FUTURE },
  } as unknown as SessionDocument;
}

function futureFields(document: SessionDocument): unknown {
  const { metadata, messages, state, attributes, usage, ...root } = document as unknown as Record<
    string,
    JsonObject
  >;
  return {
    root: root['future'],
    metadata: metadata?.['future'],
    state: state?.['future'],
    attributes: attributes?.['future'],
    usage: usage?.['future'],
    messages: (messages as unknown as JsonObject[]).map((message) => message['future']),
  };
}

/**
 * Documents of other programs: the Python class, later releases, and hands.
 */
export const FOREIGN_DOCUMENTS: Topic = {
  title: 'foreign documents',
  needs: 'read and write',
  cases: {
    'documents of the Python class are read': async (scope) => {
      for (const [name, document] of Object.entries(PYTHON_DOCUMENTS)) {
        const session = await python(scope, document);
        assert.equal(session.userId, document.user_id);
        const { createdAt, updatedAt, ...metadata } = await session.getMetadata();
        assert.deepEqual(metadata, {
          sessionId: name,
          userId: document.user_id,
          currentAgent: document.metadata.current_agent,
          agentsUsed: document.metadata.agents_used,
          messageCount: document.messages.length,
          totalTokens: document.metadata.total_tokens,
          usage: NOTHING_USED,
          attributes: {},
          ttl: null,
        });
        assert.ok(Math.abs(createdAt.getTime() - document.created_at * 1000) < 1);
        assert.ok(Math.abs(updatedAt.getTime() - document.updated_at * 1000) < 1);
        const messages = await session.getMessages();
        assert.deepEqual(
          messages.map(({ id, role, content, agent, tokens }) => [
            id,
            role,
            content,
            agent,
            tokens,
          ]),
          document.messages.map(({ id, role, content, agent, tokens }) => [
            id,
            role,
            content,
            agent,
            tokens,
          ]),
        );
        assert.equal(await session.getHandoffContext(), null);
        assert.deepEqual(await scope.document(name), document);
      }
    },

    'messages of the Python class are items for the SDK': async (scope) => {
      const session = await python(scope, CHAT);
      assert.deepEqual(
        await session.getItems(),
        CHAT.messages.map(({ role, content }) =>
          role === 'assistant' ? assistantItem(content) : { type: 'message', role, content },
        ),
      );
    },

    'a write to a document of the Python class keeps its fields and adds ours': async (scope) => {
      const session = await python(scope, CHAT);
      const added = await session.addMessage({ role: 'user', content: 'Thanks', tokens: 3 });
      const { state, operations, attributes, usage, ...document } = await scope.document('py-chat');
      assert.match(state?.incarnation ?? '', /^[0-9a-f]{32}$/);
      assert.deepEqual([state?.schema, state?.ttl], [1, null]);
      assert.deepEqual([operations, attributes, usage], [{}, {}, {}]);
      const { messages, ...rest } = document;
      assert.deepEqual(messages.slice(0, 5), CHAT.messages);
      assert.equal(messages[5]?.id, added.id);
      assert.deepEqual(rest, {
        session_id: CHAT.session_id,
        user_id: CHAT.user_id,
        created_at: CHAT.created_at,
        updated_at: document.updated_at,
        metadata: { ...CHAT.metadata, message_count: 6, total_tokens: 33 },
        handoff_context: null,
      });
      assert.ok(document.updated_at > CHAT.updated_at - 1);
    },

    'every write makes a document of the Python class ours': async (scope) => {
      for (const [name, write] of Object.entries(EVERY_WRITE)) {
        const session = await python(scope, CHAT, name);
        await write(session);
        assert.ok((await scope.document(name)).state, name);
        await say(session, 'goes on');
        await say(scope.elsewhere(name), 'there, too');
        assert.deepEqual((await textsOf(session)).slice(-2), ['goes on', 'there, too']);
      }
    },

    'a ttl makes a document of the Python class ours': async (scope) => {
      await python(scope, CHAT);
      const session = await JSONSession.load('py-chat', scope.options({ ttl: 600 }));
      assert.equal((await session.getMetadata()).ttl, 600);
      const { state, updated_at, messages } = await scope.document('py-chat');
      assert.equal(state?.ttl, 600);
      assert.equal(updated_at, CHAT.updated_at);
      assert.deepEqual(messages, CHAT.messages);
    },

    'documents of the Python class are cleared, shortened and deleted': async (scope) => {
      const cleared = await python(scope, CHAT, 'cleared');
      await cleared.clear();
      const { metadata, messages } = await scope.document('cleared');
      assert.deepEqual(messages, []);
      assert.deepEqual(metadata, { ...CHAT.metadata, message_count: 0, total_tokens: 0 });
      const popped = await python(scope, CHAT, 'popped');
      assert.deepEqual(await popped.popItem(), {
        type: 'message',
        role: 'system',
        content: 'Be brief.',
      });
      assert.equal((await popped.getMetadata()).messageCount, 4);
      const deleted = await python(scope, CHAT, 'deleted');
      assert.equal(await deleted.delete(), true);
      assert.equal(await deleted.delete(), false);
    },

    'a document of the Python class has its owner': async (scope) => {
      await python(scope, CHAT);
      const load = (userId: string): Promise<unknown> =>
        JSONSession.load('py-chat', scope.options({ userId }));
      await load('user_1');
      await expectFailure('session_not_found', () => load('user_2'));
    },

    'a document of the Python class with a whole second as its time is known again': async (
      scope,
    ) => {
      const session = await python(scope, { ...CHAT, created_at: 1_795_357_251 });
      assert.equal((await session.getItems()).length, 5);
      await say(session, 'Thanks');
      assert.equal((await session.getItems()).length, 6);
    },

    'a handle knows when a document of the Python class is another one': async (scope) => {
      const session = await python(scope, CHAT);
      await scope.plant('py-chat', { ...CHAT, created_at: CHAT.created_at + 1 });
      await expectFailure('session_expired', () => session.getItems());
      await expectFailure('session_expired', () => say(session, 'lost'));
      assert.equal(await session.delete(), false);
    },

    'a handle that knew a document before our first write goes on after it': async (scope) => {
      const session = await python(scope, CHAT);
      await say(scope.elsewhere('py-chat'), 'from elsewhere');
      assert.equal((await session.getItems()).length, 6);
      await say(session, 'Thanks');
      assert.equal((await session.getItems()).length, 7);
    },

    'messages that the Python class adds to a session of ours are part of it': async (scope) => {
      const session = await scope.created();
      const { sessionId } = session;
      await say(session, 'ours');
      await meanwhile(scope, sessionId, ({ messages, metadata }) => {
        messages.push(theirMessage('theirs'));
        metadata.message_count += 1;
      });
      assert.deepEqual(await textsOf(session), ['ours', 'theirs']);
      await say(session, 'ours again');
      assert.deepEqual(await session.getItems(2), [userItem('theirs'), userItem('ours again')]);
      assert.equal((await session.getMetadata()).messageCount, 3);
    },

    'reads take the true number of messages, and writes repair the count': async (scope) => {
      const session = await scope.created();
      const { sessionId } = session;
      await say(session, 'ours');
      // Between the append of the Python class and its count.
      await meanwhile(scope, sessionId, ({ messages }) => messages.push(theirMessage('theirs')));
      assert.equal((await session.getMetadata()).messageCount, 2);
      assert.deepEqual(await session.getItems(1), [userItem('theirs')]);
      assert.deepEqual(await textsOf(session), ['ours', 'theirs']);
      assert.equal((await scope.document(sessionId)).metadata.message_count, 1);
      await session.trackAgent('Triage');
      assert.equal((await scope.document(sessionId)).metadata.message_count, 2);
      await meanwhile(scope, sessionId, ({ metadata }) => (metadata.message_count = 77));
      assert.deepEqual(await session.popItem(), userItem('theirs'));
      assert.equal((await scope.document(sessionId)).metadata.message_count, 1);
    },

    'a clear by the Python class is understood': async (scope) => {
      const session = await scope.created({ ttl: 600 });
      const { sessionId } = session;
      await session.addItems([userItem('one'), userItem('two')]);
      await session.popItem();
      await meanwhile(scope, sessionId, (document) => {
        document.messages = [];
        document.metadata.message_count = 0;
        document.metadata.total_tokens = 0;
      });
      assert.deepEqual(await session.getItems(), []);
      assert.equal(await session.popItem(), undefined);
      await say(session, 'new');
      assert.deepEqual(await textsOf(scope.elsewhere(sessionId)), ['new']);
    },

    'text that another program edits is the text of the item': async (scope) => {
      const session = await scope.created();
      await session.addItems([
        userItem('one'),
        { ...assistantItem('two'), id: 'msg_1' },
        { role: 'user', content: [{ type: 'input_text', text: 'three' }] },
      ]);
      await meanwhile(scope, session.sessionId, ({ messages }) => {
        for (const message of messages) message.content = `${message.content}, edited`;
      });
      assert.deepEqual(await session.getItems(), [
        userItem('one, edited'),
        { ...assistantItem('two, edited'), id: 'msg_1' },
        { role: 'user', content: [{ type: 'input_text', text: 'three, edited' }] },
      ]);
    },

    'fields of a later release survive every write': async (scope) => {
      for (const [name, write] of Object.entries(EVERY_WRITE)) {
        const planted = await futureDocument(scope, name);
        await scope.plant(name, planted);
        const session = await JSONSession.load(name, scope.options({ ttl: 600 }));
        await write(session);
        await session.touch();
        const document = await scope.document(name);
        const before = futureFields(planted) as { messages: unknown[] };
        const after = futureFields(document) as { messages: unknown[] };
        const kept = Math.min(document.messages.length, before.messages.length);
        assert.deepEqual(
          { ...after, messages: after.messages.slice(0, kept) },
          { ...before, messages: before.messages.slice(0, kept) },
          name,
        );
        const clears = name.startsWith('clear');
        assert.equal(kept, { popItem: 4, clear: 0, clearSession: 0 }[name] ?? 5);
        assert.deepEqual(document.operations, clears ? {} : { future: FUTURE });
      }
    },

    'fields that are not ours survive in a document of the Python class': async (scope) => {
      for (const [name, write] of Object.entries(EVERY_WRITE)) {
        const { metadata } = CHAT;
        const planted = { ...CHAT, future: FUTURE, metadata: { ...metadata, future: FUTURE } };
        const session = await python(scope, planted, name);
        await write(session);
        const document = (await scope.document(name)) as unknown as Record<string, JsonObject>;
        assert.deepEqual(document['future'], FUTURE, name);
        assert.deepEqual(document['metadata']?.['future'], FUTURE, name);
      }
    },

    'a document of a newer schema can be read': async (scope) => {
      const document = await futureDocument(scope, 's');
      document.state!.schema = 2;
      await scope.plant('s', document);
      const options = scope.options({ ttl: 5, refreshTtlOnRead: true });
      const session = await JSONSession.load('s', options);
      for (const read of Object.values(EVERY_READ)) await read(session);
      assert.deepEqual(await textsOf(session), ['one', 'two', 'three', 'note', 'four']);
      assert.equal((await session.getItems()).length, 4);
      assert.deepEqual(await scope.document('s'), document);
    },

    'a document of a newer schema is refused before a write': async (scope) => {
      const document = await futureDocument(scope, 's');
      document.state!.schema = 2;
      await scope.plant('s', document);
      const session = await JSONSession.load('s', scope.options());
      for (const handle of [session, scope.elsewhere('s')]) {
        const writes = { ...EVERY_WRITE, touch: async (target: JSONSession) => target.touch() };
        for (const write of Object.values(writes)) {
          await expectFailure('unsupported_schema', () => write(handle), { schema: 2 });
        }
      }
      await expectFailure('session_exists', () => scope.elsewhere('s').create());
      assert.deepEqual(await scope.document('s'), document);
      assert.equal(await session.delete(), true);
    },

    'what is no message is passed over, and goes when it is the newest': async (scope) => {
      const session = scope.session({ store: scope.store.unchecked });
      const { sessionId } = session;
      await session.addItems([userItem('one'), userItem('two'), userItem('three')]);
      await meanwhile(scope, sessionId, ({ messages }) => {
        const corrupt = [null, 5, 'text', [], {}, { id: 'x' }, { ...messages[0], content: [] }];
        messages.splice(2, 0, ...(corrupt as unknown as MessageEntry[]));
        messages.push(...(corrupt as unknown as MessageEntry[]));
      });
      const all = ['one', 'two', 'three'].map((text) => userItem(text));
      assert.deepEqual(await session.getItems(), all);
      assert.deepEqual(await session.getItems(2), all.slice(1));
      assert.deepEqual(await textsOf(session), ['one', 'two', 'three']);
      assert.deepEqual(await session.popItem(), userItem('three'));
      assert.deepEqual(await session.getItems(), all.slice(0, 2));
      assert.deepEqual(await session.popItem(), userItem('two'));
      await say(session, 'new');
      assert.deepEqual(await textsOf(session), ['one', 'new']);
      assert.deepEqual((await scope.document(sessionId)).messages.length, 2);
    },

    'usage of another shape counts for nothing, and is no obstacle': async (scope) => {
      const shapes: unknown[] = [7, null, [], { agents: null }, { agents: 5, requests: 'many' }];
      for (const [index, usage] of shapes.entries()) {
        const sessionId = `usage-${index}`;
        await scope.created({ sessionId });
        await meanwhile(scope, sessionId, (document) => Object.assign(document, { usage }));
        const spent = { ...NO_USAGE, requests: 1, totalTokens: 7 };
        await scope.store.append({
          key: scope.key(sessionId),
          sessionId,
          expect: { incarnation: null, userId: null },
          ttl: null,
          entries: [],
          tokens: 0,
          changes: {},
          create: null,
          run: { agents: [], currentAgent: null, spent: [{ agent: 'A', ...spent }], mark: null },
        });
        const after = await (await JSONSession.load(sessionId, scope.options())).getMetadata();
        assert.deepEqual(after.usage, { ...spent, agents: { A: spent } });
      }
    },
  },
};
