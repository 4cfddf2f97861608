import fc from 'fast-check';
import { expect, it } from 'vitest';

import { InvalidInputError } from '../../src/errors.ts';
import {
  DEFAULT_ITEM_CODEC_OPTIONS,
  canonicalItem,
  decodeItem,
  encodeItem,
} from '../../src/items/item-codec.ts';
import type { DecodableEntry } from '../../src/items/item-codec.ts';
import { describeItem } from '../../src/items/item-text.ts';
import { SAMPLE_ITEMS } from '../../src/testing/sample-items.ts';
import { encode, stored } from './codec-round-trip.ts';

const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  '$text',
  '$bytes',
  '$json',
  '$literal',
  '$other',
  'type',
  'role',
  'content',
  'text',
  'output',
  'arguments',
  'action',
  'commands',
  'operation',
  'tools',
  '0',
  '7',
  '',
];
const TYPES = SAMPLE_ITEMS.map(({ item }) => item.type ?? 'message');

const string = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    'user',
    'assistant',
    'text',
    'input_text',
    'AQI=',
    '{}',
    '{"$text":true}',
    ...TYPES,
  ),
);
const key = fc.oneof(fc.constantFrom(...KEYS), fc.string());
const scalar = fc.oneof(string, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));

/** Plain `fc.dictionary` would assign `__proto__`. */
function record(value: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  return fc
    .array(fc.tuple(key, value), { maxLength: 6 })
    .map((entries) => Object.fromEntries(entries) as Record<string, unknown>);
}

const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    scalar,
    fc.array(tie('json'), { maxLength: 4 }),
    record(tie('json')),
  ),
}));

/** Objects of arbitrary keys, half of them with the fields of a real type. */
const item = fc
  .tuple(record(json), fc.option(fc.constantFrom(...SAMPLE_ITEMS.map((sample) => sample.item))))
  .map(([fields, base]) => ({ ...base, ...fields }));

function wrapDeep(value: unknown, levels: number): unknown {
  return levels === 0 ? value : [wrapDeep(value, levels - 1)];
}

/** Like `JSON.stringify`, with bytes as arrays of numbers. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner instanceof Uint8Array ? [...inner] : inner,
  );
}

it('gives every item back with the same JSON text', () => {
  fc.assert(
    fc.property(item, (value) => {
      expect(textOf(decodeItem(stored(value)))).toBe(textOf(value));
    }),
    { numRuns: 3000 },
  );
});

it('gives deeply nested items back with the same JSON text', () => {
  fc.assert(
    fc.property(item, fc.integer({ min: 40, max: 140 }), (value, levels) => {
      const deep = { ...value, deep: wrapDeep(value, levels) };
      expect(textOf(decodeItem(stored(deep)))).toBe(textOf(deep));
    }),
  );
});

it('canonicalises whatever JavaScript holds as JSON.stringify does', () => {
  const anything = fc.anything({
    withBigInt: false,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withObjectString: true,
    withSparseArray: true,
    stringUnit: 'binary',
    withTypedArray: false,
    key,
  });
  fc.assert(
    fc.property(anything, (value) => {
      const holder = { type: 'unknown', value };
      expect(JSON.stringify(decodeItem(stored(holder)))).toBe(JSON.stringify(holder));
    }),
    { numRuns: 2000 },
  );
});

it('gives bytes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), record(json), (bytes, fields) => {
      const value = { type: 'unknown', ...fields, bytes: [bytes, { bytes }] };
      expect(decodeItem(stored(value))).toHaveProperty('bytes', [bytes, { bytes }]);
    }),
  );
});

it('is idempotent', () => {
  fc.assert(
    fc.property(item, (value) => {
      const once = canonicalItem(value, DEFAULT_ITEM_CODEC_OPTIONS, 'item');
      expect(encode(once)).toEqual(encode(value));
      expect(textOf(canonicalItem(once, DEFAULT_ITEM_CODEC_OPTIONS, 'item'))).toBe(textOf(once));
    }),
  );
});

it('never writes lone surrogates', () => {
  const broken = fc.string({ unit: fc.constantFrom('a', '\ud83d', '\ude00', '\udfff') });
  const dirty = fc.dictionary(broken, fc.oneof(broken, fc.array(broken)), {
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(dirty, broken, (fields, content) => {
      const value = { type: 'message', role: 'user', content, fields };
      const entry = encode(value);
      expect(JSON.stringify(entry).isWellFormed()).toBe(true);
      expect(JSON.stringify(entry)).not.toMatch(/\\ud[89a-f]/i);
      const strict = { ...DEFAULT_ITEM_CODEC_OPTIONS, loneSurrogates: 'reject' as const };
      const clean = !/\\ud[89a-f]/i.test(JSON.stringify(value));
      if (clean) expect(encodeItem(value, strict, 'item')).toEqual(entry);
      else expect(() => encodeItem(value, strict, 'item')).toThrow(InvalidInputError);
    }),
  );
});

it('always has a string for content, and a source that is that string', () => {
  fc.assert(
    fc.property(item, (value) => {
      const { content, source } = describeItem(value);
      expect(content).toBeTypeOf('string');
      const found = source?.reduce<unknown>((at, step) => (at as never)[step], value);
      expect(found ?? content).toBe(content);
    }),
  );
});

it('never throws on a stored entry, and never changes it', () => {
  const entry = fc.record({ role: string, content: json, item: json }, { requiredKeys: [] });
  fc.assert(
    fc.property(entry, (value) => {
      const before = JSON.stringify(value);
      const decoded = decodeItem(value as unknown as DecodableEntry);
      expect(decoded === undefined || typeof decoded === 'object').toBe(true);
      expect(JSON.stringify(value)).toBe(before);
    }),
  );
});

it('stays below the limit or says that it cannot', () => {
  fc.assert(
    fc.property(item, fc.integer({ min: 50, max: 400 }), (value, maxItemBytes) => {
      const options = {
        loneSurrogates: 'replace',
        oversizedItem: 'placeholder',
        maxItemBytes,
      } as const;
      const shrunk = attempt(() => canonicalItem(value, options, 'item'));
      if (shrunk instanceof Error) expect(shrunk).toHaveProperty('code', 'item_too_large');
      else
        expect(canonicalItem(shrunk, { ...options, oversizedItem: 'error' }, 'item')).toEqual(
          shrunk,
        );
    }),
  );
});

function attempt(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
