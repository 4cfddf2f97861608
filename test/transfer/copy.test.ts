/**
 * Copies from one store in another: there and back, nothing is lost.
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { SessionDocument } from '../../src/document/document.ts';
import { findDifference } from '../../src/transfer/same-content.ts';
import { JSONSession, type SessionStore } from '../../src/index.ts';
import { copySession } from '../../src/transfer/index.ts';
import { PYTHON_DOCUMENTS } from '../../src/testing/python-documents.ts';
import { checkDocument } from '../document/schema-check.ts';
import { ownPrefix } from '../processes/shared-stores.ts';
import { EVERY_STORE, type OpenStore } from '../security/every-store.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { fullSession } from './full-session.ts';

const opened: OpenStore[] = [];

beforeAll(async () => {
  const opening = EVERY_STORE.map(async ([, open]) => open(sharedRedisUrl()));
  opened.push(...(await Promise.all(opening)));
});

afterAll(async () => {
  await Promise.all(opened.map(async (store) => store.end()));
});

async function documentAt(place: OpenStore, key: string): Promise<SessionDocument> {
  return (await place.readDocument(key)) as SessionDocument;
}

/** All that must be the same, to the digits that every store keeps. */
function content({ state, import: _import, ...rest }: SessionDocument): unknown {
  const { ttl, history_start, schema, lock } = state ?? {};
  const round = (_name: string, value: unknown): unknown =>
    typeof value === 'number' ? Number(value.toPrecision(15)) : value;
  return JSON.parse(
    JSON.stringify({ ...rest, state: { ttl, history_start, schema, lock } }, round),
  );
}

const PAIRS = EVERY_STORE.flatMap(([from], left) =>
  EVERY_STORE.map(([to], right) => [from, to, left, right] as const),
);

describe.each(PAIRS)('from %s to %s', (_from, _to, left, right) => {
  test('and back, a session is the same', async () => {
    const [from, to] = [opened[left]!, opened[right]!];
    const [here, there, back] = [ownPrefix(), ownPrefix(), ownPrefix()];
    const sessionId = 'full';
    await fullSession({ store: from.store, keyPrefix: here, sessionId });
    const source = { store: from.store, keyPrefix: here, sessionId };
    const first = await copySession(source, { store: to.store, keyPrefix: there });
    expect(first.status).toBe('imported');
    const copy = { store: to.store, keyPrefix: there, sessionId };
    await copySession(copy, { store: from.store, keyPrefix: back });
    const original = await documentAt(from, `${here}full`);
    const moved = await documentAt(to, `${there}full`);
    const returned = await documentAt(from, `${back}full`);
    checkDocument(moved);
    expect(content(moved)).toEqual(content(original));
    expect(content(returned)).toEqual(content(original));
    expect(JSON.stringify(returned.messages)).toBe(JSON.stringify(original.messages));
    const address = { key: `${back}full`, sessionId, entries: { kind: 'none' } as const };
    const snapshot = await from.store.read({ ...address, wholeHead: true });
    expect(snapshot?.expiresIn).toBeGreaterThan(4900);
  });
});

test('a session under another id, and fields of other programs', async () => {
  const place = opened.at(-1)!;
  const { store } = place;
  const keyPrefix = ownPrefix();
  const { 'py-chat': python } = PYTHON_DOCUMENTS;
  const messages = python.messages.map((entry) => ({ ...entry, mood: ['good'] }));
  const life = { state: undefined, operations: {}, attributes: {}, usage: {} };
  const document = { ...python, ...life, messages, 'app-data': { of: [{}] } };
  const state = { ...(await stateOf(store, keyPrefix)), ttl: null };
  await store.restore({
    key: `${keyPrefix}a`,
    sessionId: 'a',
    document: { ...document, state } as never,
    isNew: false,
    expiresIn: null,
    replaces: null,
  });
  const session = new JSONSession({ store, keyPrefix, sessionId: 'a' });
  const { status } = await copySession(session, { store, keyPrefix, sessionId: 'b' });
  expect(status).toBe('imported');
  const copy = (await place.readDocument(`${keyPrefix}b`)) as SessionDocument & {
    'app-data': unknown;
  };
  expect(copy['app-data']).toEqual({ of: [{}] });
  expect(copy.messages).toEqual(messages);
  expect(copy.session_id).toBe('b');
  expect((await session.getMetadata()).messageCount).toBe(messages.length);
});

async function stateOf(store: SessionStore, keyPrefix: string): Promise<object> {
  await JSONSession.create({ store, keyPrefix, sessionId: 'new' });
  const address = { key: `${keyPrefix}new`, sessionId: 'new' };
  const snapshot = await store.read({ ...address, entries: { kind: 'none' } });
  return snapshot?.head.state ?? {};
}

test('copied again, it changes nothing; changed, it is another session', async () => {
  const { store } = opened[0]!;
  const [here, there] = [ownPrefix(), ownPrefix()];
  // It has less time left at the second copy.
  const session = new JSONSession({ store, keyPrefix: here, sessionId: 's', ttl: 900 });
  await session.addMessage({ role: 'user', content: 'one' });
  const to = { store, keyPrefix: there };
  expect((await copySession(session, to)).status).toBe('imported');
  expect((await copySession(session, to)).status).toBe('unchanged');
  await session.addMessage({ role: 'user', content: 'two' });
  await expect(copySession(session, to)).rejects.toMatchObject({ code: 'session_exists' });
  expect((await copySession(session, { ...to, overwrite: true })).status).toBe('replaced');
  const missing = new JSONSession({ store, keyPrefix: here, sessionId: 'missing' });
  await expect(copySession(missing, to)).rejects.toMatchObject({ code: 'session_not_found' });
});

test('a store that loses something is found out, and the copy is removed', async () => {
  const { store } = opened[0]!;
  const [here, there] = [ownPrefix(), ownPrefix()];
  const session = await fullSession({ store, keyPrefix: here, sessionId: 's' });
  const losing = new Proxy(store, {
    get(target, name): unknown {
      if (name !== 'restore') {
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      }
      return async (params: Parameters<SessionStore['restore']>[0]) => {
        const messages = params.document.messages.with(7, { ...params.document.messages[8]! });
        return target.restore({ ...params, document: { ...params.document, messages } });
      };
    },
  });
  const copying = copySession(session, { store: losing, keyPrefix: there });
  await expect(copying).rejects.toMatchObject({ code: 'corrupt_document', field: 'messages[7]' });
  const copy = new JSONSession({ store, keyPrefix: there, sessionId: 's' });
  await expect(copy.getMetadata()).rejects.toMatchObject({ code: 'session_not_found' });
});

test.each([
  [{ updated_at: 2.000_001 }, 'updated_at'],
  [{ updated_at: 2 + 1e-15 }, null],
  [{ attributes: { a: 1, b: [2] } }, 'attributes'],
  [{ attributes: { b: [], a: 1 } }, null],
  [{ extra: null }, 'extra'],
  [{ messages: [{ content: 'x', id: '1' }] }, 'messages[0]'],
  [{ messages: [] }, 'messages'],
])('%o differs at %s', (fields, field) => {
  const document = {
    session_id: 's',
    updated_at: 2,
    metadata: {},
    messages: [{ id: '1', content: 'x' }],
    attributes: { a: 1, b: [] },
  } as unknown as SessionDocument;
  const found = findDifference(document, { ...document, ...(fields as object) });
  // The number of messages is part of the metadata.
  expect(found === 'metadata' ? 'messages' : found).toBe(field);
});
