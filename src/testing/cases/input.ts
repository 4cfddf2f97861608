import assert from 'node:assert/strict';
import type { AgentInputItem } from '@openai/agents-core';
import { say, textsOf, userItem } from '../conversation.ts';
import { expectFailure } from '../expect-failure.ts';
import { JSONSession } from '../../session/session.ts';
import type { CaseTable, Topic } from '../topic.ts';

/** Calls without types: what JavaScript callers can get wrong. */
type Loose = Record<string, (...args: unknown[]) => Promise<unknown>>;

interface BadCall {
  readonly method: string;
  readonly field: string;
  readonly arguments: Record<string, unknown[]>;
}

const cycle: Record<string, unknown> = { type: 'unknown' };
cycle['self'] = [cycle];

const NO_NUMBERS: Record<string, unknown> = {
  '-1': -1,
  '1.5': 1.5,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '1e20': 1e20,
  '"5"': '5',
  null: null,
  BigInt: 5n,
};

const NO_TEXTS: Record<string, unknown> = {
  undefined,
  null: null,
  'a number': 5,
  'an object': {},
  'a list of parts': [{ type: 'input_text', text: 'Hello' }],
};

const NO_NAMES: Record<string, unknown> = { ...NO_TEXTS, 'an empty text': '' };

const NO_IDS: Record<string, unknown> = {
  'an empty text': '',
  'a text of 513 bytes': 'x'.repeat(513),
  'a text of 514 bytes in few characters': 'é'.repeat(257),
  'a text with NUL': 'a\0b',
  'half an emoji': 'a\ud83d',
  null: null,
  'a number': 5,
  'an object': {},
};

const NO_ROLES: Record<string, unknown> = {
  'an unknown role': 'developer',
  'a role in capitals': 'USER',
  'an empty role': '',
  'a filter': 'x" || "a"=="a',
  'a name of Object.prototype': '__proto__',
  'another one': 'toString',
  undefined,
  null: null,
  'a list': ['user'],
};

const NO_JSON: Record<string, unknown> = {
  BigInt: { a: [1n] },
  'a cycle': cycle,
  'a failing getter': {
    get secret(): never {
      throw new Error('secret text');
    },
  },
  'a failing toJSON': {
    toJSON(): never {
      throw new Error('secret text');
    },
  },
};

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = { value };
  return value;
}

/** One argument for each way to be wrong. */
function each(
  values: Record<string, unknown>,
  wrap: (value: unknown) => unknown[],
): Record<string, unknown[]> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, wrap(value)]));
}

function without(values: Record<string, unknown>, ...names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}

