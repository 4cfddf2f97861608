/**
 * What `observed` makes of things that have more than methods with promises.
 */
import { expect, test } from 'vitest';

import { observed } from '../../src/telemetry/observed.ts';
import { listen } from './listen.ts';

const SYSTEM = { name: 'redis', address: 'redis.internal' };

interface Params {
  readonly upTo: number;
  readonly onRetry?: () => void;
}

/** Counts, in steps that have to be tried again and again. */
class Shelf {
  readonly ended: string[] = [];

  async count({ upTo }: Params): Promise<number> {
    return upTo;
  }

  async *walk({ upTo, onRetry }: Params): AsyncGenerator<readonly number[]> {
    try {
      for (let count = 1; count <= upTo; count += 1) {
        for (let retry = 0; retry < count; retry += 1) onRetry?.();
        if (count === 4) throw new RangeError('four');
        yield Array.from({ length: count }, (_, index) => index);
      }
    } finally {
      this.ended.push('walk');
    }
  }

  /** Does not say of itself that it gives steps. */
  steps(params: Params): AsyncIterable<readonly number[]> {
    return this.walk(params);
  }
}

function newStore(): { readonly shelf: Shelf; system: () => typeof SYSTEM } {
  return { shelf: new Shelf(), system: () => SYSTEM };
}

async function all(steps: AsyncIterable<readonly number[]>): Promise<number[]> {
  const lengths: number[] = [];
  for await (const step of steps) lengths.push(step.length);
  return lengths;
}

test('the methods of an object that a store has are told as its own', async () => {
  const { shelf } = observed(newStore());
  const { ended } = listen();
  expect(await shelf.count({ upTo: 0 })).toBe(0);
  expect(ended).toMatchObject([{ method: 'count', system: SYSTEM, result: 'done' }]);
});

test('each step of a generator is a call, up to the one that finds nothing more', async () => {
  const { shelf } = observed(newStore());
  const { ended } = listen();
  expect(await all(shelf.walk({ upTo: 2 }))).toEqual([1, 2]);
  const step = { method: 'walk', system: SYSTEM };
  expect(ended).toMatchObject([
    { ...step, entries: 1, retries: 1, result: 'done' },
    { ...step, entries: 2, retries: 2, result: 'done' },
    { ...step, retries: 0, result: 'none' },
  ]);
  expect(ended[2]).not.toHaveProperty('entries');
});

test('a step that fails is told, and the caller gets its error', async () => {
  const { shelf } = observed(newStore());
  const { ended } = listen();
  await expect(all(shelf.walk({ upTo: 5 }))).rejects.toThrow(new RangeError('four'));
  expect(ended.map(({ error }) => error?.code)).toEqual([
    undefined,
    undefined,
    undefined,
    'RangeError',
  ]);
});

test.each(['heard', 'unheard'])('steps that nobody wants any more end, %s', async (way) => {
  const store = newStore();
  if (way === 'heard') listen();
  for await (const step of observed(store).shelf.walk({ upTo: 3 })) {
    expect(step).toEqual([0]);
    break;
  }
  expect(store.shelf.ended).toEqual(['walk']);
});

test.each(['heard', 'unheard'])('what is no promise stays what it is, %s', async (way) => {
  if (way === 'heard') listen();
  expect(await all(observed(newStore()).shelf.steps({ upTo: 3 }))).toEqual([1, 2, 3]);
});

test('where nobody listens a call is handed over as it is', async () => {
  const taken: unknown[] = [];
  const answer = Promise.resolve(1);
  const store = observed({
    call: (params: object): Promise<number> => {
      taken.push(params);
      return answer;
    },
  });
  const params = {};
  expect(store.call(params)).toBe(answer);
  expect(taken[0]).toBe(params);
  const { ended } = listen();
  expect(await store.call(params)).toBe(1);
  expect(ended).toHaveLength(1);
});
