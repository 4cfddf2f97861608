import { expect, test } from 'vitest';

import { randomHex } from '../../src/random-ids.ts';

test('random ids have two digits for each byte, and none comes twice', () => {
  for (const bytes of [1, 8, 16, 5000]) {
    expect(randomHex(bytes)).toMatch(new RegExp(`^[0-9a-f]{${bytes * 2}}$`, 'u'));
  }
  const ids = Array.from({ length: 20_000 }, () => randomHex(8));
  expect(new Set(ids).size).toBe(ids.length);
});

test('random ids are random in every digit', () => {
  const ids = Array.from({ length: 2000 }, () => randomHex(32));
  for (let place = 0; place < 64; place += 1) {
    expect(new Set(ids.map((id) => id[place])).size).toBe(16);
  }
});
