import { describe, expect, test } from 'vitest';
import type { SessionDocument } from '../../src/document/document.ts';
import { GOLDEN_DOCUMENTS } from '../document/golden-documents.ts';
import { type Attempt, type Outcome, violations } from './oracle.ts';

const [GOLDEN] = Object.values(GOLDEN_DOCUMENTS) as [SessionDocument];

/** A document with one message of one token for each text. */
function holding(...texts: string[]): SessionDocument {
  const messages = texts.map((content, index) => ({
    id: String(index).padStart(16, '0'),
    role: 'user' as const,
    content,
    timestamp: index,
    agent: null,
    tokens: 1,
  }));
  const metadata = {
    ...GOLDEN.metadata,
    message_count: texts.length,
    total_tokens: texts.length,
  };
  return { ...GOLDEN, messages, metadata };
}

function attempt(outcome: Outcome, ...texts: string[]): Attempt {
  const code = outcome === 'rejected' ? 'store_unavailable' : '';
  return { writer: 'w', texts, operationId: null, outcome, code };
}

describe('the oracle takes', () => {
  test.each<[string, Attempt[], SessionDocument]>([
    ['what was acknowledged, once and in order', pair('acknowledged'), holding('a', 'b')],
    ['what is unknown and there', [attempt('unknown', 'a')], holding('a')],
    ['what is unknown and not there', [attempt('unknown', 'a')], holding()],
    ['what was rejected and is not there', [attempt('rejected', 'a')], holding()],
    ['what was repeated behind later ones', pair('repeated'), holding('b', 'a')],
    ['two that belong together', [attempt('acknowledged', 'a', 'b')], holding('a', 'b')],
  ])('%s', (_, attempts, document) => {
    expect(violations(attempts, document)).toEqual([]);
  });
});

describe('the oracle refuses', () => {
  const DOCUMENT = holding('a', 'b');
  test.for<[string, RegExp, Attempt[], SessionDocument, string[]?]>([
    ['a lost write', /acknowledged and kept, 0 times/, [attempt('acknowledged', 'a')], holding()],
    [
      'a doubled write',
      /acknowledged and kept, 2 times/,
      [attempt('acknowledged', 'a')],
      holding('a', 'a'),
    ],
    [
      'one that was repeated in vain',
      /repeated and kept, 0/,
      [attempt('repeated', 'a')],
      holding(),
    ],
    [
      'a doubled unknown one',
      /unknown and kept, 2 times/,
      [attempt('unknown', 'a')],
      holding('a', 'a'),
    ],
    [
      'a rejected one that is there',
      /rejected and kept, 1/,
      [attempt('rejected', 'a')],
      holding('a'),
    ],
    ['another order', /out of order/, pair('acknowledged'), holding('b', 'a')],
    ['half of a pair', /in part/, [attempt('unknown', 'a', 'b')], holding('b')],
    ['the other half of a pair', /torn apart/, [attempt('unknown', 'a', 'b')], holding('a')],
    [
      'what stands between a pair',
      /torn apart/,
      [attempt('acknowledged', 'a', 'b'), attempt('acknowledged', 'c')],
      holding('a', 'c', 'b'),
    ],
    ['what nobody wrote', /by nobody/, [], holding('a')],
    ['what another program lost', /another program/, [], holding(), ['a']],
    [
      'a rejection with an error that says nothing',
      /failed with TypeError/,
      [{ ...attempt('rejected', 'a'), code: 'TypeError' }],
      holding(),
    ],
    [
      'a wrong count',
      /message_count is 1 of 2/,
      pair('acknowledged'),
      { ...DOCUMENT, metadata: { ...DOCUMENT.metadata, message_count: 1 } },
    ],
    [
      'wrong tokens',
      /total_tokens is 1, and 2 were spent/,
      pair('acknowledged'),
      { ...DOCUMENT, metadata: { ...DOCUMENT.metadata, total_tokens: 1 } },
    ],
    [
      'an id that is there twice',
      /ids repeat/,
      pair('acknowledged'),
      { ...DOCUMENT, messages: DOCUMENT.messages.map((one) => ({ ...one, id: '0'.repeat(16) })) },
    ],
    [
      'a document of another shape',
      /schema: \/created_at/,
      pair('acknowledged'),
      { ...DOCUMENT, created_at: 'today' } as unknown as SessionDocument,
    ],
  ])('%s', ([, wrong, attempts, document, others]) => {
    expect(violations(attempts, document, { others: others ?? [] })).toContainEqual(
      expect.stringMatching(wrong),
    );
  });
});

function pair(outcome: Outcome): Attempt[] {
  return [attempt(outcome, 'a'), attempt(outcome, 'b')];
}
