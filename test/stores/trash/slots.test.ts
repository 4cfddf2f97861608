/**
 * In a cluster, what stands beside a session must be in its slot; under no prefix is it a session.
 *
 * @module
 */
import calculateSlot from 'cluster-key-slot';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { deletedLivesKey, trashKey, trashPrefix } from '../../../src/stores/redis/writing/trash.ts';

const piece = fc.oneof(
  fc.constantFrom(
    '{',
    '}',
    '{}',
    '{a}',
    '}{',
    't',
    'trash:',
    'T',
    'Trash:',
    ':',
    'session:',
    'ü',
    '🙂',
  ),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const text = fc
  .array(piece, { minLength: 1, maxLength: 6 })
  .map((pieces) => pieces.join(''))
  .filter((one) => one !== '');

// One with half of a tag is slow, and is the choice of a developer.
const prefix = fc.oneof({ weight: 200, arbitrary: text.filter((one) => !one.includes('{')) }, text);

test('the keys beside a session are in its slot, behind the prefix that its rights name', () => {
  const searched = { pairs: 0 };
  fc.assert(
    fc.property(prefix, text, (keyPrefix, sessionId) => {
      const key = keyPrefix + sessionId;
      for (const beside of [trashKey({ key, sessionId }), deletedLivesKey({ key, sessionId })]) {
        if (/\{\d+\}:/u.test(beside)) searched.pairs += 1;
        expect(calculateSlot(beside)).toBe(calculateSlot(key));
        expect(beside.startsWith(trashPrefix(keyPrefix))).toBe(true);
        expect(beside.startsWith(keyPrefix)).toBe(false);
      }
    }),
    { numRuns: 10_000 },
  );
  expect(searched.pairs).toBeGreaterThan(0);
});

test('two sessions under one prefix have no key beside them in common, but where braces force it', () => {
  const id = text.filter((one) => !/[{}]/u.test(one));
  fc.assert(
    fc.property(id, id, id, (keyPrefix, one, other) => {
      fc.pre(one !== other);
      const first = deletedLivesKey({ key: keyPrefix + one, sessionId: one });
      expect(deletedLivesKey({ key: keyPrefix + other, sessionId: other })).not.toBe(first);
    }),
    { numRuns: 20_000 },
  );
});
