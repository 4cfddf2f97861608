import { describe, expect, it } from 'vitest';

import type { AgentInputItem } from '@openai/agents-core';
import { newestItems } from '../../src/windows/newest-items.ts';
import {
  call,
  foreign,
  PAIR_KINDS,
  program,
  programOutput,
  result,
  said,
  searchCall,
  searchOutput,
  system,
  thought,
  user,
  webSearch,
} from './items.ts';

const HELLO = user('Hello');

/** The newest items of a history, without the new input. */
async function newest(
  limit: number,
  history: readonly AgentInputItem[],
  newItems: readonly AgentInputItem[] = [HELLO],
): Promise<AgentInputItem[]> {
  const sent = await newestItems(limit)([...history], [...newItems]);
  expect(sent.slice(sent.length - newItems.length)).toEqual(newItems);
  return sent.slice(0, sent.length - newItems.length);
}

describe.each(Object.entries(PAIR_KINDS))('%s', (_, pair) => {
  const [asked, answer] = pair('id_1');

  it('is kept whole or not at all', async () => {
    const history = [user('Go'), asked, answer, said('Done')];

    expect(await newest(3, history)).toEqual(history.slice(1));
    expect(await newest(2, history)).toEqual([history[3]]);
  });

  it('stays where its result is new', async () => {
    const history = [user('Go'), thought('r'), asked, user('Wait')];

    expect(await newest(0, history, [answer])).toEqual([thought('r'), asked]);
    expect(await newest(4, history, [answer, HELLO])).toEqual(history);
  });

  it('is answered by the nearest result of that id', async () => {
    const [again, answered] = pair('id_1');
    const history = [asked, answer, user('Again'), again, answered];

    expect(await newest(4, history)).toEqual(history.slice(2));
    expect(await newest(2, history)).toEqual(history.slice(3));
    expect(await newest(1, history)).toEqual([]);
  });

  it('may be without a result', async () => {
    const history = [user('Go'), thought('r'), asked, user('Never mind')];

    expect(await newest(3, history)).toEqual(history.slice(1));
    expect(await newest(2, history)).toEqual(history.slice(3));
  });
});

describe.each(Object.entries(PAIR_KINDS).filter(([kind]) => !kind.endsWith('of the provider')))(
  'the result of %s',
  (_, pair) => {
    it('is left out where its call is not before it', async () => {
      const [asked, answer] = pair('id_1');

      expect(await newest(9, [HELLO, answer, said('Hi')])).toEqual([HELLO, said('Hi')]);
      expect(await newest(9, [answer, asked])).toEqual([asked]);
    });
  },
);

describe('calls', () => {
  it('made in parallel are cut one by one', async () => {
    const history = [call('a'), call('b'), result('a'), result('b'), said('Done')];

    expect(await newest(5, history)).toEqual(history);
    expect(await newest(4, history)).toEqual([call('b'), result('b'), said('Done')]);
    expect(await newest(2, history)).toEqual([said('Done')]);
  });

  it('take a late result with them when they are cut', async () => {
    const history = [user('A'), call('a'), user('B'), said('B'), result('a'), said('A')];

    expect(await newest(6, history)).toEqual(history);
    expect(await newest(4, history)).toEqual([user('B'), said('B'), said('A')]);
  });

  it('keep every result that was stored twice', async () => {
    const history = [call('a'), result('a'), said('Hm'), result('a')];

    expect(await newest(4, history)).toEqual(history);
    expect(await newest(3, history)).toEqual([said('Hm')]);
  });

  it('with the same id have a result each', async () => {
    const history = [call('a'), call('a'), result('a'), result('a')];

    expect(await newest(2, history)).toEqual([call('a'), result('a')]);
  });

  it('that stayed open leave the results to later ones with the same id', async () => {
    const history = [call('a'), user('Again'), call('a'), result('a')];

    expect(await newest(2, history)).toEqual(history.slice(2));
  });

  it('of different kinds do not answer each other', async () => {
    const [patch] = PAIR_KINDS['apply_patch_call']!('a');

    expect(await newest(9, [patch, result('a')])).toEqual([patch]);
  });

  it('whose results are new are kept besides the newest items', async () => {
    const history = [
      user('A'),
      thought('r'),
      call('a'),
      call('b'),
      result('b'),
      user('B'),
      said('B'),
    ];
    const needed = history.slice(1, 5);

    expect(await newest(0, history, [result('a')])).toEqual(needed);
    expect(await newest(5, history, [result('a')])).toEqual([...needed, said('B')]);
    expect(await newest(7, history, [result('a')])).toEqual(history);
  });

  it('are not asked for by a new result that nobody waits for', async () => {
    expect(await newest(1, [call('a'), said('Hi')], [result('b')])).toEqual([said('Hi')]);
  });
});

