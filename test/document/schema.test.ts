/**
 * The published schema: what it takes, and what it refuses.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import { PYTHON_DOCUMENTS } from '../../src/testing/python-documents.ts';
import { GOLDEN_DOCUMENTS } from './golden-documents.ts';
import { checkDocument, validateDocument } from './schema-check.ts';

type Json = Record<string, unknown>;

const CHAT = PYTHON_DOCUMENTS['py-chat'];
const [OURS] = Object.values(GOLDEN_DOCUMENTS);
const STATE = OURS?.state as unknown as Json;

test('the documents of the Python class in the contract are those of the fixture', () => {
  const fixture: unknown = JSON.parse(
    readFileSync(new URL('../fixtures/python-sessions.json', import.meta.url), 'utf8'),
  );
  expect(PYTHON_DOCUMENTS).toEqual(fixture);
});

test.each(Object.entries({ ...PYTHON_DOCUMENTS, ...GOLDEN_DOCUMENTS }))(
  'takes %s',
  (_, document) => {
    expect(() => checkDocument(document)).not.toThrow();
  },
);

test('takes fields that it does not know, everywhere', () => {
  const [first] = OURS?.messages ?? [];
  const document = {
    ...OURS,
    future: 1,
    metadata: { ...OURS?.metadata, future: 1 },
    messages: [{ ...first, future: 1 }],
    state: { ...STATE, future: 1, schema: 2 },
    usage: { future: 1 },
  };
  expect(() => checkDocument(document)).not.toThrow();
});

describe('refuses a document whose', () => {
  function ours(fields: Json): Json {
    return { ...(OURS as unknown as Json), ...fields };
  }

  function withMessage(fields: Json): Json {
    return { ...CHAT, messages: [{ ...CHAT.messages[0], ...fields }] };
  }

  function withMetadata(fields: Json): Json {
    return { ...CHAT, metadata: { ...CHAT.metadata, ...fields } };
  }

  function withState(fields: Json): Json {
    return ours({ state: { ...STATE, ...fields } });
  }

  const WRONG: [what: string, document: unknown][] = [
    ...['session_id', 'user_id', 'created_at', 'metadata', 'messages', 'handoff_context'].map(
      (field): [string, unknown] => [`${field} is missing`, { ...CHAT, [field]: undefined }],
    ),
    ...['state', 'operations', 'attributes', 'usage'].map((field): [string, unknown] => [
      `${field} alone is missing`,
      JSON.parse(JSON.stringify(ours({ [field]: undefined }))),
    ]),
    ['session id is empty', { ...CHAT, session_id: '' }],
    ['time is a text', { ...CHAT, updated_at: '2026-11-23' }],
    ['messages are an object', { ...CHAT, messages: {} }],
    ['count is negative', withMetadata({ message_count: -1 })],
    ['count is no whole number', withMetadata({ total_tokens: 1.5 })],
    ['agents repeat', withMetadata({ agents_used: ['A', 'A'] })],
    ['current agent is a number', withMetadata({ current_agent: 5 })],
    ['message has an id of another kind', withMessage({ id: 'x' })],
    ['message has an unknown role', withMessage({ role: 'developer' })],
    ['message has a list as content', withMessage({ content: [] })],
    ['message has no timestamp', withMessage({ timestamp: undefined })],
    ['message has a text as tokens', withMessage({ tokens: '5' })],
    ['message has a list as item', withMessage({ item: [] })],
    ['message has half a handoff', withMessage({ handoff: { from: 'A' } })],
    ['message is no object', { ...CHAT, messages: ['Hello'] }],
    ['schema is 0', withState({ schema: 0 })],
    ['incarnation is short', withState({ incarnation: 'abc' })],
    ['ttl is 0', withState({ ttl: 0 })],
    ['changes are too many', withState({ changes: Array.from({ length: 17 }, () => [1, 1]) })],
    ['change has three parts', withState({ changes: [[1, 1, 1]] })],
    ['history begins nowhere', withState({ history_start: { index: 1 } })],
    ['writers are of another form', withState({ writers: 'a:1:1;' })],
    ['lock has no end', withState({ lock: { token: '0'.repeat(32) } })],
    ['lock is a token alone', withState({ lock: '0'.repeat(32) })],
    ['attributes are a list', ours({ attributes: [] })],
    ['root is a list', []],
  ];

  test.each(WRONG)('%s', (_, document) => {
    expect(validateDocument(document)).toBe(false);
  });
});
