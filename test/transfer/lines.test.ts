/**
 * What is wrong with a line is said by its place, never imported, and never repeated.
 *
 * @module
 */
import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { JSONSession } from '../../src/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { exportSession, importSession } from '../../src/transfer/index.ts';
import { ownPrefix } from '../processes/shared-stores.ts';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 300);
const SECRET = 'said-in-confidence';

let store: SqliteStore;
let line = '';

beforeAll(async () => {
  store = await SqliteStore.open(':memory:');
  const session = new JSONSession({ store, sessionId: 's' });
  await session.addMessage({ role: 'user', content: SECRET, agent: SECRET });
  await session.setAttributes({ [SECRET]: [SECRET] });
  line = await exportSession(session);
});

afterAll(() => store.close());

/** Imports a line to where nothing is, and gives the error, if there is one. */
async function errorOf(text: string): Promise<{ field?: string; code?: string } | null> {
  const place = { store, keyPrefix: ownPrefix() };
  try {
    await importSession(text, place);
    return null;
  } catch (error) {
    const found = await store.read({
      key: `${place.keyPrefix}s`,
      sessionId: 's',
      entries: { kind: 'none' },
    });
    expect(found).toBeNull();
    expect(inspect(error, { depth: 9 })).not.toContain(SECRET);
    return error as { field?: string };
  }
}

interface Fields {
  [name: string]: unknown;
  document: { [name: string]: unknown; messages: Record<string, unknown>[] };
}

function changed(change: (fields: Fields) => void): string {
  const fields = JSON.parse(line) as Fields;
  change(fields);
  return JSON.stringify(fields);
}

const deep = (levels: number): unknown => (levels === 0 ? 0 : [deep(levels - 1)]);

test.each<[field: string, text: () => string]>([
  ['line 1', () => `{"a": "${SECRET}`],
  ['line 1', () => '[]'.replace('[]', '"text"')],
  ['line 1', () => 'null'],
  ['line 1: format', () => changed((fields) => (fields['format'] = SECRET))],
  ['line 1: version', () => changed((fields) => (fields['version'] = 2))],
  ['line 1: expires_in', () => changed((fields) => (fields['expires_in'] = -1))],
  ['line 1: expires_in', () => changed((fields) => (fields['expires_in'] = '5'))],
  ['line 1: checksum', () => changed((fields) => (fields['checksum'] = SECRET))],
  ['line 1: checksum', () => changed((fields) => (fields['expires_in'] = 5))],
  ['line 1: checksum', () => changed(({ document }) => (document['extra'] = SECRET))],
  ['line 1: document', () => changed((fields) => (fields.document = SECRET as never))],
  ['line 1: document.user_id', () => changed(({ document }) => delete document['user_id'])],
  ['line 1: document.session_id', () => changed(({ document }) => (document['session_id'] = ''))],
  [
    'line 1: document.messages[0].content',
    () => changed(({ document }) => (document.messages[0]!['content'] = [SECRET])),
  ],
  [
    'line 1: document.messages[0].id',
    () => changed(({ document }) => (document.messages[0]!['id'] = SECRET)),
  ],
  ['line 1: document.attributes.*[0]', () => line.replace(`["${SECRET}"]`, '[1e999]')],
  ['line 1: document.attributes.*[0]', () => line.replace(`["${SECRET}"]`, String.raw`["\ud800"]`)],
  [
    'line 1: document.attributes.*[0]',
    () => changed(({ document }) => (document['attributes'] = { a: deep(80) })),
  ],
])('%s', async (field, text) => {
  expect(await errorOf(text())).toMatchObject({ code: 'invalid_input', field });
});

test('a document of a newer release is refused as one', async () => {
  const state = { schema: 2, anything: true };
  const text = changed(({ document }) => (document['state'] = state));
  expect(await errorOf(text)).toMatchObject({ code: 'unsupported_schema', schema: 2 });
});

test('a line that was changed or cut anywhere is never imported as something else', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(line.length - 1),
      fc.oneof(fc.constant(''), fc.string({ minLength: 1, maxLength: 2, unit: 'grapheme' })),
      async (at, text) => {
        const spoilt = line.slice(0, at) + text + line.slice(at + 1);
        const isSame = isSameJson(spoilt);
        expect((await errorOf(spoilt)) === null).toBe(isSame);
      },
    ),
    { numRuns: RUNS },
  );
  for (const length of [0, 1, line.length - 1]) {
    expect(await errorOf(line.slice(0, length))).not.toBeNull();
  }
});

/** A blank more or less changes nothing. */
function isSameJson(text: string): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === line;
  } catch {
    return false;
  }
}

test.each([1, null, undefined, {}, Buffer.from('x')])('%o is no line', async (value) => {
  await expect(importSession(value as never, { store })).rejects.toMatchObject({
    code: 'invalid_input',
    field: 'line 1',
  });
});

test.each([
  ['overwrite', { overwrite: 1 }],
  ['sessionId', { sessionId: '' }],
  ['keyPrefix', { keyPrefix: 'trash:' }],
  ['timeoutMs', { timeoutMs: 0 }],
  ['store', { store: {} }],
])('%s is checked', async (field, options) => {
  const importing = importSession(line, { store, ...options } as never);
  await expect(importing).rejects.toMatchObject({ code: 'invalid_input', field });
});
