import type { AgentInputItem } from '@openai/agents-core';
import { describe, expect, it } from 'vitest';

import { tokenBudget, type TokenBudgetOptions } from '../../src/windows/token-budget.ts';
import { call, compaction, result, said, thought, user } from './items.ts';

/** Items cost what this says, and 1 without. */
const COSTS = new Map<AgentInputItem, number>();

function costing(tokens: number, item: AgentInputItem): AgentInputItem {
  COSTS.set(item, tokens);
  return item;
}

function tokensOf(item: AgentInputItem): number {
  return COSTS.get(item) ?? 1;
}

function within(max: number, counted: AgentInputItem[] = []): ReturnType<typeof tokenBudget> {
  return tokenBudget({
    max,
    count: (item) => {
      counted.push(item);
      return tokensOf(item);
    },
  });
}

describe('tokenBudget', () => {
  it('fills what the new input leaves of the budget', async () => {
    const history = [user('A'), costing(10, call('a')), result('a'), said('A'), user('B')];
    const hello = costing(5, user('Hello'));

    expect(await within(19)(history, [hello])).toEqual([...history, hello]);
    expect(await within(18)(history, [hello])).toEqual([...history.slice(1), hello]);
    expect(await within(17)(history, [hello])).toEqual([...history.slice(3), hello]);
    expect(await within(6)(history, [hello])).toEqual([...history.slice(4), hello]);
    expect(await within(5)(history, [hello])).toEqual([hello]);
  });

  it('sends the new input and the calls it answers, whatever they cost', async () => {
    const [reasoning, asked] = [thought('r'), costing(10, call('b'))];
    const answer = costing(10, result('b'));

    expect(await within(3)([user('A'), reasoning, asked], [answer])).toEqual([
      reasoning,
      asked,
      answer,
    ]);
    expect(await within(22)([user('A'), reasoning, asked], [answer])).toEqual([
      user('A'),
      reasoning,
      asked,
      answer,
    ]);
  });

  it('keeps a compaction item before anything newer, as long as it fits', async () => {
    const summary = costing(10, compaction('c'));
    const history = [summary, user('A'), said('A')];

    expect(await within(12)(history, [])).toEqual(history);
    expect(await within(11)(history, [])).toEqual([summary, history[2]]);
    expect(await within(10)(history, [])).toEqual([summary]);
    expect(await within(9)(history, [])).toEqual(history.slice(1));
  });

  it('takes what costs nothing as long as nothing before did not fit', async () => {
    const [free, dear] = [costing(0, user('A')), costing(2, said('A'))];

    expect(await within(0)([dear, free], [])).toEqual([free]);
    expect(await within(1)([free, dear], [])).toEqual([]);
  });

  it('counts each item once, the newest first, and none in vain', async () => {
    const history = [user('A'), said('A'), call('a'), result('a'), user('B'), said('B')];
    const hello = user('Hello');
    const counted: AgentInputItem[] = [];
    await within(4, counted)(history, [hello]);

    expect(counted).toEqual([hello, history[5], history[4], history[2], history[3]]);
    counted.length = 0;
    await within(0, counted)(history, [hello]);

    expect(counted).toEqual([hello]);
  });

  it('waits for a count', async () => {
    const count = async (): Promise<number> => 1;

    expect(await tokenBudget({ max: 2, count })([user('A'), said('A')], [user('B')])).toEqual([
      said('A'),
      user('B'),
    ]);
  });

  it('passes on what a count throws', async () => {
    const count = (): number => {
      throw new RangeError('no such tokenizer');
    };

    await expect(tokenBudget({ max: 2, count })([user('A')], [])).rejects.toThrow(RangeError);
  });

  it.each([-1, NaN, Infinity, '7', undefined])('refuses a count of %s', async (tokens) => {
    const count = (): number => tokens as number;

    await expect(tokenBudget({ max: 9, count })([user('A')], [])).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'count',
    });
  });

  it.each([
    ['options', 9],
    ['options', null],
    ['max', { count: tokensOf }],
    ['max', { max: -1, count: tokensOf }],
    ['max', { max: '9', count: tokensOf }],
    ['count', { max: 9 }],
    ['count', { max: 9, count: 4 }],
  ])('refuses wrong %s', (field, options) => {
    expect(() => tokenBudget(options as TokenBudgetOptions)).toThrow(
      expect.objectContaining({ code: 'invalid_input', field }),
    );
  });
});
