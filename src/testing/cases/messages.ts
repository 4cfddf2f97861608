import assert from 'node:assert/strict';
import { say, textsOf, userItem } from '../conversation.ts';
import { expectFailure } from '../expect-failure.ts';
import type { JSONSession } from '../../session/session.ts';
import type { Message } from '../../session/message.ts';
import type { MessageFilter } from '../../session/message-filter.ts';
import { MESSAGE_ROLES } from '../../document/document.ts';
import type { Topic } from '../topic.ts';

/** Texts that have broken stores before. */
const TEXTS = [
  '',
  ' ',
  'Æ Ø Å 🧭 👩‍👩‍👧 ﷽ \u200f',
  '"quotes" and \\ backslashes \\u0041 \\" /',
  'lines\r\nand\ttabs',
  '\u0000 \u0001 \u001f \u007f \ufffe \uffff',
  '{"json":true}',
  "'; DROP TABLE sessions; --",
  '$.messages[0]',
  '%s %d ${x} {{y}}',
  'null',
  'x'.repeat(300_000),
];

/** What `getMessages` must give, worked out from all messages. */
function filtered(messages: readonly Message[], filter: MessageFilter): Message[] {
  const { limit, role, agent, since, before } = filter;
  const ids = messages.map(({ id }) => id);
  const matching = messages.filter(
    (message, index) =>
      (role === undefined || message.role === role) &&
      (agent === undefined || message.agent === agent) &&
      (typeof since !== 'string' || index > ids.indexOf(since)) &&
      (typeof before !== 'string' || index < ids.indexOf(before)) &&
      (!(since instanceof Date) || message.timestamp >= since) &&
      (!(before instanceof Date) || message.timestamp < before),
  );
  return limit === undefined ? matching : matching.slice(-limit);
}

/** Every combination of one value for each filter. */
function combinations(choices: {
  [F in keyof MessageFilter]-?: readonly MessageFilter[F][];
}): MessageFilter[] {
  return choices.limit.flatMap((limit) =>
    choices.role.flatMap((role) =>
      choices.agent.flatMap((agent) =>
        choices.since.flatMap((since) =>
          choices.before.map((before) => ({ limit, role, agent, since, before })),
        ),
      ),
    ),
  );
}

async function fill(session: JSONSession, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await session.addMessage({
      role: MESSAGE_ROLES[(index * 7) % 4]!,
      content: `message ${index}`,
      agent: ['Triage', 'Planner', undefined][index % 3],
    });
  }
}

/**
 * Messages of the transcript.
 */
