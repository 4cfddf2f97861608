/**
 * Values that JSON changes, refuses or has no form for.
 *
 * @module
 */
import { runInNewContext } from 'node:vm';

import { describe, expect, it, vi } from 'vitest';

import { InvalidInputError } from '../../src/errors.ts';
import { decodeItem } from '../../src/items/item-codec.ts';
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

describe('values that JSON changes', () => {
  it('treats them as JSON.stringify does', () => {
    const sparse = [1];
    sparse[3] = 4;
    const item = unknownItem({
      none: undefined,
      call: () => 1,
      symbol: Symbol('s'),
      numbers: [NaN, Infinity, -Infinity, -0, 1.5e-7, 2 ** 53],
      list: [undefined, () => 1, Symbol('s'), null],
      sparse,
      date: new Date(0),
      badDate: new Date(NaN),
      map: new Map([[1, 2]]),
      boxed: [new String('s'), new Number(5), new Boolean(false)],
      floats: new Float32Array([1, 2]),
      view: new DataView(new ArrayBuffer(2)),
      key: { toJSON: (key: string) => `at ${key}` },
      method: Object.assign(() => 1, { toJSON: () => 'function' }),
      instance: new (class Point {
        x = 1;
        get y(): number {
          return 2;
        }
      })(),
      10: 'b',
      9: 'a',
    });
    const text = JSON.stringify(item);
    expect(JSON.stringify(encode(item).item)).toBe(text);
    expect(JSON.stringify(roundTrip(item))).toBe(text);
    const zero = encode(unknownItem(-0)).item as { providerData: { value: number } };
    expect(Object.is(zero.providerData.value, 0)).toBe(true);
  });

  it('writes numbers that a store would change as text', () => {
    const numbers = [0.1 + 0.2, 6e26, 1e21, 5e-324, 2 ** 64, Number.MAX_VALUE];
    const item = unknownItem(numbers);
    const tags = numbers.map((number) => ({ $number: String(number) }));
    expect(encode(item).item).toMatchObject({ providerData: { value: tags } });
    expect(roundTrip(item)).toEqual(item);
  });

  it('takes an item from toJSON', () => {
    const item = { toJSON: () => userMessage('x') };
    expect(encode(item)).toEqual({ role: 'user', content: 'x' });
  });

  it.each([null, undefined, 'text', 5, true, [], [userMessage('x')], () => 1, new Uint8Array(2)])(
    'refuses %o as an item',
    (item) => {
      const error = thrownBy(() => encode(item));
      expect(error).toBeInstanceOf(InvalidInputError);
      expect(error).toMatchObject({
        field: 'items[0]',
        message: 'Invalid items[0]: must be an object',
      });
    },
  );

  it.each([new Date(0), Buffer.from('x'), new String('x'), { toJSON: () => [] }])(
    'refuses what is no object in JSON (%o)',
    (item) => {
      expect(() => encode(item)).toThrow('must be an object');
    },
  );

  it('refuses a BigInt', () => {
    expect(() => encode(unknownItem(10n))).toThrow('Invalid items[0]: holds a BigInt');
    expect(() => encode(unknownItem(Object(10n)))).toThrow('Invalid items[0]: holds a BigInt');
  });

  it('refuses cycles, however they come round', () => {
    const direct: Loose = { type: 'unknown' };
    direct['self'] = direct;
    direct['again'] = [direct, direct];
    expect(() => encode(direct)).toThrow('Invalid items[0]: holds a cycle');
    const tagged: Loose = { $text: 1 };
    tagged['list'] = [[tagged]];
    expect(() => encode(unknownItem(tagged))).toThrow('Invalid items[0]: holds a cycle');
    const fresh = { toJSON: (): unknown => ({ again: fresh }) };
    expect(() => encode(unknownItem(fresh))).toThrow(InvalidInputError);
  });

  it('accepts the same object in several places', () => {
    const shared = { a: [1] };
    const item = unknownItem([shared, shared, nested(60)]);
    expect(JSON.stringify(roundTrip(item))).toBe(JSON.stringify(item));
  });

  it('refuses objects that unfold to more than memory holds', () => {
    let value: unknown = 'x';
    for (let level = 0; level < 40; level++) value = [value, value];
    expect(() => encode(unknownItem(value))).toThrow('holds more than 4194304 values');
  });

  it('never repeats what a getter or toJSON throws', () => {
    const secret = (): never => {
      throw new InvalidInputError('secret', 'secret');
    };
    const getter = Object.defineProperty({}, 'x', { get: secret, enumerable: true });
    for (const value of [getter, { toJSON: secret }, new Proxy({}, { ownKeys: secret })]) {
      const error = thrownBy(() => encode(unknownItem(value))) as InvalidInputError;
      expect(error.message).toBe('Invalid items[0]: cannot be written as JSON');
      expect(error.cause).toBeUndefined();
    }
  });
});

