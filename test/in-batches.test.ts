import { setImmediate as nextTurn } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { inBatches } from '../src/in-batches.ts';

test('gives results in the order of the values', async () => {
  const doubled = inBatches([3, 1, 2], 2, async (value) => {
    for (let turn = 0; turn < value; turn += 1) await nextTurn();
    return value * 2;
  });
  expect(await doubled).toEqual([6, 2, 4]);
});

test('fails as the first of those that fail, once no work is under way', async () => {
  const ended: number[] = [];
  const failing = inBatches([3, 1, 2, 0], 3, async (turns) => {
    for (let turn = 0; turn < turns; turn += 1) await nextTurn();
    ended.push(turns);
    throw new Error(`after ${turns}`);
  });
  await expect(failing).rejects.toThrow('after 3');
  expect(ended).toEqual([1, 2, 3]);
});
