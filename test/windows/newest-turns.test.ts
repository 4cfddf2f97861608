import type { AgentInputItem } from '@openai/agents-core';
import { describe, expect, it } from 'vitest';

import { newestTurns } from '../../src/windows/newest-turns.ts';
import { call, compaction, foreign, result, said, system, thought, user } from './items.ts';

const HELLO = user('Hello');

/** The newest turns of a history, without the new input. */
async function newest(
  limit: number,
  history: readonly AgentInputItem[],
  newItems: readonly AgentInputItem[] = [HELLO],
): Promise<AgentInputItem[]> {
  const sent = await newestTurns(limit)([...history], [...newItems]);
  expect(sent.slice(sent.length - newItems.length)).toEqual(newItems);
  return sent.slice(0, sent.length - newItems.length);
}

describe('a turn', () => {
  it('is a message of the user and all up to the next', async () => {
    const history = [user('A'), call('a'), result('a'), said('A'), user('B'), said('B')];

    expect(await newest(0, history)).toEqual([]);
    expect(await newest(1, history)).toEqual(history.slice(4));
    expect(await newest(2, history)).toEqual(history);
    expect(await newest(3, history)).toEqual(history);
  });

  it('begins with all user and system messages in a row', async () => {
    const first = [user('A'), said('A')];
    const second = [system('B'), user('B'), foreign({ role: 'developer' }), user('C'), said('B')];

    expect(await newest(1, [...first, ...second])).toEqual(second);
  });

  it('goes on after a system message that no user message follows', async () => {
    const history = [user('A'), said('A'), system('B'), said('B'), system('C')];

    expect(await newest(1, history)).toEqual(history);
  });

  it('may have no user message where it is the first', async () => {
    const history = [said('Hi'), user('A'), said('A')];

    expect(await newest(1, history)).toEqual(history.slice(1));
    expect(await newest(2, history)).toEqual(history);
  });

  it('has the results of its calls, however late they came', async () => {
    const history = [user('A'), call('a'), user('B'), said('B'), result('a'), said('A')];

    expect(await newest(1, history)).toEqual([user('B'), said('B'), said('A')]);
    expect(await newest(2, history)).toEqual(history);
  });
});

it('keeps the calls of new results besides the turns', async () => {
  const history = [user('A'), thought('r'), call('a'), user('B'), said('B')];
  const needed = [thought('r'), call('a')];

  expect(await newest(0, history, [result('a')])).toEqual(needed);
  expect(await newest(1, history, [result('a')])).toEqual([...needed, user('B'), said('B')]);
  expect(await newest(2, history, [result('a')])).toEqual(history);
});

it('keeps a compaction item, which is no turn', async () => {
  const history = [user('A'), compaction('c'), said('A'), user('B'), said('B')];

  expect(await newest(0, history)).toEqual([]);
  expect(await newest(1, history)).toEqual([compaction('c'), user('B'), said('B')]);
  expect(await newest(2, history)).toEqual(history.slice(1));
});

it.each([-1, 1.5, NaN, Infinity, '2', undefined])('refuses %s turns', (limit) => {
  expect(() => newestTurns(limit as number)).toThrow(
    expect.objectContaining({ code: 'invalid_input', field: 'limit' }),
  );
});
