import assert from 'node:assert/strict';
import type { AgentInputItem } from '@openai/agents-core';
import { JSONSession } from '../../session/session.ts';
import type { CaseScope } from '../case-scope.ts';
import {
  assistantItem,
  callItem,
  NOTHING_USED,
  resultItem,
  say,
  textsOf,
  userItem,
} from '../conversation.ts';
import { expectFailure } from '../expect-failure.ts';
import { PYTHON_DOCUMENTS } from '../python-documents.ts';
import type { Topic } from '../topic.ts';
import { until } from '../until.ts';

const SUMMARY: AgentInputItem = { type: 'compaction', encrypted_content: 'all of it' };

/** A session with messages. */
async function filled(scope: CaseScope, ...texts: string[]): Promise<JSONSession> {
  const session = scope.session();
  for (const text of texts) await say(session, text);
  return session;
}

async function idOf(session: JSONSession, text: string): Promise<string> {
  const messages = await session.getMessages({ includeCompaction: true });
  const found = messages.find(({ content }) => content === text);
  assert.ok(found, `there is a message ${text}`);
  return found.id;
}

/** The id of the message of an item. */
async function idAt(session: JSONSession, index: number): Promise<string> {
  const messages = await session.getMessages({ includeCompaction: true });
  return messages.at(index)?.id ?? '';
}

/** A session in which two calls wait for their results at the same time. */
async function withCalls(scope: CaseScope): Promise<JSONSession> {
  const session = scope.session();
  const calls = [callItem('1'), callItem('2'), resultItem('1'), resultItem('2')];
  await session.addItems([userItem('one'), ...calls, assistantItem('two')]);
  return session;
}

/**
 * New sessions that go on from a place in another one.
 */
