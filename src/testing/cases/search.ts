/**
 * Contract: finding messages. Where a store keeps nothing that messages are found by, those of one user
 * are read: what is found must be the same.
 *
 * @module
 */
import assert from 'node:assert/strict';
import type { AgentInputItem } from '@openai/agents-core';

import type { SearchOptions } from '../../directory/search-options.ts';
import { assistantItem, callItem, resultItem, say, userItem } from '../conversation.ts';
import { planted } from '../directory-cases.ts';
import { expectFailure } from '../expect-failure.ts';
import { Finder, ofAda, type SearchCase, searchCases } from '../finder.ts';
import { PYTHON_DOCUMENTS } from '../python-documents.ts';
import type { Topic } from '../topic.ts';

/** A picture and a question about it, a tool call and its result. */
const STRUCTURED: AgentInputItem[] = [
  {
    type: 'message',
    role: 'user',
    content: [
      { type: 'input_text', text: 'What is in the picture?' },
      { type: 'input_image', image: 'data:image/png;base64,aGlkZGVu' },
    ],
  },
  {
    type: 'function_call',
    callId: 'call-1',
    name: 'lookup_invoice',
    status: 'completed',
    arguments: '{"number":"RE-2026-17"}',
  },
  {
    type: 'function_call_result',
    callId: 'call-1',
    name: 'lookup_invoice',
    status: 'completed',
    output: { type: 'text', text: 'Paid on Tuesday' },
  },
  assistantItem('The invoice was paid.'),
];

const PLACES: Readonly<Record<string, SearchCase>> = {
  'the newest message stands first, and each has its place': async (scope, finder) => {
    const first = ofAda(scope, 'first');
    const second = ofAda(scope, 'second');
    await first.addItems([userItem('Hello one'), assistantItem('Hello two')]);
    await say(second, 'Hello three');
    await say(second, 'Nothing');
    const last = await say(first, 'Hello four');
    const order = ['first 2', 'second 0', 'first 1', 'first 0'];
    assert.deepEqual(await finder.places('hello'), order);
    for (const limit of [1, 2, 3]) {
      assert.deepEqual(await finder.places('hello', { limit }), order.slice(0, limit));
    }
    const [found] = await finder.messages('four');
    assert.deepEqual(found, {
      sessionId: 'first',
      userId: 'ada',
      messageId: last.id,
      index: 2,
      role: 'user',
      agent: null,
      timestamp: last.timestamp,
      snippet: [
        { text: 'Hello ', isMatch: false },
        { text: 'four', isMatch: true },
      ],
    });
  },

  'filters combine': async (scope, finder) => {
    const ada = ofAda(scope);
    await say(ada, 'Hello there');
    const agent = 'Billing, "1" | {x}';
    await ada.addMessage({ role: 'assistant', content: 'Hello Ada', agent });
    await say(scope.session({ sessionId: 'other', userId: 'bob' }), 'Hello there');
    const cases: [SearchOptions, string[]][] = [
      [{}, ['chat 1', 'chat 0']],
      [{ role: 'user' }, ['chat 0']],
      [{ role: 'tool' }, []],
      [{ agent }, ['chat 1']],
      [{ agent: 'Billing' }, []],
      [{ agent, role: 'user' }, []],
      [{ userId: 'bob' }, ['other 0']],
      [{ userId: 'bo' }, []],
      [{ userId: '*' }, []],
    ];
    for (const [options, places] of cases) {
      assert.deepEqual(await finder.places('hello', options), places);
    }
    const [newest] = await finder.messages('hello');
    const time = newest?.timestamp.getTime() ?? 0;
    // Times have parts of a millisecond.
    assert.deepEqual(await finder.places('ada', { since: new Date(time - 1) }), ['chat 1']);
    assert.deepEqual(await finder.places('ada', { since: new Date(time + 1) }), []);
  },

  'calls of tools, their results and parts of messages are found': async (scope, finder) => {
    await ofAda(scope).addItems(STRUCTURED);
    assert.deepEqual(await finder.places('picture'), ['chat 0']);
    assert.deepEqual(await finder.places('lookup invoice 17'), ['chat 1']);
    assert.deepEqual(await finder.places('tuesday'), ['chat 2']);
    assert.deepEqual(await finder.places('tuesday', { role: 'tool' }), ['chat 2']);
    assert.deepEqual(await finder.places('invoice paid'), ['chat 3']);
    assert.deepEqual(await finder.places('aGlkZGVu'), []);
  },

  'a message of very many words is found by the first of them': async (scope, finder) => {
    const words = Array.from({ length: 3000 }, (_, index) => `w${index}`);
    await say(ofAda(scope), words.join(' '));
    assert.deepEqual(await finder.places('w0 w1999'), ['chat 0']);
    assert.deepEqual(await finder.places('w2000'), []);
  },

  'sessions of another prefix are not searched': async (scope, finder) => {
    await say(ofAda(scope), 'Hello');
    const keyPrefix = `${scope.keyPrefix}more:`;
    await say(scope.session({ sessionId: 'x', userId: 'bob', keyPrefix }), 'Hello');
    const ofBob = { userId: 'bob' };
    assert.deepEqual(await new Finder(scope, { keyPrefix }).places('hello', ofBob), ['x 0']);
    assert.deepEqual(await new Finder(scope, { keyPrefix }).places('hello'), []);
    assert.deepEqual(await finder.places('hello'), ['chat 0']);
  },
};

