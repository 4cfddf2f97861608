/**
 * What a process remembers of removals, and for how long.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { JSONSession } from '../../src/index.ts';
import {
  findRemoval,
  keepRemoval,
  type KnownRemoval,
} from '../../src/session/removal/known-removals.ts';
import { temporaryFolder } from '../processes/shared-stores.ts';
import { user } from '../runs/expected-items.ts';

const TEN_MINUTES = 10 * 60_000;

function removalOf(count: number): KnownRemoval {
  const content = 'x'.repeat(1000);
  const entry = { id: 'a', role: 'user', content, timestamp: 1, agent: null, tokens: null };
  const entries = Array.from({ length: count }, () => entry as never);
  return { version: null, drop: count, removed: { entries, inHistory: count }, digest: null };
}

describe('a process remembers', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('the newest hundred removals', () => {
    const life = crypto.randomUUID();
    for (let index = 0; index <= 100; index += 1) keepRemoval(life, `${index}`, removalOf(1));
    expect(findRemoval(life, '0')).toBeUndefined();
    expect(findRemoval(life, '1')).toBeDefined();
    expect(findRemoval(crypto.randomUUID(), '1')).toBeUndefined();
  });

  test('16 MiB, and the newest removal whatever its size', () => {
    const life = crypto.randomUUID();
    keepRemoval(life, 'first', removalOf(6000));
    keepRemoval(life, 'second', removalOf(4000));
    expect(findRemoval(life, 'first')).toBeDefined();
    keepRemoval(life, 'third', removalOf(20_000));
    expect(findRemoval(life, 'first')).toBeUndefined();
    expect(findRemoval(life, 'second')).toBeUndefined();
    expect(findRemoval(life, 'third')).toBeDefined();
  });

  test('removals of the last ten minutes', () => {
    const life = crypto.randomUUID();
    keepRemoval(life, 'old', removalOf(1));
    const later = performance.now() + TEN_MINUTES;
    vi.spyOn(performance, 'now').mockReturnValue(later + 1);
    keepRemoval(life, 'new', removalOf(1));
    expect(findRemoval(life, 'old')).toBeUndefined();
    expect(findRemoval(life, 'new')).toBeDefined();
  });

  test('one call under an id, and not another that took the id after it', async () => {
    const url = `sqlite:${temporaryFolder()}/sessions.db`;
    const session = new JSONSession({ url, sessionId: 's' });
    await session.addItems(['one', 'two', 'three'].map(user));
    const [first, , last] = await session.getMessages();
    const once = { operationId: 'shared' };
    const locked = Promise.withResolvers<void>();
    const free = Promise.withResolvers<void>();
    const turn = new JSONSession({ url, sessionId: 's' }).exclusive(() => {
      locked.resolve();
      return free.promise;
    });
    await locked.promise;
    await expect(session.undoTo(first!.id, once)).rejects.toMatchObject({ code: 'session_locked' });
    free.resolve();
    await turn;
    expect(await session.undoTo(last!.id, once)).toMatchObject([{ content: 'three' }]);
    expect(await session.getItems()).toHaveLength(2);
    await session.close();
  });

  test('enough to give a removal again, and says so where it does not', async () => {
    const url = `sqlite:${temporaryFolder()}/sessions.db`;
    const session = new JSONSession({ url, sessionId: 's' });
    await session.addItems([user('one'), user('two')]);
    const once = { operationId: 'first' };
    expect(await session.popItem(undefined, once)).toEqual(user('two'));
    expect(await session.popItem(undefined, once)).toEqual(user('two'));
    for (let index = 0; index < 100; index += 1) keepRemoval('other', `${index}`, removalOf(1));
    await expect(session.popItem(undefined, once)).rejects.toMatchObject({
      code: 'operation_applied',
      operationId: 'first',
    });
    expect(await session.getItems()).toEqual([user('one')]);
    await session.close();
  });
});