export const MESSAGES: Topic = {
  title: 'messages',
  needs: 'nothing',
  cases: {
    'addMessage gives the message as it is stored': async (scope) => {
      const session = scope.session();
      const added = await session.addMessage({
        role: 'assistant',
        content: 'Hello',
        agent: 'Triage',
        tokens: 12,
      });
      const { id, timestamp, ...rest } = added;
      assert.match(id, /^[0-9a-f]{16}$/);
      assert.ok(Math.abs(timestamp.getTime() - Date.now()) < 3_600_000);
      assert.deepEqual(rest, {
        role: 'assistant',
        content: 'Hello',
        agent: 'Triage',
        tokens: 12,
        inHistory: true,
        item: {
          type: 'message',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'Hello' }],
        },
      });
      assert.deepEqual(await session.getMessages(), [added]);
      assert.deepEqual(await scope.elsewhere(session.sessionId).getMessages(), [added]);
    },

    'a message without agent and tokens has null there': async (scope) => {
      const { agent, tokens } = await say(scope.session(), 'Hello');
      assert.deepEqual([agent, tokens], [null, null]);
    },

    'every role is kept, and only tool messages are no items': async (scope) => {
      const session = scope.session();
      for (const role of MESSAGE_ROLES) await session.addMessage({ role, content: role });
      const messages = await session.getMessages();
      assert.deepEqual(
        messages.map(({ role }) => role),
        MESSAGE_ROLES,
      );
      assert.deepEqual(
        messages.filter(({ item }) => item === undefined).map(({ role }) => role),
        ['tool'],
      );
      assert.deepEqual(await session.getItems(), [
        { type: 'message', role: 'user', content: 'user' },
        {
          type: 'message',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'assistant' }],
        },
        { type: 'message', role: 'system', content: 'system' },
      ]);
    },

    'any text comes back as it was': async (scope) => {
      const session = scope.session();
      for (const role of MESSAGE_ROLES) {
        for (const content of TEXTS) await session.addMessage({ role, content, agent: 'A "b" \\' });
      }
      const expected = MESSAGE_ROLES.flatMap(() => TEXTS);
      assert.deepEqual(await textsOf(scope.elsewhere(session.sessionId)), expected);
      const messages = await session.getMessages({ agent: 'A "b" \\' });
      assert.equal(messages.length, expected.length);
    },

    'messages keep their order and never go back in time': async (scope) => {
      const session = scope.session();
      await fill(session, 20);
      const messages = await session.getMessages();
      const { createdAt, updatedAt } = await session.getMetadata();
      const texts = messages.map(({ content }) => content);
      assert.deepEqual(
        texts,
        texts.map((_, index) => `message ${index}`),
      );
      const times = [createdAt, ...messages.map(({ timestamp }) => timestamp), updatedAt];
      assert.deepEqual(
        times,
        times.toSorted((one, other) => one.getTime() - other.getTime()),
      );
      assert.deepEqual(messages.at(-1)?.timestamp, updatedAt);
      assert.equal(new Set(messages.map(({ id }) => id)).size, 20);
    },

    'all filters combine': async (scope) => {
      const session = scope.session({ store: scope.store.unchecked });
      await fill(session, 12);
      // A later millisecond, so that a time can tell messages apart.
      const middle = (await session.getMessages()).at(-1)!.timestamp;
      while ((await say(session, 'later')).timestamp <= middle);
      await fill(session, 12);
      const messages = await session.getMessages();
      const [early, late] = [messages[4]!, messages.at(-5)!];
      const all = combinations({
        limit: [undefined, 3],
        role: [undefined, 'user'],
        agent: [undefined, 'Planner'],
        since: [undefined, early.id, late.timestamp, new Date(0)],
        before: [undefined, late.id, late.timestamp, new Date(Date.now() + 1e9)],
        includeCompaction: [undefined],
      });
      for (const filter of all) {
        assert.deepEqual(
          await session.getMessages(filter),
          filtered(messages, filter),
          JSON.stringify(filter),
        );
      }
    },

    'limit counts the newest that match, in order': async (scope) => {
      const session = scope.session();
      for (let index = 0; index < 10; index += 1) {
        await session.addMessage({
          role: index % 5 === 0 ? 'system' : 'user',
          content: String(index),
        });
      }
      const texts = async (filter: MessageFilter): Promise<string[]> =>
        (await session.getMessages(filter)).map(({ content }) => content);
      assert.deepEqual(await texts({ limit: 1, role: 'system' }), ['5']);
      assert.deepEqual(await texts({ limit: 2, role: 'system' }), ['0', '5']);
      assert.deepEqual(await texts({ limit: 3 }), ['7', '8', '9']);
    },

    'since and before do not include the message that they name': async (scope) => {
      const session = scope.session();
      const [one, two, three] = [
        await say(session, '1'),
        await say(session, '2'),
        await say(session, '3'),
      ];
      assert.deepEqual(await session.getMessages({ since: one.id, before: three.id }), [two]);
      assert.deepEqual(await session.getMessages({ since: three.id }), []);
      assert.deepEqual(await session.getMessages({ before: one.id }), []);
      assert.deepEqual(await session.getMessages({ since: three.id, before: one.id }), []);
      assert.deepEqual(await session.getMessages({ since: one.id, limit: 1 }), [three]);
      assert.deepEqual(await session.getMessages({ before: three.id, limit: 1 }), [two]);
    },

    'since and before must name messages of the session': async (scope) => {
      const session = scope.session();
      const elsewhere = await say(scope.session(), 'Hello');
      await say(session, 'Hello');
      for (const field of ['since', 'before'] as const) {
        const get = (): Promise<unknown> => session.getMessages({ [field]: elsewhere.id });
        await expectFailure('invalid_input', get, { field });
      }
    },

    'long conversations come back whole, whatever the filter': async (scope) => {
      const session = scope.session({ store: scope.store.unchecked });
      const count = 4321;
      const items = Array.from({ length: count }, (_, index) => userItem(`message ${index}`));
      await session.addItems(items.slice(0, 2500));
      await session.addMessage({ role: 'system', content: 'in the middle', agent: 'Triage' });
      await session.addItems(items.slice(2500));
      const reader = scope.elsewhere(session.sessionId, { store: scope.otherStore.unchecked });
      const messages = await reader.getMessages();
      const expected = items.map((_, index) => `message ${index}`);
      assert.deepEqual(
        messages.map(({ content }) => content),
        expected.toSpliced(2500, 0, 'in the middle'),
      );
      assert.deepEqual(await reader.getMessages({ agent: 'Triage' }), [messages[2500]]);
      assert.deepEqual(await reader.getMessages({ role: 'system', limit: 1 }), [messages[2500]]);
      assert.deepEqual(await reader.getMessages({ limit: 3000 }), messages.slice(-3000));
      assert.deepEqual(await reader.getMessages({ before: messages[7]!.id }), messages.slice(0, 7));
      assert.deepEqual(await reader.getMessages({ since: messages[7]!.id }), messages.slice(8));
      assert.deepEqual((await reader.getItems(2000)).length, 2000);
      assert.equal((await reader.getItems()).length, count + 1);
      assert.equal((await reader.getMetadata()).messageCount, count + 1);
    },
  },
};