const CHANGES: Readonly<Record<string, SearchCase>> = {
  'what was removed is found no more, and what is left where it stands': async (scope, finder) => {
    const session = ofAda(scope);
    const turns = ['one', 'two', 'three', 'four'];
    for (const turn of turns) {
      await session.addItems([userItem(`Hello ${turn}`), assistantItem(`Hi ${turn}`)]);
    }
    assert.equal((await finder.places('hello')).length, 4);
    await session.popItem();
    assert.deepEqual(await finder.places('four'), ['chat 6']);
    await session.popTurn();
    assert.deepEqual(await finder.places('four'), []);
    await session.trim({ maxMessages: 4 });
    assert.deepEqual(await finder.places('hello'), ['chat 2', 'chat 0']);
    await say(session, 'Hello five');
    assert.deepEqual(await finder.places('hello'), ['chat 4', 'chat 2', 'chat 0']);
    await session.clear();
    assert.deepEqual(await finder.places('hello'), []);
    await say(session, 'Hello six');
    assert.deepEqual(await finder.places('hello'), ['chat 0']);
    await session.delete();
    assert.deepEqual(await finder.places('hello'), []);
  },

  'a session of the same id that comes later is found by its own messages': async (
    scope,
    finder,
  ) => {
    const session = ofAda(scope);
    await session.addItems([userItem('Hello one'), userItem('Hello two')]);
    await session.delete();
    await say(ofAda(scope), 'Hello three');
    assert.deepEqual(await finder.places('hello'), ['chat 0']);
    assert.deepEqual(await finder.places('two'), []);
  },

  'a call that is replaced is found as it is now': async (scope, finder) => {
    const session = ofAda(scope);
    await session.addItems([userItem('Hello'), callItem('call-1'), resultItem('call-1')]);
    const replacement = { ...callItem('call-1'), arguments: '{"city":"Oslo"}' } as AgentInputItem;
    await session.applyHistoryMutations({
      mutations: [
        {
          type: 'replace_function_call',
          callId: 'call-1',
          replacement: replacement as Extract<AgentInputItem, { type: 'function_call' }>,
        },
      ],
    });
    assert.deepEqual(await finder.places('oslo'), ['chat 1']);
    assert.deepEqual(await finder.places('sunny'), ['chat 2']);
  },

  'a fork is found with what it has taken over': async (scope, finder) => {
    const session = ofAda(scope);
    await session.addItems([userItem('Hello one'), userItem('Hello two')]);
    const fork = await session.fork({ sessionId: 'fork' });
    await say(fork, 'Hello three');
    const places = ['fork 2', 'chat 1', 'chat 0', 'fork 1', 'fork 0'];
    assert.deepEqual(await finder.places('hello'), places);
  },

  'what two processes write is found': async (scope, finder) => {
    const one = ofAda(scope);
    await say(one, 'Hello 0');
    const other = scope.elsewhere('chat');
    await Promise.all(
      [one, other, one, other].map((session, index) => say(session, `Hello more${index}`)),
    );
    const places = ['chat 4', 'chat 3', 'chat 2', 'chat 1', 'chat 0'];
    assert.deepEqual(await finder.places('hello'), places);
  },
};