export const FORKS: Topic = {
  title: 'forks',
  needs: 'nothing',
  cases: {
    'a fork has the messages, as they are, and goes its own way': async (scope) => {
      const session = await filled(scope, 'one', 'two');
      const before = await session.getMessages();
      const fork = await session.fork({ sessionId: 'branch' });
      assert.equal(fork.sessionId, 'branch');
      assert.deepEqual(await fork.getMessages(), before);
      await say(fork, 'three');
      await say(session, 'four');
      assert.deepEqual(await textsOf(scope.elsewhere('branch')), ['one', 'two', 'three']);
      assert.deepEqual(await textsOf(session), ['one', 'two', 'four']);
    },

    'a fork says of which session and message it is one': async (scope) => {
      const session = await filled(scope, 'one', 'two');
      const fork = await session.fork({ upTo: await idAt(session, 0) });
      assert.notEqual(fork.sessionId, session.sessionId);
      const { fork: point, createdAt, messageCount } = await fork.getMetadata();
      assert.deepEqual(point, {
        sessionId: session.sessionId,
        index: 1,
        messageId: await idAt(session, 0),
        time: createdAt,
      });
      assert.equal(messageCount, 1);
      assert.ok(createdAt >= (await session.getMetadata()).updatedAt);
      assert.equal((await session.getMetadata()).fork, undefined);
      const again = await fork.fork();
      assert.equal((await again.getMetadata()).fork?.sessionId, fork.sessionId);
    },

    'a fork has owner, agents and attributes of its parent, and has spent nothing': async (
      scope,
    ) => {
      const session = scope.session({ userId: 'ada', ttl: 1000 });
      const told = { agent: 'Triage', tokens: 12 };
      await session.addMessage({ role: 'assistant', content: 'one', ...told });
      await session.trackAgent('Triage');
      await session.trackAgent('Billing');
      await session.setAttributes({ title: 'Trip' });
      await session.setHandoffContext({ from: 'Triage' });
      const fork = await session.fork();
      const { currentAgent, agentsUsed, attributes, ttl, ...rest } = await fork.getMetadata();
      assert.deepEqual([currentAgent, agentsUsed], ['Billing', ['Triage', 'Billing']]);
      assert.deepEqual([attributes, ttl, rest.userId], [{ title: 'Trip' }, 1000, 'ada']);
      assert.deepEqual([rest.totalTokens, rest.usage], [0, NOTHING_USED]);
      assert.deepEqual(await fork.getHandoffContext(), { from: 'Triage' });
      assert.equal(fork.userId, 'ada');
      assert.equal((await session.getMetadata()).totalTokens, 12);
    },

    'after a cut the agent of the last message is at work': async (scope) => {
      const session = scope.session();
      await session.trackAgent('Triage');
      await session.addMessage({ role: 'assistant', content: 'one', agent: 'Triage' });
      await session.addMessage({ role: 'assistant', content: 'two', agent: 'Nobody' });
      await session.trackAgent('Billing');
      const fork = await session.fork({ upTo: await idOf(session, 'two') });
      const { currentAgent, agentsUsed } = await fork.getMetadata();
      assert.deepEqual([currentAgent, agentsUsed], ['Triage', ['Triage', 'Billing']]);
    },

    'a fork of a session without messages has none': async (scope) => {
      const session = await scope.created();
      const fork = await session.fork();
      assert.deepEqual(await fork.getMessages(), []);
      const { fork: point } = await fork.getMetadata();
      assert.deepEqual([point?.index, point?.messageId], [0, null]);
    },

    'no half of a call and its result is left, without a word': async (scope) => {
      const session = await withCalls(scope);
      const whole = await idAt(session, 4);
      for (const index of [1, 2, 3]) {
        const upTo = await idAt(session, index);
        const sessionId = `cut-${index}`;
        const refused = await expectFailure(
          'invalid_input',
          () => session.fork({ sessionId, upTo }),
          { field: 'upTo' },
        );
        assert.ok(refused.message.includes(whole), 'the error names the next that is whole');
        await expectFailure('session_not_found', () => scope.elsewhere(sessionId).getMetadata());
      }
      const fork = await session.fork({ upTo: whole });
      assert.deepEqual(await fork.getItems(), (await session.getItems()).slice(0, 5));
    },

    'a call that waits goes along, and the fork can answer it': async (scope) => {
      const session = scope.session();
      await session.addItems([userItem('one'), callItem('1')]);
      const fork = await session.fork({ upTo: await idAt(session, 1) });
      await fork.addItems([resultItem('1')]);
      assert.deepEqual(await fork.getItems(), [userItem('one'), callItem('1'), resultItem('1')]);
    },

    'the model sees of a compacted session what it saw': async (scope) => {
      const session = await filled(scope, 'one', 'two');
      await session.replaceHistoryWithCompaction([SUMMARY]);
      await say(session, 'three');
      await say(session, 'four');
      const fork = await session.fork({ upTo: await idOf(session, 'three') });
      assert.deepEqual(await fork.getItems(), [SUMMARY, userItem('three')]);
      assert.deepEqual(await textsOf(fork), ['one', 'two', 'three']);
    },

    'before a compaction, or in the middle of it, the model sees all that is left': async (
      scope,
    ) => {
      const session = await filled(scope, 'one', 'two');
      const rest = assistantItem('rest');
      await session.replaceHistoryWithCompaction([rest, SUMMARY]);
      const before = await session.fork({ upTo: await idOf(session, 'two') });
      assert.deepEqual(await before.getItems(), [userItem('one'), userItem('two')]);
      const within = await session.fork({ upTo: await idOf(session, 'rest') });
      assert.deepEqual(await within.getItems(), [userItem('one'), userItem('two'), rest]);
      const behind = await session.fork({ upTo: await idAt(session, -1) });
      assert.deepEqual(await behind.getItems(), [rest, SUMMARY]);
    },

    'of a history that messages took the place of, the model sees the same': async (scope) => {
      const session = await filled(scope, 'one', 'two');
      await session.replaceHistoryWithCompaction([assistantItem('short')]);
      const before = await session.fork({ upTo: await idOf(session, 'two') });
      assert.deepEqual(await before.getItems(), [userItem('one'), userItem('two')]);
      const whole = await session.fork();
      assert.deepEqual(await whole.getItems(), [assistantItem('short')]);
    },

    'a fork has no operation ids': async (scope) => {
      const session = await filled(scope, 'one');
      const message = { role: 'user', content: 'two', operationId: 'job-1' } as const;
      await session.addMessage(message);
      const fork = await session.fork();
      await fork.addMessage(message);
      assert.deepEqual(await textsOf(fork), ['one', 'two', 'two']);
    },

    'a session that somebody has to themselves can be forked, and the fork is free': async (
      scope,
    ) => {
      const session = await filled(scope, 'one');
      await session.exclusive(async () => {
        const fork = await scope.elsewhere(session.sessionId).fork();
        await say(fork, 'two');
        assert.deepEqual(await textsOf(fork), ['one', 'two']);
      });
    },

    'a fork has what was there at one moment, while others write': async (scope) => {
      const session = await filled(scope, '0');
      const { sessionId } = session;
      const writer = scope.session({ sessionId, store: scope.otherStore.unchecked });
      const done = new AbortController();
      const writing = (async () => {
        for (let count = 1; !done.signal.aborted; count += 1) await say(writer, String(count));
      })();
      try {
        for (let round = 0; round < 5; round += 1) {
          const texts = await textsOf(await session.fork());
          assert.deepEqual(
            texts,
            texts.map((_, index) => String(index)),
          );
        }
      } finally {
        done.abort();
      }
      await writing;
    },

    'an id that is taken, and a session that is not there, are errors': async (scope) => {
      const session = await filled(scope, 'one');
      await scope.created({ sessionId: 'taken' });
      await expectFailure('session_exists', () => session.fork({ sessionId: 'taken' }));
      assert.deepEqual(await textsOf(scope.elsewhere('taken')), []);
      await expectFailure('session_not_found', () => scope.session().fork());
      const stranger = scope.elsewhere(session.sessionId, { userId: 'stranger' });
      await expectFailure('session_not_found', () => stranger.fork({ sessionId: 'stolen' }));
      await expectFailure('session_not_found', () => scope.elsewhere('stolen').getMetadata());
      const upTo = 'ffffffffffffffff';
      await expectFailure('invalid_input', () => session.fork({ upTo }), { field: 'upTo' });
    },

    'a fork is of the class of its parent, with its options': async (scope) => {
      class OwnSession extends JSONSession {
        readonly own = true;
      }
      const options = scope.options({ userId: 'ada', onExpired: 'restart' });
      const session = await OwnSession.create(options);
      const fork = await session.fork();
      assert.ok(fork.own);
      await fork.delete();
      await say(fork, 'anew');
      assert.deepEqual(await textsOf(fork), ['anew']);
    },

    'a fork ends with its own ttl, and its parent with that of its own': async (scope) => {
      const session = scope.session({ ttl: 1000 });
      await say(session, 'one');
      const elsewhere = (ttl: number): JSONSession => scope.elsewhere(session.sessionId, { ttl });
      const longer = await elsewhere(2000).fork();
      const brief = await elsewhere(1).fork();
      const isGone = async (): Promise<boolean> =>
        (await scope.elsewhere(brief.sessionId).getMessages()).length === 0;
      await until('the fork with the short ttl has expired', isGone);
      await expectFailure('session_expired', () => brief.getMessages());
      assert.deepEqual(await textsOf(session), ['one']);
      assert.equal((await session.getMetadata()).ttl, 1000);
      assert.equal((await longer.getMetadata()).ttl, 2000);
    },
  },
};

