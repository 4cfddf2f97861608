import { expect, it } from 'vitest';

import { newestItems } from '../../src/windows/newest-items.ts';
import { call, compaction, result, said, system, user } from './items.ts';

it('gives the very objects it was given, in a new list, and changes neither list', async () => {
  const [again, alsoAgain] = [user('Again'), user('Again')];
  const history = [again, said('A'), again, said('B')];
  const newItems = [alsoAgain];
  const sent = await newestItems(3)(history, newItems);

  expect(sent).toHaveLength(4);
  for (const [index, item] of [...history.slice(1), alsoAgain].entries()) {
    expect(sent[index]).toBe(item);
  }
  expect([history.length, newItems.length]).toEqual([4, 1]);
});

it('gives nothing but the new input for zero items, and all for more than there are', async () => {
  const history = [system('Be brief.'), user('A'), call('a'), result('a'), said('A')];

  expect(await newestItems(0)(history, [user('B')])).toEqual([user('B')]);
  expect(await newestItems(99)(history, [])).toEqual(history);
  expect(await newestItems(1)([], [])).toEqual([]);
});

it('lets system messages go as any other', async () => {
  expect(await newestItems(1)([system('Be brief.'), user('A')], [])).toEqual([user('A')]);
});

it('keeps a compaction item before anything newer', async () => {
  const history = [user('Old'), compaction('b'), user('A'), compaction('c'), said('A'), user('B')];

  expect(await newestItems(9)(history, [])).toEqual(history.slice(3));
  expect(await newestItems(2)(history, [])).toEqual([compaction('c'), user('B')]);
  expect(await newestItems(1)(history, [])).toEqual([compaction('c')]);
  expect(await newestItems(0)(history, [])).toEqual([]);
});

it('drops results whose calls a compaction item stands for', async () => {
  const history = [call('a'), compaction('c'), result('a'), said('A')];

  expect(await newestItems(9)(history, [])).toEqual([compaction('c'), said('A')]);
});

it('leaves no room for the history where the new results need all', async () => {
  const history = [compaction('c'), call('a'), call('b'), said('B')];

  expect(await newestItems(1)(history, [result('a'), result('b')])).toEqual([
    call('a'),
    call('b'),
    result('a'),
    result('b'),
  ]);
});

it('takes a long history without effort', async () => {
  const turn = [user('A'), call('same'), result('same'), said('A')];
  const history = Array.from({ length: 20_000 }, () => turn.map((item) => ({ ...item }))).flat();
  const sent = await newestItems(10)(history, [user('New')]);

  // The tenth is a result.
  expect(sent).toEqual([...history.slice(-9), user('New')]);
});

it.each([-1, 1.5, NaN, Infinity, '2', undefined])('refuses %s items', (limit) => {
  expect(() => newestItems(limit as number)).toThrow(
    expect.objectContaining({ code: 'invalid_input', field: 'limit' }),
  );
});