const INPUT: Readonly<Record<string, SearchCase>> = {
  'bad input is named': async (_scope, { directory }) => {
    const many = Array.from({ length: 33 }, (_, index) => `w${index}`).join(' ');
    const cases: [unknown, object | null, string][] = [
      ['', {}, 'text'],
      [' -"*', {}, 'text'],
      ['x'.repeat(1001), {}, 'text'],
      [many, {}, 'text'],
      [7, {}, 'text'],
      ['x', { userId: '' }, 'userId'],
      ['x', { scan: true }, 'userId'],
      ['x', { scan: 1 }, 'scan'],
      ['x', { scanLimit: 0 }, 'scanLimit'],
      ['x', { role: 'robot' }, 'role'],
      ['x', { agent: '' }, 'agent'],
      ['x', { since: new Date('x') }, 'since'],
      ['x', { limit: 0 }, 'limit'],
      ['x', { limit: 201 }, 'limit'],
      ['x', null, 'options'],
    ];
    for (const [text, options, field] of cases) {
      const search = (): unknown => directory.search(text as string, options as SearchOptions);
      await expectFailure('invalid_input', search, { field });
    }
  },

  'messages are looked at one by one up to a limit': async (scope, { directory }) => {
    const [old, young] = [ofAda(scope, 'old'), ofAda(scope, 'young')];
    for (const session of [old, young]) {
      await session.addItems([userItem('Hello one'), userItem('Hello two')]);
    }
    const scan = { userId: 'ada', scan: true };
    for (const scanLimit of [4, 5]) {
      const all = await directory.search('hello', { ...scan, scanLimit });
      assert.equal(all.isComplete, true);
      assert.equal(all.messages.length, 4);
    }
    const { messages, isComplete } = await directory.search('hello', { ...scan, scanLimit: 3 });
    assert.equal(isComplete, false);
    const places = messages.map(({ sessionId, index }) => `${sessionId} ${index}`);
    assert.deepEqual(places, ['young 1', 'young 0', 'old 1']);
  },

  'without anything that messages are found by, it says so': async (scope, { directory }) => {
    if (scope.store.directory?.search !== undefined) return;
    const search = (): unknown => directory.search('hello', { userId: 'ada' });
    await expectFailure('unsupported', search, { method: 'search' });
  },
};

const OF_OTHERS: Readonly<Record<string, SearchCase>> = {
  'messages of the Python class are found': async (scope, finder) => {
    const chat = PYTHON_DOCUMENTS['py-chat'];
    await planted(scope, finder.directory, { 'py-chat': chat });
    const [found] = await finder.messages('oslo trip', { userId: 'user_1', role: 'user' });
    assert.equal(found?.messageId, chat.messages[0]?.id);
    const session = scope.session({ sessionId: 'py-chat', userId: 'user_1' });
    await say(session, 'And what of Bergen?');
    const { length } = chat.messages;
    assert.deepEqual(await finder.places('bergen', { userId: 'user_1' }), [`py-chat ${length}`]);
    const trip = await finder.messages('trip', { userId: 'user_1', role: 'user' });
    assert.equal(trip.at(-1)?.messageId, chat.messages[0]?.id);
  },

  'a message stands where it does, whatever is said of how many there are': async (scope) => {
    const finder = new Finder(scope, { store: scope.store.unchecked });
    const chat = PYTHON_DOCUMENTS['py-chat'];
    const metadata = { ...chat.metadata, message_count: 0 };
    await planted(scope, finder.directory, { 'py-chat': { ...chat, metadata } });
    const [found] = await finder.messages('oslo trip', { userId: 'user_1', role: 'user' });
    assert.equal(found?.index, 0);
  },

  'messages whose times go back are found by their own times': async (scope, finder) => {
    const chat = PYTHON_DOCUMENTS['py-chat'];
    const [first] = chat.messages;
    const end = chat.updated_at;
    const messages = [-10, -9000, -20, -8000, -30, -7000].map((seconds, at) => ({
      ...first,
      id: `${at}`.repeat(16),
      content: `Hello ${at}`,
      timestamp: end + seconds,
    }));
    const metadata = { ...chat.metadata, message_count: messages.length };
    await planted(scope, finder.directory, { 'py-chat': { ...chat, messages, metadata } });
    const found = async (since?: number): Promise<string[]> =>
      finder.places('hello', {
        userId: 'user_1',
        ...(since !== undefined && { since: new Date((end + since) * 1000) }),
      });
    const places = [0, 2, 4, 5, 3, 1].map((index) => `py-chat ${index}`);
    assert.deepEqual(await found(), places);
    for (const [since, count] of [
      [-15, 1],
      [-100, 3],
      [-7500, 4],
    ] as const) {
      assert.deepEqual(await found(since), places.slice(0, count));
    }
  },

  'what is no message does no harm': async (scope) => {
    // Such a document is no document.
    const finder = new Finder(scope, { store: scope.store.unchecked });
    const chat = PYTHON_DOCUMENTS['py-chat'];
    const odd = { ...chat.messages[0], id: 'odd', content: { text: 'Hello' }, timestamp: 'x' };
    const untimed = { id: 'untimed', role: 'user', content: 'Hello world' };
    const document = { ...chat, messages: [null, odd, 'Hello', untimed, ...chat.messages] };
    const metadata = { ...chat.metadata, message_count: document.messages.length };
    await planted(scope, finder.directory, { 'py-chat': { ...document, metadata } });
    const found = await finder.messages('hello', { userId: 'user_1' });
    assert.equal(found.at(-1)?.messageId, 'untimed');
    assert.equal(found.at(-1)?.timestamp.getTime(), 0);
  },
};

/**
 * Finding messages.
 */
export const SEARCH: readonly Topic[] = [
  {
    title: 'search',
    needs: 'nothing',
    cases: searchCases({ ...PLACES, ...CHANGES, ...INPUT }),
  },
  { title: 'search', needs: 'read and write', cases: searchCases(OF_OTHERS) },
];
