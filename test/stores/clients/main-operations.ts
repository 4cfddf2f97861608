/**
 * What every client must be able to carry: each kind of call, with histories of several pages.
 *
 * @module
 */
import { expect } from 'vitest';
import { JSONSession } from '../../../src/index.ts';
import type { SessionStore } from '../../../src/store.ts';

/** More than two pages of a read. */
const ENTRIES = 2300;

/** A user's item. */
export function userItem(content: string): { role: 'user'; content: string } {
  return { role: 'user', content };
}

/** What comes back for {@link userItem}: nothing is added. */
function texts(items: readonly unknown[]): unknown[] {
  return items.map((item) => (item as { content: unknown }).content);
}

/**
 * Goes through the main operations on one session.
 *
 * @returns What became of the session.
 */
export async function exerciseStore(store: SessionStore, sessionId: string): Promise<'deleted'> {
  const options = { store, sessionId, userId: 'user-1', ttl: 600 };
  const session = await JSONSession.create(options);
  await expect(JSONSession.create(options)).rejects.toMatchObject({ code: 'session_exists' });

  const written = Array.from({ length: ENTRIES }, (_, index) => `${index} “ü” 🙂`);
  await session.addItems(written.map(userItem));
  const answer = await session.addMessage({
    role: 'assistant',
    content: 'An answer\nof two lines',
    agent: 'Writer',
    tokens: 7,
  });
  await session.addItems([userItem('last')]);

  await checkReads(session, written, answer.id);

  expect(await session.popItem()).toEqual(userItem('last'));
  await session.trackAgent('Writer');
  await session.setHandoffContext({ to: 'Writer', why: ['ü'] });
  await session.setAttributes({ title: 'Trip', tags: ['a'] });
  await session.setAttributes({ title: null, more: { deep: true } });
  await session.touch();

  const loaded = await JSONSession.load(sessionId, { store, userId: 'user-1' });
  expect(await loaded.getMetadata()).toMatchObject({
    sessionId,
    userId: 'user-1',
    currentAgent: 'Writer',
    agentsUsed: ['Writer'],
    messageCount: ENTRIES + 1,
    totalTokens: 7,
    attributes: { tags: ['a'], more: { deep: true } },
    ttl: 600,
  });
  expect(await loaded.getHandoffContext()).toEqual({ to: 'Writer', why: ['ü'] });

  await loaded.clear();
  expect(await session.getItems()).toEqual([]);
  expect(await session.getMetadata()).toMatchObject({ messageCount: 0, totalTokens: 0 });
  expect(await loaded.delete()).toBe(true);
  await expect(session.getItems()).rejects.toMatchObject({ code: 'session_expired' });
  await expect(JSONSession.load(sessionId, { store })).rejects.toMatchObject({
    code: 'session_not_found',
  });
  return 'deleted';
}

async function checkReads(
  session: JSONSession,
  written: readonly string[],
  answerId: string,
): Promise<void> {
  const items = await session.getItems();
  expect(texts(items).slice(0, ENTRIES)).toEqual(written);
  expect(items).toHaveLength(ENTRIES + 2);
  expect(texts(await session.getItems(1500)).slice(0, 1498)).toEqual(written.slice(-1498));
  expect(await session.getItems(1)).toEqual([userItem('last')]);
  expect(await session.getItems(0)).toEqual([]);

  const [found, ...others] = await session.getMessages({ role: 'assistant', agent: 'Writer' });
  expect(others).toEqual([]);
  expect(found).toMatchObject({ id: answerId, content: 'An answer\nof two lines', tokens: 7 });
  const [after] = await session.getMessages({ since: answerId });
  expect(after).toMatchObject({ role: 'user', content: 'last' });
  const before = await session.getMessages({ before: answerId, role: 'user', limit: 1200 });
  expect(before.map((message) => message.content)).toEqual(written.slice(-1200));
}