const BAD_CALLS: readonly BadCall[] = [
  {
    method: 'addMessage',
    field: 'role',
    arguments: each(NO_ROLES, (role) => [{ role, content: 'Hello' }]),
  },
  {
    method: 'addMessage',
    field: 'content',
    arguments: each(NO_TEXTS, (content) => [{ role: 'user', content }]),
  },
  {
    method: 'addMessage',
    field: 'agent',
    arguments: each(without(NO_NAMES, 'undefined'), (agent) => [
      { role: 'user', content: 'Hello', agent },
    ]),
  },
  {
    method: 'addMessage',
    field: 'tokens',
    arguments: each({ ...NO_NUMBERS, '2 ** 53': 2 ** 53 }, (tokens) => [
      { role: 'user', content: 'Hello', tokens },
    ]),
  },
  {
    method: 'getMessages',
    field: 'limit',
    arguments: each(NO_NUMBERS, (limit) => [{ limit }]),
  },
  {
    method: 'getMessages',
    field: 'role',
    arguments: each(without(NO_ROLES, 'undefined'), (role) => [{ role }]),
  },
  {
    method: 'getMessages',
    field: 'agent',
    arguments: each(without(NO_NAMES, 'undefined'), (agent) => [{ agent }]),
  },
  ...['since', 'before'].map((field) => ({
    method: 'getMessages',
    field,
    arguments: each(
      {
        'an invalid Date': new Date(Number.NaN),
        'a number': 5,
        null: null,
        'an empty text': '',
        'an unknown id': '0123456789abcdef',
        'a path': '$.messages[*]',
      },
      (value) => [{ [field]: value }],
    ),
  })),
  { method: 'trackAgent', field: 'name', arguments: each(NO_NAMES, (name) => [name]) },
  {
    method: 'setAttributes',
    field: 'attributes',
    arguments: each(
      {
        ...NO_JSON,
        undefined,
        null: null,
        'a text': 'x',
        'a list': [1],
        'a number': 1,
        'nesting beyond every parser': nested(200),
        'half an emoji as a name': { '\ud83d': 1 },
      },
      (value) => [value],
    ),
  },
  {
    method: 'setHandoffContext',
    field: 'context',
    arguments: each(
      { ...NO_JSON, undefined, 'a function': () => 1, 'nesting beyond every parser': nested(200) },
      (value) => [value],
    ),
  },
  {
    method: 'getItems',
    field: 'limit',
    arguments: each(without(NO_NUMBERS, '-1', '1e20'), (limit) => [limit]),
  },
  {
    method: 'addItems',
    field: 'items[1]',
    arguments: each({ ...NO_JSON, null: null, 'a text': 'Hello', 'a list': [] }, (item) => [
      [userItem('valid'), item],
    ]),
  },
];

const BAD_OPTIONS: Record<string, Record<string, unknown>> = {
  sessionId: NO_IDS,
  userId: NO_IDS,
  // As with numbers, null there is as good as left out.
  keyPrefix: without(NO_IDS, 'null'),
  ttl: { ...NO_NUMBERS, '0': 0, '1e18': 1e18 },
  timeoutMs: { ...without(NO_NUMBERS, 'null'), '0': 0 },
  lingerMs: without(NO_NUMBERS, 'null'),
  refreshTtlOnRead: { 'a text': 'yes', 'a number': 1 },
  store: { null: null, 'a text': 'redis://localhost', 'an empty object': {} },
  maxItemBytes: { ...NO_NUMBERS, '0': 0 },
  onExpired: { 'an unknown word': 'ignore', 'a boolean': true },
  oversizedItem: { 'an unknown word': 'truncate', 'a number': 5 },
  loneSurrogates: { 'an unknown word': 'keep', 'a boolean': true },
};

/** Ids that are legal, and must neither collide nor reach other sessions. */
const ODD_IDS = [
  '*',
  '?',
  '[a]',
  '[',
  ']',
  ':',
  'a:b',
  'a::b',
  '{a}',
  '{a}b',
  '{}',
  'a}b{c',
  ' ',
  'a ',
  ' a',
  'a',
  'A',
  '\n',
  '\t',
  '"',
  "'",
  "';--",
  '\\',
  '%',
  '_',
  '/',
  '../a',
  '😀',
  'é',
  'e\u0301',
  '__proto__',
  'constructor',
  'null',
  '0',
  '00',
  '$',
  '$.messages',
  'x'.repeat(512),
  '🧭'.repeat(128),
];

function badCall({ method, field, arguments: rows }: BadCall): [string, CaseTable[string]] {
  return [
    `${method} refuses a bad ${field} and changes nothing`,
    async (scope) => {
      const session = await scope.created({ ttl: 3600 });
      await say(session, 'Hello');
      const before = await session.getMetadata();
      for (const [name, args] of Object.entries(rows)) {
        const call = (target: JSONSession) => () => (target as unknown as Loose)[method]!(...args);
        await test(name, async () => {
          const error = await expectFailure('invalid_input', call(session), { field });
          assert.ok(!error.message.includes('secret text'), 'the message repeats the input');
          const missing = scope.session();
          await expectFailure('invalid_input', call(missing), { field });
          await expectFailure('session_not_found', () => missing.getMetadata());
        });
      }
      assert.deepEqual(await session.getMetadata(), before);
      assert.deepEqual(await textsOf(session), ['Hello']);
    },
  ];
}

