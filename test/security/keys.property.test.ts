/**
 * Which keys sessions have. What is promised: under one prefix two ids never share a key; under two
 * prefixes they share one only where one prefix begins with the other.
 *
 * @module
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { JSONSession } from '../../src/index.ts';
import { partsOf } from '../../src/session/session-parts.ts';
import type { SessionStore } from '../../src/store.ts';

const PAIRS = 100_000;

/** Never asked for anything: a key is made before. */
const store = { append: () => Promise.reject(new Error('asked')) } as unknown as SessionStore;

/** What patterns, hash tags, paths, and other ways to make keys would take for something special. */
const SPECIAL = [
  '*',
  '?',
  '[',
  ']',
  '^',
  '-',
  '\\',
  '{',
  '}',
  '{}',
  '{a}',
  ':',
  '::',
  '%',
  '%3A',
  '_',
  '/',
  '..',
  ' ',
  '\n',
  '\r\n',
  '"',
  "'",
  '$',
  '@',
  '\u0001',
  '\u007f',
  '\u00a0',
  'e\u0301',
  '\u00e9',
  '\ufb01',
  '\u212a',
  '\u200b',
  '\u202e',
  '\ufeff',
  '\uffff',
  '😀',
  'a',
  'A',
  '0',
];
const piece = fc.oneof(fc.constantFrom(...SPECIAL), fc.string({ unit: 'binary', maxLength: 3 }));
const text = fc
  .array(piece, { minLength: 1, maxLength: 6 })
  .map((pieces) => pieces.join(''))
  .filter((id) => id !== '' && !id.includes('\0'));

/** Two texts that differ, most of them by little. */
const pair = fc
  .tuple(text, text, fc.nat(6), fc.nat(5))
  .map(([one, other, at, how]) => [one, relative(one, other, at, how)] as const)
  .filter(([one, other]) => one !== other && other !== '');

function relative(one: string, other: string, at: number, how: number): string {
  const characters = Array.from(one);
  if (how === 0) return other;
  if (how === 1) return characters.toSpliced(at, 0, other).join('');
  if (how === 2) return characters.toSpliced(at, 1).join('');
  if (how === 3) return one.normalize(at % 2 === 0 ? 'NFC' : 'NFKD');
  if (how === 4) return at % 2 === 0 ? one.toUpperCase() : one.trim();
  return characters.toReversed().join('');
}

function isFree([one, other]: readonly [string, string]): boolean {
  return !one.startsWith(other) && !other.startsWith(one);
}

function keyOf(sessionId: string, keyPrefix: string): string {
  return partsOf(new JSONSession({ sessionId, keyPrefix, store })).handle.key;
}

/** As it goes over the wire and into the file. */
function bytesOf(key: string): string {
  return Buffer.from(key, 'utf8').toString('latin1');
}

function check(property: fc.IProperty<unknown> | fc.IPropertyWithHooks<unknown>): void {
  fc.assert(property as fc.IProperty<unknown>, { numRuns: PAIRS });
}

test('two ids under one prefix never share a key', () => {
  let pairs = 0;
  check(
    fc.property(pair, text, ([one, other], prefix) => {
      pairs += 1;
      const [first, second] = [bytesOf(keyOf(one, prefix)), bytesOf(keyOf(other, prefix))];
      if (first === second) throw new Error(`${JSON.stringify([prefix, one, other])} share a key`);
    }),
  );
  expect(pairs).toBeGreaterThanOrEqual(PAIRS);
});

test('two prefixes, of which neither begins with the other, share no key', () => {
  let pairs = 0;
  check(
    fc.property(pair.filter(isFree), pair, ([prefix, otherPrefix], [one, other]) => {
      pairs += 1;
      const [first, second] = [bytesOf(keyOf(one, prefix)), bytesOf(keyOf(other, otherPrefix))];
      if (first === second) throw new Error(`${JSON.stringify([prefix, one])} is shared`);
      // The tenant that a rule of the ACL means by its prefix, and no other.
      if (!first.startsWith(bytesOf(prefix))) throw new Error(`not under ${prefix}`);
    }),
  );
  expect(pairs).toBeGreaterThanOrEqual(PAIRS);
});

test('a prefix that begins with another one can share its keys', () => {
  // Why docs/security.md says how to choose them.
  expect(keyOf('b:c', 'a:')).toBe(keyOf('c', 'a:b:'));
});
