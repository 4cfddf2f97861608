import { afterEach, expect, test, vi } from 'vitest';

import { randomHex } from '../../src/random-ids.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('random ids have two digits for each byte, and none comes twice', () => {
  for (const bytes of [1, 8, 16, 5000]) {
    expect(randomHex(bytes)).toMatch(new RegExp(`^[0-9a-f]{${bytes * 2}}$`, 'u'));
  }
  const ids = Array.from({ length: 20_000 }, () => randomHex(8));
  expect(new Set(ids).size).toBe(ids.length);
});

test('random ids are each of random bytes of their own', () => {
  const given: Uint8Array[] = [];
  vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => {
    const bytes = array as unknown as Uint8Array;
    for (const index of bytes.keys()) bytes[index] = (index + given.length) % 251;
    given.push(bytes);
    return array;
  });
  const ids = Array.from({ length: 3000 }, () => randomHex(8));
  const hexadecimal = given.map((bytes) => Buffer.from(bytes).toString('hex')).join('');
  expect(given.length).toBeGreaterThan(1);
  expect(given.length).toBeLessThan(20);
  const first = ids.findIndex((id) => hexadecimal.startsWith(id));
  // Those before are of the bytes that were there already.
  expect(first).toBeGreaterThanOrEqual(0);
  expect(hexadecimal.startsWith(ids.slice(first).join(''))).toBe(true);
});
