/**
 * Many sessions are trimmed, once and in the background: over every store.
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import { JSONSession, type ReadParams, type SessionStore } from '../../src/index.ts';
import { retain, type RetainOptions, trimSessions } from '../../src/retention/index.ts';
import { assistantItem, userItem } from '../../src/testing/conversation.ts';
import { runModule, SOURCES } from '../processes/run-script.ts';
import { ownPrefix, temporaryFolder } from '../processes/shared-stores.ts';
import { EVERY_STORE, type OpenStore } from '../security/every-store.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';

const HOUR = 3600;

interface Place {
  readonly store: SessionStore;
  readonly keyPrefix: string;
}

/** Makes sessions with so many turns of two messages. */
async function withTurns(place: Place, turns: Record<string, number>): Promise<void> {
  for (const [sessionId, count] of Object.entries(turns)) {
    const session = new JSONSession({ ...place, sessionId, userId: `of ${sessionId}` });
    for (let at = 0; at < count; at += 1) {
      await session.addItems([userItem(`${at}`), assistantItem(`${at}!`)]);
    }
  }
}

/** The same store as another object, of which some can be left out. */
function seenAs(store: SessionStore, has: (name: string | symbol) => boolean): SessionStore {
  return new Proxy(store, {
    get(target, name): unknown {
      if (!has(name)) return undefined;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

async function lengths(place: Place, ...ids: string[]): Promise<number[]> {
  const lists = ids.map(async (sessionId) => new JSONSession({ ...place, sessionId }).getItems());
  return (await Promise.all(lists)).map(({ length }) => length);
}

describe.each(EVERY_STORE)('%s', (_, openStore) => {
  let open: OpenStore;

  beforeAll(async () => {
    open = await openStore(sharedRedisUrl());
  });

  afterAll(() => open.end());

  const newPlace = (): Place => ({ store: open.store, keyPrefix: ownPrefix() });

  /** The same store as another object, which counts what is asked of it. */
  function watched(place: Place): { place: Place; reads: () => number } {
    let reads = 0;
    const counting = (params: ReadParams): ReturnType<SessionStore['read']> => {
      reads += 1;
      return place.store.read(params);
    };
    const store = new Proxy(place.store, {
      get(target, name): unknown {
        if (name === 'read') return counting;
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    return { place: { ...place, store }, reads: () => reads };
  }

  /** Begins rounds that end with the test, and gives what waits for the next one. */
  function rounds(
    place: Place,
    options: Omit<RetainOptions, 'onError' | 'onRound'>,
  ): { next: () => Promise<unknown>; stop: () => Promise<void> } {
    let waiting = Promise.withResolvers<unknown>();
    const tell = (outcome: unknown): void => {
      waiting.resolve(outcome);
      waiting = Promise.withResolvers();
    };
    const retention = retain(place, { ...options, onError: tell, onRound: tell });
    onTestFinished(() => retention.stop());
    return { next: () => waiting.promise, stop: () => retention.stop() };
  }

  test('all sessions are trimmed, and those alone are read that may have too much', async () => {
    const place = newPlace();
    await withTurns(place, { short: 1, long: 5, longer: 9, other: 2 });
    const watching = watched(place);
    const report = await trimSessions(watching.place, { maxMessages: 4, maxAge: HOUR });
    expect(report).toEqual({ found: 4, trimmed: 2, removed: 6 + 14, failed: [] });
    expect(await lengths(place, 'short', 'long', 'longer', 'other')).toEqual([2, 4, 4, 4]);
    expect(watching.reads()).toBe(2);
    const again = { found: 4, trimmed: 0, removed: 0, failed: [] };
    expect(await trimSessions(place, { maxMessages: 4 })).toEqual(again);
  });

  test('only those that are asked for', async () => {
    const place = newPlace();
    await withTurns(place, { a: 3, b: 3 });
    const report = await trimSessions(place, { maxMessages: 2, userId: 'of b' });
    expect(report).toEqual({ found: 1, trimmed: 1, removed: 4, failed: [] });
    expect(await lengths(place, 'a', 'b')).toEqual([6, 2]);
  });

  test('old messages of a young session are found in a fork, and in a session that was old', async () => {
    const place = newPlace();
    await withTurns(place, { parent: 2, young: 2 });
    const aged = async (sessionId: string, fields: object): Promise<void> => {
      const address = { key: `${place.keyPrefix}${sessionId}`, sessionId };
      const document = (await open.readDocument(address.key)) as never as {
        messages: object[];
        state: { incarnation: string; ttl: null };
        created_at: number;
      };
      const past = document.created_at - 2 * HOUR;
      const messages = document.messages.map((entry, at) =>
        at < 2 ? { ...entry, timestamp: past } : entry,
      );
      const replaces = document.state.incarnation;
      const state = { ...document.state, incarnation: 'f'.repeat(32) };
      const restored = { ...document, ...fields, messages, state };
      await place.store.restore({
        ...address,
        document: restored as never,
        isNew: false,
        expiresIn: null,
        replaces,
      });
    };
    await aged('parent', { created_at: Date.now() / 1000 - 3 * HOUR });
    const fork = await new JSONSession({ ...place, sessionId: 'parent' }).fork({
      sessionId: 'fork',
    });
    await fork.close();
    expect(await trimSessions(place, { maxAge: HOUR })).toMatchObject({ trimmed: 2, removed: 4 });
    expect(await lengths(place, 'parent', 'fork', 'young')).toEqual([2, 2, 4]);
  });

  test('a session that cannot be trimmed is in the report, and the others are trimmed', async () => {
    const place = newPlace();
    await withTurns(place, { a: 3, locked: 3, c: 3 });
    const locked = new JSONSession({ ...place, sessionId: 'locked' });
    await locked.exclusive(async () => {
      // The lock is known by its store, so this is somebody else.
      const report = await trimSessions(watched(place).place, { maxMessages: 2 });
      expect(report).toMatchObject({
        found: 3,
        trimmed: 2,
        failed: [{ sessionId: 'locked', code: 'session_locked' }],
      });
    });
    expect(await lengths(place, 'a', 'locked', 'c')).toEqual([2, 6, 2]);
  });

  test('in the background, what comes later is trimmed too, until it is stopped', async () => {
    const place = newPlace();
    await withTurns(place, { a: 3 });
    const { next, stop } = rounds(place, { maxMessages: 2, intervalMs: 1 });
    expect(await next()).toMatchObject({ trimmed: 1, removed: 4, failed: [] });
    await withTurns(place, { b: 4 });
    await expect.poll(() => lengths(place, 'a', 'b')).toEqual([2, 2]);
    await stop();
    await withTurns(place, { c: 4 });
    expect(await lengths(place, 'c')).toEqual([8]);
    await stop();
  });

  test('a signal stops it in the middle of a round, and is no error', async () => {
    const place = newPlace();
    await withTurns(place, { a: 3, b: 3 });
    const end = new AbortController();
    const store = seenAs(place.store, (name) => {
      if (name === 'read') end.abort();
      return true;
    });
    const outcomes: unknown[] = [];
    const tell = (outcome: unknown): void => void outcomes.push(outcome);
    const watching = { ...place, store };
    const limits = { maxMessages: 2, intervalMs: 1 };
    const { signal } = end;
    const retention = retain(watching, { ...limits, signal, onError: tell, onRound: tell });
    await expect.poll(() => end.signal.aborted).toBe(true);
    await retention.stop();
    expect(await lengths(place, 'a', 'b')).toEqual([6, 6]);
    expect(outcomes).toEqual([]);
  });

  test('an error of a round is reported, and the next one is tried', async () => {
    const place = newPlace();
    await withTurns(place, { a: 3 });
    const failing = { now: true };
    const store = seenAs(place.store, (name) => name !== 'directory' || !failing.now);
    const { next } = rounds({ ...place, store }, { maxMessages: 2, intervalMs: 1 });
    expect(await next()).toMatchObject({ code: 'unsupported' });
    failing.now = false;
    await expect.poll(() => lengths(place, 'a')).toEqual([2]);
  });
});

test.each([
  ['options', undefined],
  ['limits', {}],
  ['maxAge', { maxAge: 0 }],
  ['intervalMs', { maxAge: 1, intervalMs: 0 }],
  ['onError', { maxAge: 1 }],
  ['onRound', { maxAge: 1, onError: () => {}, onRound: 1 }],
  ['signal', { maxAge: 1, onError: () => {}, signal: 1 }],
  ['userId', { maxAge: 1, onError: () => {}, userId: '' }],
])('%s is checked before anything begins', (field, options) => {
  const place = { url: 'sqlite::memory:' };
  expect(() => retain(place, options as never)).toThrow(
    expect.objectContaining({ code: 'invalid_input', field }) as Error,
  );
});

test('a process ends while it waits for the next round', async () => {
  const url = `sqlite:${temporaryFolder()}/sessions.db`;
  const end = await runModule(`
    import { retain } from '${SOURCES}retention/index.ts';
    const onError = (error) => console.log(error);
    retain({ url: '${url}' }, { maxMessages: 2, onError, onRound: () => console.log('round') });
    const { closeStores } = await import('${SOURCES}index.ts');
    process.on('exit', () => console.log('exit'));`);
  expect(end).toMatchObject({ code: 0, output: 'round\nexit\n', errors: '' });
});
