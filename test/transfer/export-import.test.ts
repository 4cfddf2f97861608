/**
 * Sessions as lines of JSON: out of every store, into every store.
 *
 * @module
 */
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { SessionDocument } from '../../src/document/document.ts';
import { JSONSession, type JSONSessionOptions, type MessageEntry } from '../../src/index.ts';
import {
  exportSession,
  exportSessions,
  type ImportResult,
  importSession,
  importSessions,
} from '../../src/transfer/index.ts';
import { PYTHON_DOCUMENTS } from '../../src/testing/python-documents.ts';
import { checkDocument } from '../document/schema-check.ts';
import { ownPrefix } from '../processes/shared-stores.ts';
import { EVERY_STORE, type OpenStore } from '../security/every-store.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { fullSession } from './full-session.ts';

interface Line {
  checksum: string;
  expires_in: number | null;
  document: SessionDocument & { state: object; messages: MessageEntry[] };
}

describe.each(EVERY_STORE)('%s', (_, openStore) => {
  let open: OpenStore;

  beforeAll(async () => {
    open = await openStore(sharedRedisUrl());
  });

  afterAll(() => open.end());

  /** A place of its own for sessions. */
  function newPlace(): { store: OpenStore['store']; keyPrefix: string } {
    return { store: open.store, keyPrefix: ownPrefix() };
  }

  async function documentOf(options: JSONSessionOptions): Promise<SessionDocument> {
    const key = `${options.keyPrefix}${options.sessionId}`;
    return (await open.readDocument(key)) as SessionDocument;
  }

  /** A line of a session that is nowhere else. */
  async function lineOf(sessionId: string, ...texts: string[]): Promise<string> {
    const session = new JSONSession({ ...newPlace(), sessionId });
    await session.create();
    for (const content of texts) await session.addMessage({ role: 'user', content });
    return exportSession(session);
  }

  test('everything of a session comes back, and it lives as long as it would have', async () => {
    const from = { ...newPlace(), sessionId: 'full' };
    const session = await fullSession(from);
    const line = await exportSession(session);
    expect(line).not.toContain('\n');
    const to = newPlace();
    const result = await importSession(line, to);
    const before = await documentOf(from);
    const after = await documentOf({ ...to, sessionId: 'full' });
    expect(result).toEqual({
      sessionId: 'full',
      status: 'imported',
      messageCount: before.messages.length,
    });
    checkDocument(after);
    const { state, import: origin, ...rest } = after;
    const { state: stateBefore, ...restBefore } = before;
    expect(rest).toEqual(restBefore);
    expect(JSON.stringify(rest.messages)).toBe(JSON.stringify(restBefore.messages));
    const { incarnation, generation, changes, writers, bytes = 0, ...kept } = stateBefore ?? {};
    expect(state).toMatchObject(kept);
    expect(state).toMatchObject({ generation: 0, changes: [], writers: '' });
    // Redis prints times with more digits than it was given.
    expect(Math.abs((state?.bytes ?? 0) - bytes)).toBeLessThan(bytes / 50);
    expect(state?.incarnation).not.toBe(incarnation);
    expect([generation, changes?.length, writers]).not.toEqual([0, 0, '']);
    // That of the same line without its time left: exported a moment later, it is the same session.
    const forEver = await withChanges(line, { expires_in: null });
    expect(origin).toEqual({ checksum: (JSON.parse(forEver) as Line).checksum, incarnation });
    const copy = new JSONSession({ ...to, sessionId: 'full' });
    expect(await copy.getItems()).toEqual(await session.getItems());
    const { expires_in: expiresIn } = JSON.parse(line) as Line;
    expect(expiresIn).toBeGreaterThan(4900);
    const again = JSON.parse(await exportSession(copy)) as Line;
    expect(again.expires_in).toBeGreaterThan(4900);
    expect(again.expires_in).toBeLessThanOrEqual(expiresIn ?? 0);
  });

  test('an operation that was applied is known where the session goes', async () => {
    const session = new JSONSession({ ...newPlace(), sessionId: 'jobs' });
    const message = { role: 'user', content: 'Hello', operationId: 'job-1' } as const;
    await session.addMessage(message);
    const to = newPlace();
    await importSession(await exportSession(session), to);
    const moved = new JSONSession({ ...to, sessionId: 'jobs' });
    await moved.addMessage(message);
    expect(await moved.getMessages()).toHaveLength(1);
  });

  test('a line holds no lock', async () => {
    const session = new JSONSession({ ...newPlace(), sessionId: 'locked' });
    const to = newPlace();
    await session.exclusive(async () => {
      const line = await exportSession(session);
      expect((JSON.parse(line) as Line).document.state).toMatchObject({ lock: null, writers: '' });
      await importSession(line, to);
    });
    const moved = new JSONSession({ ...to, sessionId: 'locked' });
    await moved.addMessage({ role: 'user', content: 'free' });
  });

  test('the same line again changes nothing, also when the session has gone on', async () => {
    const line = await lineOf('twice', 'one');
    const to = newPlace();
    await importSession(line, to);
    const session = new JSONSession({ ...to, sessionId: 'twice' });
    await session.addMessage({ role: 'user', content: 'two' });
    const before = await documentOf({ ...to, sessionId: 'twice' });
    expect((await importSession(line, to)).status).toBe('unchanged');
    expect(await documentOf({ ...to, sessionId: 'twice' })).toEqual(before);
  });

  test('to overwrite brings back what was there, and nothing where nothing has changed', async () => {
    const line = await lineOf('back', 'one');
    const to = { ...newPlace(), overwrite: true };
    expect((await importSession(line, to)).status).toBe('imported');
    expect((await importSession(line, to)).status).toBe('unchanged');
    const { overwrite: _overwrite, ...place } = to;
    const session = new JSONSession({ ...place, sessionId: 'back' });
    await session.addMessage({ role: 'user', content: 'two' });
    expect((await importSession(line, to)).status).toBe('replaced');
    await expect(session.getMessages()).rejects.toMatchObject({ code: 'session_expired' });
    const fresh = new JSONSession({ ...place, sessionId: 'back' });
    expect((await fresh.getMessages()).map(({ content }) => content)).toEqual(['one']);
  });

  test('another session is replaced only where that is said', async () => {
    const to = newPlace();
    const session = new JSONSession({ ...to, sessionId: 's' });
    await session.addMessage({ role: 'user', content: 'mine' });
    const line = await lineOf('s', 'other');
    await expect(importSession(line, to)).rejects.toMatchObject({ code: 'session_exists' });
    expect(await session.getMessages()).toHaveLength(1);
    const elsewhere = await importSession(line, { ...to, sessionId: 'free' });
    expect(elsewhere).toMatchObject({ sessionId: 'free', status: 'imported' });
    const { session_id: id } = await documentOf({ ...to, sessionId: 'free' });
    expect(id).toBe('free');
    await session.exclusive(async () => {
      const replacing = importSession(line, { ...to, overwrite: true });
      await expect(replacing).rejects.toMatchObject({ code: 'session_locked' });
    });
    expect((await importSession(line, { ...to, overwrite: true })).status).toBe('replaced');
  });

  test('many who import one line at once make one session', async () => {
    const line = await lineOf('race', 'one');
    const to = newPlace();
    const imports = Array.from({ length: 6 }, async () => importSession(line, to));
    const statuses = (await Promise.all(imports)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual(['imported', ...Array(5).fill('unchanged')]);
  });

  test('sessions of the Python class are moved too', async () => {
    const from = newPlace();
    const line = await lineOf('unused');
    const { 'py-chat': document } = PYTHON_DOCUMENTS;
    await importSession(await withDocument(line, { ...document }), from);
    const moved = new JSONSession({ ...from, sessionId: 'py-chat' });
    expect(await moved.getMessages()).toHaveLength(document.messages.length);
    expect((await moved.getMetadata()).totalTokens).toBe(document.metadata.total_tokens);
  });

  test('lines stream, and a session that is gone can be passed over', async () => {
    const from = newPlace();
    for (const sessionId of ['a', 'b']) {
      await new JSONSession({ ...from, sessionId }).addMessage({
        role: 'user',
        content: sessionId,
      });
    }
    const sources = ['a', 'gone', 'b'].map((sessionId) => ({ ...from, sessionId }));
    const strict = collect(exportSessions(sources));
    await expect(strict).rejects.toMatchObject({ code: 'session_not_found', sessionId: 'gone' });
    const to = newPlace();
    const lines = Readable.from(exportSessions(sources, { missing: 'skip' }));
    const results: ImportResult[] = await collect(importSessions(lines, to));
    expect(results.map(({ sessionId, status }) => [sessionId, status])).toEqual([
      ['a', 'imported'],
      ['b', 'imported'],
    ]);
  });

  test('an error names the line, and what was imported before stays', async () => {
    const [one, two] = [await lineOf('one', '1'), await lineOf('two', '2')];
    const to = newPlace();
    const lines = [one, '', two.replace('"role":"user"', '"role":"admin"')];
    const importing = collect(importSessions(lines, to));
    await expect(importing).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'line 3: document.messages[0].role',
    });
    expect(await documentOf({ ...to, sessionId: 'one' })).not.toBeNull();
    expect(await documentOf({ ...to, sessionId: 'two' })).toBeNull();
  });

  test('a session of another owner is not exported', async () => {
    const from = { ...newPlace(), sessionId: 'mine' };
    await new JSONSession({ ...from, userId: 'ada' }).addMessage({ role: 'user', content: 'x' });
    const exporting = exportSession({ ...from, userId: 'stranger' });
    await expect(exporting).rejects.toMatchObject({ code: 'session_not_found' });
  });
});

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}

/** Puts a document into a line, with the checksum that belongs to it. */
async function withDocument(line: string, document: object): Promise<string> {
  return withChanges(line, { document });
}

/** Changes members of a line, with the checksum that belongs to it. */
async function withChanges(line: string, changes: object): Promise<string> {
  const { checksum: _checksum, ...rest } = JSON.parse(line) as Line;
  const content = { ...rest, ...changes };
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(sorted(content)));
  const checksum = Buffer.from(digest).toString('hex');
  return JSON.stringify({ ...content, checksum });
}

/** JSON with sorted names, as anybody can write it who reads how a checksum is made. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(
          Object.entries(member).toSorted(([left], [right]) => (left < right ? -1 : 1)),
        )
      : member,
  );
}