/**
 * Forks of documents that other programs have written.
 */
export const FOREIGN_FORKS: Topic = {
  title: 'forks of foreign documents',
  needs: 'read and write',
  cases: {
    'a session of the Python class can be forked, and stays as it is': async (scope) => {
      const { 'py-chat': document } = PYTHON_DOCUMENTS;
      await scope.plant('py-chat', document);
      const session = scope.session({ sessionId: 'py-chat', ttl: 1000 });
      const fork = await session.fork();
      assert.deepEqual(await scope.document('py-chat'), document);
      assert.deepEqual(await fork.getMessages(), await session.getMessages());
      const { ttl, totalTokens, userId } = await fork.getMetadata();
      assert.deepEqual([ttl, totalTokens, userId], [1000, 0, 'user_1']);
      await say(fork, 'more');
      assert.equal((await fork.getMetadata()).messageCount, document.messages.length + 1);
    },

    'fields of other programs go along': async (scope) => {
      const { 'py-chat': document } = PYTHON_DOCUMENTS;
      const messages = document.messages.map((entry) => ({ ...entry, mood: ['good'] }));
      await scope.plant('s', { ...document, messages, 'app-data': { of: [{}, []] } });
      const fork = await scope.session({ sessionId: 's' }).fork({ sessionId: 'branch' });
      await say(fork, 'more');
      const stored = await scope.document('branch');
      assert.deepEqual((stored as { 'app-data'?: unknown })['app-data'], { of: [{}, []] });
      assert.deepEqual(stored.messages.slice(0, messages.length), messages);
    },

    'what a newer release has written is not forked': async (scope) => {
      const session = await filled(scope, 'one');
      const document = await scope.document(session.sessionId);
      await scope.plant('newer', { ...document, state: { ...document.state, schema: 2 } });
      const newer = scope.session({ sessionId: 'newer' });
      const sessionId = 'branch';
      await expectFailure('unsupported_schema', () => newer.fork({ sessionId }), { schema: 2 });
      await expectFailure('session_not_found', () => scope.elsewhere(sessionId).getMetadata());
    },
  },
};
