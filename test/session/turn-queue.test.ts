import { afterEach, describe, expect, test, vi } from 'vitest';

import { Deadline } from '../../src/deadline.ts';
import { TurnQueue } from '../../src/turn-queue.ts';

const LONG_MS = 30_000;

afterEach(() => {
  vi.restoreAllMocks();
});

function deadline(): Deadline {
  return new Deadline(LONG_MS);
}

describe('a queue', () => {
  test('runs one piece of work after another, whether it found the queue idle or not', async () => {
    const queue = new TurnQueue();
    const seen: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      seen.push(`${name} begins`);
      await new Promise(setImmediate);
      seen.push(`${name} ends`);
    };
    for (const names of [['a', 'b', 'c'], ['d'], ['e', 'f']]) {
      await Promise.all(names.map((name) => queue.enqueue(work(name), deadline())));
    }
    const expected = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap((name) => [
      `${name} begins`,
      `${name} ends`,
    ]);
    expect(seen).toEqual(expected);
    expect(queue.isIdle).toBe(true);
  });

  test('that is idle sets no timer, and one that is not does', async () => {
    const queue = new TurnQueue();
    const timers = vi.spyOn(globalThis, 'setTimeout');
    await queue.enqueue(async () => {}, deadline());
    await queue.enqueue(async () => {}, deadline());
    expect(timers).not.toHaveBeenCalled();
    await Promise.all([1, 2].map(() => queue.enqueue(async () => {}, deadline())));
    expect(timers).toHaveBeenCalledTimes(1);
  });

  test('goes on after work that fails, and does none for a call that was aborted', async () => {
    const queue = new TurnQueue();
    const failed = queue.enqueue(() => Promise.reject(new Error('no')), deadline());
    const next = queue.enqueue(async () => 'next', deadline());
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('next');
    const work = vi.fn<() => Promise<void>>(async () => {});
    const aborted = queue.enqueue(work, new Deadline(LONG_MS, AbortSignal.abort()));
    await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
    expect(work).not.toHaveBeenCalled();
    expect(queue.isIdle).toBe(true);
  });
});