describe('tool searches without ids', () => {
  it('pair by order', async () => {
    const history = [searchCall('a'), searchCall('b'), searchOutput(), said('-'), searchOutput()];

    expect(await newest(4, history)).toEqual([searchCall('b'), said('-'), searchOutput()]);
  });

  it('pair within one exchange first', async () => {
    const history = [searchCall('a'), user('Again'), searchCall('b'), searchOutput()];

    expect(await newest(2, history)).toEqual(history.slice(2));
    expect(await newest(0, [searchCall('a'), HELLO], [searchOutput()])).toEqual([searchCall('a')]);
  });

  it('of the provider need no call', async () => {
    expect(await newest(9, [searchOutput('server')])).toEqual([searchOutput('server')]);
  });
});

describe('programs', () => {
  it('are one with what they called, and what that called', async () => {
    const history = [
      program('p'),
      call('a', 'p'),
      program('q', 'p'),
      result('a', 'p'),
      call('b', 'q'),
      result('b', 'q'),
      programOutput('q', 'p'),
      programOutput('p'),
      said('Done'),
    ];

    expect(await newest(9, history)).toEqual(history);
    expect(await newest(8, history)).toEqual([said('Done')]);
  });

  it('stay with all they called where a result is new', async () => {
    const history = [
      thought('r'),
      program('p'),
      call('a', 'p'),
      call('b', 'p'),
      result('b', 'p'),
      said('Wait'),
    ];

    expect(await newest(0, history, [result('a', 'p')])).toEqual(history.slice(0, 5));
  });

  it('that are gone take with them what they called', async () => {
    const history = [
      call('a', 'gone'),
      result('a'),
      webSearch('w'),
      program('q', 'gone'),
      call('b', 'q'),
      result('b', 'q'),
      programOutput('q', 'gone'),
      programOutput('gone'),
    ];

    expect(await newest(9, history)).toEqual([webSearch('w')]);
  });

  it('get the results of their own calls only', async () => {
    const history = [program('p'), call('a'), result('a', 'p'), programOutput('p')];

    expect(await newest(9, history)).toEqual([program('p'), call('a'), programOutput('p')]);
  });
});

describe('reasoning', () => {
  it('stays with all that the model gave after it', async () => {
    const history = [thought('r'), webSearch('w'), said('Found'), call('a'), result('a')];

    expect(await newest(5, history)).toEqual(history);
    expect(await newest(4, history)).toEqual([]);
  });

  it('in a row is one', async () => {
    const history = [thought('r'), thought('s'), said('Hm')];

    expect(await newest(2, history)).toEqual([]);
  });

  it('does not reach beyond the next reasoning, result or input', async () => {
    const history = [
      thought('r'),
      call('a'),
      result('a'),
      said('A'),
      thought('s'),
      said('B'),
      thought('t'),
      said('C'),
      user('D'),
      said('E'),
    ];

    expect(await newest(4, history)).toEqual(history.slice(6));
    expect(await newest(6, history)).toEqual(history.slice(4));
    expect(await newest(7, history)).toEqual(history.slice(3));
    expect(await newest(9, history)).toEqual(history.slice(3));
  });

  it('that nothing follows is left out', async () => {
    const history = [thought('r'), user('A'), thought('s'), system('B'), said('C'), thought('t')];

    expect(await newest(9, history)).toEqual([user('A'), system('B'), said('C')]);
  });

  it('goes with the orphan that it belongs to, and not with others', async () => {
    expect(await newest(9, [thought('r'), call('a', 'gone'), HELLO])).toEqual([HELLO]);
    expect(await newest(9, [thought('r'), result('gone'), said('A')])).toEqual([
      thought('r'),
      said('A'),
    ]);
  });

  it('at the end of the history belongs to new output', async () => {
    expect(await newest(0, [said('A'), thought('r')], [call('a'), result('a')])).toEqual([
      thought('r'),
    ]);
    expect(await newest(0, [thought('r'), said('A')], [said('B')])).toEqual([]);
  });
});

describe('malformed items', () => {
  it('are items like others', async () => {
    const history = [
      foreign({}),
      foreign({ type: 'function_call' }),
      foreign({ type: 'function_call_result', callId: 7 }),
      foreign({ type: 'tool_search_output', execution: 'server', providerData: null }),
      foreign({ type: 'hosted_tool_call', name: 'mcp_approval_response', providerData: 'no' }),
      foreign({ type: 'hosted_tool_call', name: 'mcp_approval_request' }),
      foreign({ type: 'hologram', role: 'user', caller: { type: 'program' } }),
    ];

    expect(await newest(7, history)).toEqual(history);
    expect(await newest(3, history)).toEqual(history.slice(4));
  });
});