describe('bytes', () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256);

  it.each<[string, Uint8Array]>([
    ['none', new Uint8Array()],
    ['one', new Uint8Array([255])],
    ['many', bytes],
    ['a part of a buffer', bytes.subarray(5, 9)],
    ['a Buffer', Buffer.from(bytes)],
    ['another realm', runInNewContext('new Uint8Array([1, 2, 3])') as Uint8Array],
  ])('come back as a Uint8Array: %s', (_name, value) => {
    const entry = stored(unknownItem(value));
    expect(entry.item).toEqual(unknownItem({ $bytes: Buffer.from(value).toString('base64') }));
    const back = (decodeItem(entry) as unknown as { providerData: Loose }).providerData['value'];
    expect(Object.getPrototypeOf(back)).toBe(Uint8Array.prototype);
    expect(back).toEqual(new Uint8Array(value));
  });

  it('come back from deeply nested items', () => {
    const item = unknownItem([nested(60), bytes.subarray(0, 9), { $bytes: 'x' }]);
    expect(roundTrip(item)).toEqual(item);
  });

  it('use the base64 of the engine where it has one', () => {
    const toBase64 = vi.fn<() => string>(() => 'AQI=');
    const fromBase64 = vi.fn<() => Uint8Array>(() => new Uint8Array([1, 2]));
    Object.assign(Uint8Array, { fromBase64 });
    Object.defineProperty(Uint8Array.prototype, 'toBase64', {
      value: toBase64,
      configurable: true,
    });
    try {
      const item = unknownItem(new Uint8Array([1, 2]));
      expect(roundTrip(item)).toEqual(item);
      expect(toBase64).toHaveBeenCalledOnce();
      expect(fromBase64).toHaveBeenCalledWith('AQI=');
    } finally {
      Reflect.deleteProperty(Uint8Array, 'fromBase64');
      Reflect.deleteProperty(Uint8Array.prototype, 'toBase64');
    }
  });
});

describe('lone surrogates', () => {
  const item = { ...userMessage('cut \ud83d'), providerData: { '\udc00key': ['\ud800', '😀'] } };

  it('are replaced in values and keys', () => {
    const entry = encode(item);
    expect(entry.content).toBe('cut \ufffd');
    expect(JSON.stringify(entry)).not.toMatch(/\\ud[89a-f]/);
    expect(decodeItem(entry)).toEqual({
      ...userMessage('cut \ufffd'),
      providerData: { '\ufffdkey': ['\ufffd', '😀'] },
    });
  });

  it('are refused on request', () => {
    for (const bad of [item, { ...userMessage('x'), '\ud800': 1 }]) {
      const error = thrownBy(() => encode(bad, { loneSurrogates: 'reject' }));
      expect(error).toBeInstanceOf(InvalidInputError);
      expect(error).toHaveProperty('message', 'Invalid items[0]: holds a lone surrogate');
    }
    expect(encode(userMessage('😀'), { loneSurrogates: 'reject' }).content).toBe('😀');
  });

  it('leave U+0000 alone', () => {
    expect(roundTrip(userMessage('a\0b'))).toEqual(userMessage('a\0b'));
  });
});
