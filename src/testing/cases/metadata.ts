import assert from 'node:assert/strict';
import type { JsonObject, JsonValue } from '../../document/document.ts';
import { say } from '../conversation.ts';
import type { Topic } from '../topic.ts';

/** Merge patches: what was there, the patch, and what must be there then. From RFC 7396, and beyond. */
const PATCHES: [before: JsonObject, patch: JsonObject, after: JsonObject][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ e: 0 }, { a: 1 }, { e: 0, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  [{ a: 'text' }, { a: { b: 1 } }, { a: { b: 1 } }],
  [{ a: { b: 1 } }, { a: 'text' }, { a: 'text' }],
  [{ a: 1 }, {}, { a: 1 }],
  [{ a: [1, null, { b: null }] }, { c: [null] }, { a: [1, null, { b: null }], c: [null] }],
  [{ a: 1 }, { missing: null }, { a: 1 }],
  [{ a: {} }, { a: { b: [] } }, { a: { b: [] } }],
];

/** Names that a path, a pattern or a prototype could trip over. */
const NAMES = [
  '',
  ' ',
  '.',
  '$',
  '*',
  '..',
  'a.b',
  'a[0]',
  "'",
  '"',
  '\\',
  '\n',
  '😀',
  '0',
  '-1',
  '@',
  '?(@.x)',
  'toString',
  'length',
  'constructor',
];

const VALUES: JsonValue[] = [
  null,
  false,
  0,
  -1.5,
  9_007_199_254_740_991,
  '',
  'text',
  [],
  {},
  [1, [2, [3]]],
  { reason: 'refund', order: { id: 'A-1', items: [1, null], paid: true } },
];

/**
 * What is known of a session beside its messages.
 */
export const METADATA: Topic = {
  title: 'metadata',
  needs: 'nothing',
  cases: {
    'trackAgent sets the current agent and lists each once': async (scope) => {
      const session = await scope.created();
      for (const name of ['Triage', 'Billing', 'Triage', 'a "b" \\ 🧭', 'Billing', '__proto__']) {
        await session.trackAgent(name);
      }
      const { currentAgent, agentsUsed } = await session.getMetadata();
      assert.equal(currentAgent, '__proto__');
      assert.deepEqual(agentsUsed, ['Triage', 'Billing', 'a "b" \\ 🧭', '__proto__']);
    },

    'the agent of a message does not become the current one': async (scope) => {
      const session = await scope.created();
      await session.trackAgent('Triage');
      await session.addMessage({ role: 'assistant', content: 'Hello', agent: 'Billing' });
      const { currentAgent, agentsUsed } = await session.getMetadata();
      assert.equal(currentAgent, 'Triage');
      assert.deepEqual(agentsUsed, ['Triage']);
    },

    'tokens add up and are not given back': async (scope) => {
      const session = scope.session();
      for (const tokens of [5, 0, undefined, 4_000_000_000_000_000]) {
        await session.addMessage({ role: 'user', content: 'Hello', tokens });
      }
      assert.equal((await session.getMetadata()).totalTokens, 4_000_000_000_000_005);
      await session.popItem();
      const { messageCount, totalTokens } = await session.getMetadata();
      assert.deepEqual([messageCount, totalTokens], [3, 4_000_000_000_000_005]);
    },

    'every write moves updatedAt on, and only that': async (scope) => {
      const session = await scope.created();
      const first = await session.getMetadata();
      let { updatedAt } = first;
      // Clocks may be coarse.
      while (updatedAt <= first.updatedAt) {
        await session.trackAgent('Triage');
        ({ updatedAt } = await session.getMetadata());
      }
      const last = await session.getMetadata();
      assert.deepEqual(last, {
        ...first,
        updatedAt,
        currentAgent: 'Triage',
        agentsUsed: ['Triage'],
      });
    },

    'what getMetadata gives is a copy': async (scope) => {
      const session = await scope.created();
      await session.trackAgent('Triage');
      await session.setAttributes({ tags: ['a'] });
      const before = await session.getMetadata();
      const copy = await session.getMetadata();
      copy.agentsUsed.push('Intruder');
      (copy.attributes['tags'] as string[]).push('b');
      copy.createdAt.setTime(0);
      assert.deepEqual(await session.getMetadata(), before);
    },

    'attributes are merged as a merge patch': async (scope) => {
      for (const [before, patch, after] of PATCHES) {
        const session = scope.session();
        await session.setAttributes(before);
        await scope.elsewhere(session.sessionId).setAttributes(patch);
        const { attributes } = await session.getMetadata();
        assert.deepEqual(attributes, after, JSON.stringify(patch));
      }
    },

    'attributes may have any names': async (scope) => {
      const session = scope.session();
      const expected = Object.fromEntries(NAMES.map((name, index) => [name, index]));
      for (const [name, value] of Object.entries(expected)) {
        await session.setAttributes({ [name]: value });
      }
      assert.deepEqual((await session.getMetadata()).attributes, expected);
      for (const name of NAMES) await session.setAttributes({ [name]: null });
      assert.deepEqual((await session.getMetadata()).attributes, {});
    },

    'an attribute named __proto__ is an attribute': async (scope) => {
      const session = scope.session();
      await session.setAttributes({ plain: 1 });
      await session.setAttributes(JSON.parse('{"__proto__":{"polluted":true}}') as JsonObject);
      const { attributes } = await session.getMetadata();
      assert.equal(JSON.stringify(attributes), '{"plain":1,"__proto__":{"polluted":true}}');
      assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    },

    'attributes of any JSON come back as they were': async (scope) => {
      const session = scope.session();
      const values = VALUES.filter((value) => value !== null);
      for (const [index, value] of values.entries()) {
        await session.setAttributes({ [`value-${index}`]: value });
      }
      const { attributes } = await session.getMetadata();
      assert.deepEqual(Object.values(attributes), values);
    },

    'setAttributes does not keep what it was given': async (scope) => {
      const session = scope.session();
      const tags = ['a'];
      await session.setAttributes({ tags });
      tags.push('b');
      assert.deepEqual((await session.getMetadata()).attributes, { tags: ['a'] });
    },

    'the handoff context is any JSON, and replaced as a whole': async (scope) => {
      const session = scope.session();
      for (const value of VALUES) {
        await session.setHandoffContext(value);
        assert.deepEqual(await session.getHandoffContext(), value);
        assert.deepEqual(await scope.elsewhere(session.sessionId).getHandoffContext(), value);
      }
    },

    'what getHandoffContext gives is a copy': async (scope) => {
      const session = scope.session();
      const given = { list: [1] };
      await session.setHandoffContext(given);
      given.list.push(2);
      const found = (await session.getHandoffContext()) as typeof given;
      found.list.push(3);
      assert.deepEqual(await session.getHandoffContext(), { list: [1] });
    },

    'messages and metadata of other sessions stay out of it': async (scope) => {
      const [one, other] = [scope.session(), scope.session()];
      await say(one, 'one');
      await one.trackAgent('Triage');
      await other.setAttributes({ title: 'other' });
      assert.equal((await other.getMetadata()).messageCount, 0);
      assert.deepEqual((await one.getMetadata()).attributes, {});
      assert.equal(await one.delete(), true);
      assert.equal((await other.getMetadata()).attributes['title'], 'other');
    },
  },
};
