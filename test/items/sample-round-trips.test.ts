/**
 * Items of every type of the SDK, to entries and back.
 *
 * @module
 */
import { protocol } from '@openai/agents-core';
import { describe, expect, it } from 'vitest';

import { DEFAULT_ITEM_CODEC_OPTIONS, canonicalItem } from '../../src/items/item-codec.ts';
import { SAMPLE_ITEMS, VALID_ITEMS } from '../../src/testing/sample-items.ts';
import { encode, roundTrip } from './codec-round-trip.ts';

describe.each(SAMPLE_ITEMS)('$name', ({ item, role, content }) => {
  it('has the role and the text of the specification', () => {
    expect(encode(item)).toMatchObject({ role, content });
  });

  it('comes back with the same keys in the same order', () => {
    expect(roundTrip(item)).toEqual(item);
    expect(JSON.stringify(roundTrip(item))).toBe(JSON.stringify(item));
  });

  it('is its own canonical item once canonical', () => {
    const once = canonicalItem(item, DEFAULT_ITEM_CODEC_OPTIONS, 'item');
    expect(once).toEqual(item);
    expect(canonicalItem(once, DEFAULT_ITEM_CODEC_OPTIONS, 'item')).toEqual(once);
  });
});

describe.each(VALID_ITEMS)('$name', ({ item }) => {
  it('still passes the schema of the SDK', () => {
    expect(protocol.ModelItem.safeParse(item).success).toBe(true);
    expect(protocol.ModelItem.safeParse(roundTrip(item)).success).toBe(true);
  });
});

it('has a sample of every type in the protocol', () => {
  const types = protocol.ModelItem.options.map(
    (option) => (option.shape.type as { value?: string }).value ?? 'message',
  );
  const sampled = new Set(VALID_ITEMS.map(({ item }) => item.type ?? 'message'));
  expect([...sampled].toSorted()).toEqual([...new Set(types)].toSorted());
});