function badOption([field, values]: [string, Record<string, unknown>]): [
  string,
  CaseTable[string],
] {
  return [
    `the option ${field} is checked before anything is done`,
    async (scope) => {
      for (const [name, value] of Object.entries(values)) {
        const options = scope.options({ sessionId: 's', [field]: value });
        await test(name, async () => {
          await expectFailure('invalid_input', () => new JSONSession(options), { field });
          await expectFailure('invalid_input', () => JSONSession.create(options), { field });
          await expectFailure('invalid_input', () => JSONSession.open(options), { field });
          const load = (): Promise<unknown> =>
            JSONSession.load(options.sessionId as string, options);
          await expectFailure('invalid_input', load, { field });
        });
      }
      await expectFailure('session_not_found', () => JSONSession.load('s', scope.options()));
    },
  ];
}

/** Says which row of a table failed. */
async function test(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Error) error.message = `${name}: ${error.message}`;
    throw error;
  }
}

/**
 * Bad input, and input that only looks bad.
 */
export const INPUT: Topic = {
  title: 'input',
  needs: 'nothing',
  cases: {
    ...Object.fromEntries(BAD_CALLS.map(badCall)),
    ...Object.fromEntries(Object.entries(BAD_OPTIONS).map(badOption)),

    'a store and a URL cannot be given together': async (scope) => {
      const options = scope.options({ url: 'sqlite::memory:' });
      const fields = { field: 'store' };
      await expectFailure('invalid_input', () => new JSONSession(options), fields);
    },

    'ids of any text never collide': async (scope) => {
      for (const [index, sessionId] of ODD_IDS.entries()) {
        const session = await scope.created({ sessionId, userId: sessionId, ttl: 600 });
        await session.addMessage({ role: 'user', content: `message ${index}`, agent: sessionId });
        await session.trackAgent(sessionId);
      }
      for (const [index, sessionId] of ODD_IDS.entries()) {
        const options = scope.options({ store: scope.otherStore, userId: sessionId });
        const session = await JSONSession.load(sessionId, options);
        assert.equal(session.sessionId, sessionId);
        assert.deepEqual(await textsOf(session), [`message ${index}`]);
        const metadata = await session.getMetadata();
        assert.deepEqual(
          [metadata.sessionId, metadata.userId, metadata.currentAgent],
          [sessionId, sessionId, sessionId],
        );
      }
      for (const [index, sessionId] of ODD_IDS.entries()) {
        assert.equal(await scope.session({ sessionId }).delete(), true, sessionId);
        const next = ODD_IDS[index + 1];
        if (next !== undefined)
          assert.equal((await scope.session({ sessionId: next }).getItems()).length, 1);
      }
    },

    'the longest ids and prefixes work together': async (scope) => {
      const keyPrefix = `${scope.keyPrefix}${'é'.repeat(200)}`;
      const session = await scope.created({ sessionId: 'x'.repeat(512), keyPrefix });
      await say(session, 'Hello');
      assert.equal(await session.delete(), true);
    },

    'sessions of different prefixes are different': async (scope) => {
      const [one, other] = ['a:', 'b:'].map((prefix) =>
        scope.session({ sessionId: 's', keyPrefix: `${scope.keyPrefix}${prefix}` }),
      );
      await say(one!, 'one');
      await say(other!, 'other');
      assert.deepEqual(await textsOf(one!), ['one']);
      assert.deepEqual(await textsOf(other!), ['other']);
    },

    'an item over the limit is an error that names it': async (scope) => {
      const session = scope.session({ maxItemBytes: 1000 });
      const item = userItem('x'.repeat(2000));
      const bytes = JSON.stringify(item).length;
      const add = (): Promise<void> => session.addItems([userItem('small'), item]);
      await expectFailure('item_too_large', add, { field: 'items[1]', bytes, limit: 1000 });
      const message = { role: 'tool', content: 'x'.repeat(2000) } as const;
      await expectFailure('item_too_large', () => session.addMessage(message), {
        field: 'content',
      });
      await expectFailure('session_not_found', () => session.getMetadata());
    },

    'an item of just the limit is stored': async (scope) => {
      const item = userItem('é'.repeat(500));
      const maxItemBytes = new TextEncoder().encode(JSON.stringify(item)).length;
      const session = scope.session({ maxItemBytes });
      await session.addItems([item]);
      assert.deepEqual(await session.getItems(), [item]);
      const tight = scope.session({ maxItemBytes: maxItemBytes - 1 });
      await expectFailure('item_too_large', () => tight.addItems([item]), { bytes: maxItemBytes });
    },

    'notes can stand in the place of what is too large': async (scope) => {
      const session = scope.session({ maxItemBytes: 1000, oversizedItem: 'placeholder' });
      await session.addItems([
        userItem('x'.repeat(5000)),
        {
          type: 'function_call_result',
          name: 'draw',
          callId: 'call_1',
          status: 'completed',
          output: { type: 'image', image: `data:image/png;base64,${'A'.repeat(5000)}` },
        },
      ]);
      await session.addMessage({ role: 'assistant', content: 'y'.repeat(5000) });
      const [text, result, added] = await session.getItems();
      assert.equal(text?.type, 'message');
      assert.equal((result as { callId?: string } | undefined)?.callId, 'call_1');
      assert.equal(added?.type, 'message');
      for (const item of [text, result, added]) assert.ok(JSON.stringify(item).length <= 1000);
    },

    'a function can make something smaller of what is too large': async (scope) => {
      const seen: [AgentInputItem, number][] = [];
      const session = scope.session({
        maxItemBytes: 100,
        oversizedItem: (item, bytes) => {
          seen.push([item, bytes]);
          return userItem('smaller');
        },
      });
      const large = userItem('x'.repeat(500));
      await session.addItems([userItem('small'), large]);
      assert.deepEqual(await session.getItems(), [userItem('small'), userItem('smaller')]);
      assert.deepEqual(seen, [[large, JSON.stringify(large).length]]);
      const failing = scope.session({ maxItemBytes: 100, oversizedItem: (item) => item });
      await expectFailure('item_too_large', () => failing.addItems([large]));
    },

    'what is too much for one call is refused, and changes nothing': async (scope) => {
      const session = scope.session();
      await session.addItems([userItem('one')]);
      const many = Array.from({ length: 10_001 }, () => userItem('x'));
      const calls = [
        () => session.addItems(many),
        () => session.replaceHistoryWithCompaction(many),
      ];
      for (const call of calls) await expectFailure('invalid_input', call, { field: 'items' });
      assert.deepEqual(await textsOf(session), ['one']);
    },

    'errors do not repeat what was said': async (scope) => {
      const session = scope.session({ maxItemBytes: 500, loneSurrogates: 'reject' });
      const secret = 'my secret is 1234';
      const calls: (() => Promise<unknown>)[] = [
        () => say(session, `${secret}\ud83d`),
        () => say(session, secret.repeat(100)),
        () => session.addItems([userItem(`${secret}\ud83d`)]),
        () => session.addItems([userItem(secret.repeat(100))]),
        () => session.addMessage({ role: secret as 'user', content: secret }),
        () => session.setAttributes(secret as unknown as Record<string, never>),
      ];
      for (const call of calls) {
        const error = await call().then(
          () => assert.fail('it did not fail'),
          (reason: unknown) => reason as Error,
        );
        const all = [error.message, error.stack, String(error.cause), JSON.stringify(error)].join();
        assert.ok(!all.includes(secret), error.message);
      }
    },
  },
};
