import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { JSONSession } from '../../../src/index.ts';
import { SqliteStore } from '../../../src/stores/sqlite/index.ts';
import { temporaryFolder } from '../../processes/shared-stores.ts';
import { holdLock, type HeldLock } from './other-process.ts';

const TIMEOUT_MS = 300;

let lock: HeldLock | null = null;

afterEach(async () => {
  await lock?.release();
  lock = null;
});

function user(content: string): { role: 'user'; content: string } {
  return { role: 'user', content };
}

/** Resolves after so many turns of a timer: the event loop went on all the time. */
async function ticks(count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = count;
  const timer = setInterval(() => {
    left -= 1;
    if (left === 0) resolve();
  }, 1);
  await promise;
  clearInterval(timer);
}

describe('while another process holds the lock', () => {
  test('a write waits, and everything else in this process goes on', async () => {
    const path = join(temporaryFolder(), 'a.db');
    const store = await SqliteStore.open(path);
    const session = new JSONSession({ store, sessionId: 's', timeoutMs: 15_000 });
    await session.create();
    lock = await holdLock(path, 'BEGIN IMMEDIATE');
    let settled = false;
    const write = session.addItems([user('waited')]).finally(() => (settled = true));

    // With a wait inside SQLite the timer would not turn, and the lock would never be given back.
    await ticks(30);
    expect(settled).toBe(false);
    expect(await session.getItems()).toEqual([]);
    await lock.release();
    await write;

    expect(await session.getItems()).toEqual([user('waited')]);
    await store.close();
  });

  test('writes that wait keep their order', async () => {
    const path = join(temporaryFolder(), 'a.db');
    const store = await SqliteStore.open(path);
    const session = new JSONSession({ store, sessionId: 's', timeoutMs: 15_000 });
    await session.create();
    lock = await holdLock(path, 'BEGIN IMMEDIATE');
    const texts = Array.from({ length: 20 }, (_, index) => String(index));
    const writes = texts.map((text) => session.addItems([user(text)]));
    await ticks(10);
    await lock.release();
    await Promise.all(writes);

    const messages = await session.getMessages();
    expect(messages.map((message) => message.content)).toEqual(texts);
    await store.close();
  });

  test('a write fails with store_unavailable when its time is up, and nothing was applied', async () => {
    const path = join(temporaryFolder(), 'a.db');
    const store = await SqliteStore.open(path);
    const session = new JSONSession({ store, sessionId: 's', timeoutMs: TIMEOUT_MS });
    await session.addItems([user('before')]);
    lock = await holdLock(path, 'BEGIN IMMEDIATE');

    const start = performance.now();
    const writes = [
      session.addItems([user('x')]),
      session.addMessage({ role: 'user', content: 'x', tokens: 5 }),
      session.trackAgent('Writer'),
      session.setAttributes({ title: 'x' }),
      session.popItem(),
      session.clear(),
      session.touch(),
      session.delete(),
      JSONSession.create({ store, sessionId: 'new', timeoutMs: TIMEOUT_MS }),
    ];
    const failures = await Promise.allSettled(writes);
    const elapsed = performance.now() - start;
    for (const failure of failures) {
      expect(failure).toMatchObject({ status: 'rejected', reason: { code: 'store_unavailable' } });
    }
    expect(elapsed).toBeGreaterThan(TIMEOUT_MS - 5);
    expect(elapsed).toBeLessThan(TIMEOUT_MS + 4000);

    await lock.release();
    expect(await session.getItems()).toEqual([user('before')]);
    expect(await session.getMetadata()).toMatchObject({ totalTokens: 0, agentsUsed: [] });
    await store.close();
  });

  test('many writes that wait hold the event loop up no more than one', async () => {
    const path = join(temporaryFolder(), 'a.db');
    const store = await SqliteStore.open(path);
    lock = await holdLock(path, 'BEGIN IMMEDIATE');
    const writes = Array.from({ length: 200 }, (_, index) =>
      new JSONSession({ store, sessionId: String(index), timeoutMs: 15_000 }).create(),
    );

    // If each of them blocked for only 10 ms, this would take longer than they wait.
    await ticks(100);
    await lock.release();
    const results = await Promise.allSettled(writes);
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(0);
    await store.close();
  });

  test('the timeout of a session holds also for opening its file', async () => {
    const path = join(temporaryFolder(), 'new.db');
    lock = await holdLock(path, 'BEGIN EXCLUSIVE');
    const session = new JSONSession({ url: `sqlite:${path}`, timeoutMs: TIMEOUT_MS });

    const start = performance.now();
    await expect(session.getItems()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(performance.now() - start).toBeLessThan(TIMEOUT_MS + 4000);

    await lock.release();
    const patient = new JSONSession({ url: `sqlite:${path}`, timeoutMs: 15_000 });
    await patient.addItems([user('hello')]);
    expect(await patient.getItems()).toHaveLength(1);
    await Promise.all([session.close(), patient.close()]);
  });

  test('the option timeoutMs of a store holds for opening it', async () => {
    const path = join(temporaryFolder(), 'new.db');
    lock = await holdLock(path, 'BEGIN EXCLUSIVE');
    const start = performance.now();
    await expect(SqliteStore.open(path, { timeoutMs: TIMEOUT_MS })).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('SQLITE_BUSY'),
    });
    expect(performance.now() - start).toBeLessThan(TIMEOUT_MS + 4000);
  });

  test.each([0, -1, Number.NaN, Infinity])('a timeoutMs of %s is refused', async (timeoutMs) => {
    await expect(SqliteStore.open(':memory:', { timeoutMs })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'timeoutMs',
    });
  });
});
