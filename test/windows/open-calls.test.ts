/**
 * Which calls of a conversation wait for their results.
 */
import type { AgentInputItem } from '@openai/agents-core';
import { describe, expect, test } from 'vitest';

import { findOpenCalls } from '../../src/windows/open-calls.ts';
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
  user,
} from './items.ts';

// Nobody but the provider answers its own searches.
const { 'tool_search_call of the provider': _ofProvider, ...AWAITED } = PAIR_KINDS;

describe.each(Object.entries(AWAITED))('%s', (_, pairOf) => {
  test('waits until its result is there', () => {
    const [asked, given] = pairOf('a');
    expect(findOpenCalls([user('hi'), asked])).toEqual([1]);
    expect(findOpenCalls([user('hi'), asked, said('so'), given])).toEqual([]);
    expect(findOpenCalls([given, asked])).toEqual([1]);
  });
});

function ofProgram(item: AgentInputItem): AgentInputItem {
  return foreign({ ...item, caller: { type: 'program', callerId: 'p' } });
}

test.each<[string, AgentInputItem[], number[]]>([
  ['nothing', [], []],
  ['what is no call', [user('hi'), said('ho')], []],
  ['one of two that were made at once', [call('a'), call('b'), result('b')], [0]],
  ['an id that is used again', [call('a'), result('a'), call('a')], [2]],
  ['a program whose calls are answered', [program('p'), call('a', 'p'), result('a', 'p')], [0]],
  ['a program with a call', [program('p'), call('a', 'p'), programOutput('p')], [1]],
  [
    'a program with a search that was answered',
    [program('p'), ofProgram(searchCall('s', 'client')), ofProgram(searchOutput('client'))],
    [0],
  ],
  ['what an absent program called', [call('a', 'p')], []],
  ['a search of the provider', [searchCall('s', 'server')], []],
  ['a search of the client', [searchCall('s', 'client')], [0]],
  ['a search that was answered', [searchCall('s', 'client'), searchOutput('client')], []],
])('%s', (_, items, open) => {
  expect(findOpenCalls(items)).toEqual(open);
});
