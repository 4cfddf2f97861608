import fc from 'fast-check';
import type { AgentInputItem } from '@openai/agents-core';
import { expect, it } from 'vitest';

import { SAMPLE_ITEMS } from '../../src/testing/sample-items.ts';
import { callCorrelation, resultCorrelation } from '../../src/windows/correlation.ts';
import { PAIR_KINDS } from './items.ts';
import { ofCall, ofResult } from './sdk.ts';

const TYPES = [...SAMPLE_ITEMS, ...Object.values(PAIR_KINDS).flatMap((pair) => pair('a'))].map(
  (sample) => (('item' in sample ? sample.item : sample) as { type?: unknown }).type,
);
const id = fc.constantFrom<unknown>('a', 'b', '', null, undefined, 7);
const execution = fc.constantFrom<unknown>('client', 'server', 'other', null);
const name = fc.constantFrom<unknown>('mcp_approval_request', 'mcp_approval_response', 'other');
const ids = { id, call_id: id, callId: id, execution };

/** Items with all the fields that could tell what they belong to. */
const anyItem = fc.record(
  {
    type: fc.constantFrom(...TYPES),
    name,
    ...ids,
    providerData: fc.oneof(
      fc.constantFrom<unknown>(null, undefined, 'text'),
      fc.record({ type: name, approval_request_id: id, ...ids }, { requiredKeys: [] }),
    ),
  },
  { requiredKeys: ['type'] },
) as fc.Arbitrary<unknown> as fc.Arbitrary<AgentInputItem>;

it('tells calls and results by what the SDK tells them by', () => {
  fc.assert(
    fc.property(anyItem, anyItem, (one, other) => {
      for (const item of [one, other]) {
        const [call, result] = [callCorrelation(item), resultCorrelation(item)];
        // Searches of the provider and those without ids pair by order, which the SDK leaves out.
        const isPair = (found: typeof call): boolean => {
          return found?.key !== undefined && found.search !== 'server';
        };
        expect(isPair(call)).toBe(ofCall(item) !== undefined);
        expect(isPair(result)).toBe(ofResult(item) !== undefined);
      }
      const [asked, answer] = [callCorrelation(one), resultCorrelation(other)];
      const [theirs, theirAnswer] = [ofCall(one), ofResult(other)];
      if (theirs === undefined || theirAnswer === undefined) return;
      const isAnswer = theirs.resultType === theirAnswer.resultType && theirs.id === theirAnswer.id;
      expect(asked?.key === answer?.key).toBe(isAnswer);
    }),
    { numRuns: 20_000 },
  );
});
