import assert from 'node:assert/strict';
import type { AgentInputItem } from '@openai/agents-core';
import { assistantItem, textsOf, userItem } from '../conversation.ts';
import { expectFailure } from '../expect-failure.ts';
import { SAMPLE_ITEMS } from '../sample-items.ts';
import type { CaseTable, Topic } from '../topic.ts';

/** Items as a caller without types could hand them over. */
function foreign(item: Record<string, unknown>): AgentInputItem {
  return item as AgentInputItem;
}

function unknownItem(value: unknown): AgentInputItem {
  return { type: 'unknown', providerData: { value } };
}

function nested(levels: number): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { value };
  return value;
}

/** One case for each kind of item, so that a store learns which of them it breaks. */
const KINDS: CaseTable = Object.fromEntries(
  SAMPLE_ITEMS.map(({ name, item, role, content }): [string, CaseTable[string]] => [
    `a ${name} comes back as it was`,
    async (scope) => {
      // A result alone begins no session.
      const session = await scope.created();
      await session.addItems([item]);
      const found = await scope.elsewhere(session.sessionId).getItems();
      assert.deepEqual(found, [item]);
      // The order of the keys counts, too.
      assert.equal(JSON.stringify(found), JSON.stringify([item]));
      const [message] = await session.getMessages();
      assert.deepEqual([message?.role, message?.content], [role, content]);
      assert.deepEqual(message?.item, item);
      assert.deepEqual(session.prepareHistoryItemsForPersistenceComparison([item]), [item]);
      assert.deepEqual(await session.popItem(), item);
    },
  ]),
);

/** Values of JSON that something on the way could bend. */
const JSON_VALUES: Record<string, unknown> = {
  'integers of any size': [0, -1, 2 ** 31, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), 2 ** 63, 1e20, 1e21],
  'doubles of any magnitude': [
    0.1, -1.5, 1e-7, 5e-324, 1.7976931348623157e308, 2.2250738585072014e-308,
  ],
  'doubles of 17 digits': [0.994_594_867_649_469_1, 6e26, 5e39, 9487.991930455773, -1.000000013e-7],
  'empty containers': [[], {}, [[]], [{}], { a: [] }, ''],
  'names that look like paths': {
    '': 1,
    $: 2,
    'a.b': 3,
    '[0]': 4,
    "'": 5,
    '"': 6,
    '\\': 7,
    '\n': 8,
  },
  'names of tags': [
    { $text: true },
    { $bytes: 'AA==' },
    { $json: '{}' },
    { $literal: {} },
    { $literal: { $text: true } },
    { $text: true, other: 1 },
  ],
  'names in any order': { z: 1, a: 2, m: 3, A: 4, '10': 5, '9': 6 },
  'text of any kind': [
    '',
    '\u0000',
    '\u001f',
    '\u2028',
    '🧭',
    '\ud83d\udc69\u200d',
    '"\\"',
    '\ufffd',
  ],
};

/**
 * Items of the SDK.
 */
