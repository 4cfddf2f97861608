/**
 * Texts that are remembered once they were opened.
 */
import { expect, test } from 'vitest';

import { OpenedTexts } from '../../src/encryption/opened-texts.ts';
import type { Sealed } from '../../src/encryption/sealed-tag.ts';

function sealed(data: string, iv = 'iv'): Sealed {
  return { v: 1, kid: 'k1', iv, data };
}

test('a text is found by all that it is bound to, and not otherwise', () => {
  const opened = new OpenedTexts();
  opened.keep('place', sealed('data'), 'text');
  expect(opened.find('place', sealed('data'))).toBe('text');
  expect(opened.find('other', sealed('data'))).toBeUndefined();
  expect(opened.find('place', sealed('Data'))).toBeUndefined();
  expect(opened.find('place', sealed('data', 'IV'))).toBeUndefined();
  opened.keep('place', sealed('new'), 'another');
  expect(opened.find('place', sealed('data'))).toBeUndefined();
  expect(opened.find('place', sealed('new'))).toBe('another');
});

test('what was kept first goes when there is no more room', () => {
  const opened = new OpenedTexts(30);
  for (const place of ['a', 'b', 'c']) opened.keep(place, sealed('12345'), '12345');
  const found = ['a', 'b', 'c'].map((place) => opened.find(place, sealed('12345')));
  expect(found).toEqual([undefined, '12345', '12345']);
  opened.keep('d', sealed('x'.repeat(40)), 'too long');
  expect(['b', 'c', 'd'].map((place) => opened.find(place, sealed('12345')))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
