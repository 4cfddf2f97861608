/**
 * Items made to be taken for something else, or to exhaust what reads them.
 *
 * @module
 */
import { describe, expect, it } from 'vitest';

import { decodeItem } from '../../src/items/item-codec.ts';
import type { EncodedItem } from '../../src/items/item-codec.ts';
import {
  encode,
  nested,
  roundTrip,
  stored,
  thrownBy,
  unknownItem,
  userMessage,
} from './codec-round-trip.ts';
import type { Loose } from './codec-round-trip.ts';

describe('hostile items', () => {
  it.each<Loose>([
    { $text: true },
    { $bytes: 'AQI=' },
    { $json: '{"type":"unknown"}' },
    { $literal: { $literal: { $text: true } } },
    { ...userMessage('x'), $text: true },
    { ...userMessage('x'), $json: null, $bytes: 1 },
    userMessage([{ type: 'input_text', text: 'x', $text: true }]),
    userMessage([{ $text: true }, { $bytes: '!' }, { $json: '{' }, { $literal: 5 }, { $other: 1 }]),
    unknownItem({ $text: true, other: { $literal: {} } }),
    unknownItem([nested(60), { $text: true }, { $literal: { $json: '1' } }, { $text: 1, a: 2 }]),
  ])('come back when they look like tags: %o', (item) => {
    expect(JSON.stringify(roundTrip(item))).toBe(JSON.stringify(item));
    expect(JSON.stringify(roundTrip(roundTrip(item)))).toBe(JSON.stringify(item));
  });

  it('see the text behind keys that look like tags', () => {
    const part = { type: 'input_text', text: 'x', $text: true };
    expect(encode({ ...userMessage([part]), $json: 1 }).content).toBe('x');
  });

  it.each([0, 60])('keep their own __proto__ keys and change no prototype (depth %i)', (depth) => {
    const text = `{"type":"unknown","__proto__":{"polluted":1},"list":[{"__proto__":{"a":{"$text":true}}}],"constructor":{"prototype":{"polluted":1}},"deep":${JSON.stringify(nested(depth))}}`;
    const back = roundTrip(JSON.parse(text));
    expect(JSON.stringify(back)).toBe(text);
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(back['polluted']).toBeUndefined();
    expect(({} as Loose)['polluted']).toBeUndefined();
  });

  it('stay native up to a depth of 48 and become text beyond', () => {
    expect(encode(unknownItem(nested(46))).item).toHaveProperty('type');
    expect(encode(unknownItem(nested(47))).item).toEqual({ $json: expect.any(String) });
  });

  it.each([49, 127, 1000])('come back from %i levels', (levels) => {
    for (const item of [unknownItem(nested(levels)), unknownItem([nested(levels), { $text: 1 }])]) {
      expect(JSON.stringify(roundTrip(item))).toBe(JSON.stringify(item));
    }
  });

  it.each([5000, 50_000])('come back from %i levels or are refused', (levels) => {
    for (const extra of [{}, { $text: true }, new Uint8Array(1)]) {
      const item = { ...userMessage('text'), deep: [nested(levels), extra] };
      for (const options of [{}, { maxItemBytes: 10, oversizedItem: 'placeholder' as const }]) {
        const entry = thrownBy(() => encode(item, options)) ?? encode(item, options);
        if (entry instanceof Error) expect(entry).toHaveProperty('code');
        else expect(decodeItem(entry as EncodedItem)).toHaveProperty('deep');
      }
    }
  });

  it('come back where the reader has little stack left', () => {
    const item = unknownItem([nested(2000), { $text: true }]);
    const entry = stored(item);
    const burn = (frames: number): unknown => (frames ? burn(frames - 1) : decodeItem(entry));
    expect(JSON.stringify(burn(5000))).toBe(JSON.stringify(item));
  });
});