export const ITEMS: Topic = {
  title: 'items',
  needs: 'nothing',
  cases: {
    ...KINDS,

    'all kinds of items in one call keep their order': async (scope) => {
      const session = scope.session();
      const items = SAMPLE_ITEMS.map(({ item }) => item);
      await session.addItems(items);
      const found = await scope.elsewhere(session.sessionId).getItems();
      assert.deepEqual(found, items);
      assert.deepEqual(await session.toAgentInputs(), items);
      assert.deepEqual(session.prepareHistoryItemsForPersistenceComparison(items), found);
      assert.equal((await session.getMetadata()).messageCount, items.length);
      const contents = SAMPLE_ITEMS.map(({ content }) => content);
      assert.deepEqual(await textsOf(session), contents);
    },

    'many items in one call are all there': async (scope) => {
      const session = scope.session({ store: scope.store.unchecked });
      const items = Array.from({ length: 9001 }, (_, index) => userItem(String(index)));
      await session.addItems(items);
      assert.deepEqual(await session.getItems(), items);
    },

    'getItems gives the newest, in order': async (scope) => {
      const session = scope.session();
      const items = ['1', '2', '3', '4', '5'].map((text) => userItem(text));
      await session.addItems(items);
      for (const limit of [1, 2, 4, 5, 6, 1_000_000, Number.MAX_SAFE_INTEGER]) {
        assert.deepEqual(await session.getItems(limit), items.slice(-limit));
      }
      for (const limit of [
        0,
        -0,
        -1,
        -1000,
        -1.5,
        Number.MIN_SAFE_INTEGER,
        Number.NEGATIVE_INFINITY,
      ]) {
        assert.deepEqual(await session.getItems(limit), []);
      }
      assert.deepEqual(await session.getItems(), items);
    },

    'what is transcript only counts for nothing in getItems': async (scope) => {
      const session = scope.session();
      await session.addItems([userItem('1'), userItem('2')]);
      await session.addMessage({ role: 'tool', content: 'note' });
      await session.addItems([userItem('3')]);
      await session.addMessage({ role: 'tool', content: 'note' });
      assert.deepEqual(await session.getItems(2), [userItem('2'), userItem('3')]);
    },

    'changing an added item later changes nothing': async (scope) => {
      const session = scope.session();
      const item = unknownItem({ list: [1] });
      const items = [item, userItem('Hello')];
      const added = session.addItems(items);
      items.pop();
      await added;
      item.providerData!['value'] = 'changed';
      assert.deepEqual(await session.getItems(), [unknownItem({ list: [1] }), userItem('Hello')]);
    },

    'changing a given item changes nothing': async (scope) => {
      const session = scope.session();
      await session.addItems([userItem('Hello'), unknownItem({ list: [1] })]);
      const first = await session.getItems();
      (first[0] as { content: unknown }).content = 'changed';
      first[1]!.providerData = {};
      first.pop();
      const [message] = await session.getMessages();
      (message!.item as { content: unknown }).content = 'changed';
      const second = await session.getItems();
      assert.deepEqual(second, [userItem('Hello'), unknownItem({ list: [1] })]);
      const popped = await session.popItem();
      popped!.providerData = {};
      assert.deepEqual(await session.getItems(), [userItem('Hello')]);
    },

    'bytes come back as bytes': async (scope) => {
      const session = scope.session();
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      await session.addItems([unknownItem([bytes, new Uint8Array(0)])]);
      const [item] = await scope.elsewhere(session.sessionId).getItems();
      assert.deepEqual(item, unknownItem([bytes, new Uint8Array(0)]));
    },

    'what JSON.stringify drops or converts is dropped or converted': async (scope) => {
      const session = scope.session();
      const date = new Date(0);
      const item = foreign({
        type: 'unknown',
        gone: undefined,
        method: () => 1,
        date,
        list: [undefined, Number.NaN, Number.POSITIVE_INFINITY, -0],
        own: { toJSON: () => ({ own: true }) },
        map: new Map([[1, 2]]),
      });
      await session.addItems([item]);
      const expected: unknown = JSON.parse(JSON.stringify(item));
      assert.deepEqual(await session.getItems(), [expected]);
      assert.deepEqual(session.prepareHistoryItemsForPersistenceComparison([item]), [expected]);
    },

    'an own key __proto__ is a key': async (scope) => {
      const session = scope.session();
      const json = '{"type":"unknown","__proto__":{"polluted":true},"constructor":1}';
      await session.addItems([JSON.parse(json) as AgentInputItem]);
      assert.equal(JSON.stringify(await session.getItems()), `[${json}]`);
      assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    },

    ...Object.fromEntries(
      Object.entries(JSON_VALUES).map(([name, value]): [string, CaseTable[string]] => [
        `items with ${name} come back as they were`,
        async (scope) => {
          const session = scope.session();
          const items = [unknownItem(value), assistantItem(JSON.stringify(value))];
          await session.addItems(items);
          const found = await scope.elsewhere(session.sessionId).getItems();
          assert.equal(JSON.stringify(found), JSON.stringify(items));
        },
      ]),
    ),

    'deeply nested items come back whole': async (scope) => {
      const session = scope.session();
      const items = [20, 45, 46, 47, 48, 49, 60, 126, 127, 128, 129, 300, 1200].map((levels) =>
        unknownItem(nested(levels)),
      );
      await session.addItems(items);
      const found = await scope.elsewhere(session.sessionId).getItems();
      assert.equal(JSON.stringify(found), JSON.stringify(items));
    },

    'large items come back whole': async (scope) => {
      const session = scope.session();
      const text = 'é"\\\n🧭'.repeat(200_000);
      await session.addItems([userItem(text), userItem('after')]);
      assert.deepEqual(await session.getItems(), [userItem(text), userItem('after')]);
    },

    'half an emoji is replaced, the same way everywhere': async (scope) => {
      const session = scope.session();
      const item = foreign({
        type: 'message',
        role: 'user',
        content: 'cut \ud83d',
        providerData: { 'key \udc00': ['\ud83d\udc69 ok', '\udfff\ud800'] },
      });
      const expected = foreign({
        type: 'message',
        role: 'user',
        content: 'cut \ufffd',
        providerData: { 'key \ufffd': ['\ud83d\udc69 ok', '\ufffd\ufffd'] },
      });
      await session.addItems([item]);
      await session.addMessage({ role: 'user', content: 'cut \ud83d', agent: 'A\ud83d' });
      const [found, message] = await session.getMessages();
      assert.deepEqual(found?.item, expected);
      assert.deepEqual([message?.content, message?.agent], ['cut \ufffd', 'A\ufffd']);
      assert.deepEqual(session.prepareHistoryItemsForPersistenceComparison([item]), [expected]);
      await session.trackAgent('A\ud83d');
      await session.setAttributes({ title: '\ud83d' });
      await session.setHandoffContext('\ud83d');
      const { currentAgent, attributes } = await session.getMetadata();
      assert.deepEqual([currentAgent, attributes], ['A\ufffd', { title: '\ufffd' }]);
      assert.equal(await session.getHandoffContext(), '\ufffd');
    },

    'half an emoji is refused where that is asked for': async (scope) => {
      const session = scope.session({ loneSurrogates: 'reject' });
      const item = userItem('cut \ud83d');
      await expectFailure('invalid_input', () => session.addItems([userItem('ok'), item]), {
        field: 'items[1]',
      });
      const message = { role: 'user', content: 'cut \ud83d' } as const;
      await expectFailure('invalid_input', () => session.addMessage(message), { field: 'content' });
      assert.deepEqual(await session.getItems(), []);
    },

    'prepareHistoryItemsForPersistenceComparison leaves its input alone': async (scope) => {
      const session = scope.session();
      const items = [
        userItem('cut \ud83d'),
        unknownItem(nested(60)),
        unknownItem({ a: undefined }),
      ];
      const before = structuredClone(items);
      const prepared = session.prepareHistoryItemsForPersistenceComparison(items);
      assert.deepEqual(items, before);
      assert.equal(prepared.length, items.length);
      await session.addItems(items);
      assert.deepEqual(prepared, await session.getItems());
    },
  },
};
