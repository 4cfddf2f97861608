/**
 * Items that go through the codec, and come back.
 *
 * @module
 */
import { DEFAULT_ITEM_CODEC_OPTIONS, decodeItem, encodeItem } from '../../src/items/item-codec.ts';
import type { EncodedItem, ItemCodecOptions } from '../../src/items/item-codec.ts';

/** An item of any shape, valid or not. */
export type Loose = Record<string, unknown>;

/** The entry of an item, with the default options for all that are not given. */
export function encode(item: unknown, options: Partial<ItemCodecOptions> = {}): EncodedItem {
  return encodeItem(item, { ...DEFAULT_ITEM_CODEC_OPTIONS, ...options }, 'items[0]');
}

/** The entry as another process reads it. */
export function stored(item: unknown, options: Partial<ItemCodecOptions> = {}): EncodedItem {
  return JSON.parse(JSON.stringify(encode(item, options))) as EncodedItem;
}

/** The item as another process reads it. */
export function roundTrip(item: unknown): Loose {
  return decodeItem(stored(item)) as unknown as Loose;
}

/** An item whose fields the codec knows nothing of, around a value. */
export function unknownItem(value: unknown): Loose {
  return { type: 'unknown', providerData: { value } };
}

/** The least that a message of the user is. */
export function userMessage(content: unknown): Loose {
  return { type: 'message', role: 'user', content };
}

/** Arrays and objects in turn, so many levels deep. */
export function nested(levels: number): unknown {
  let value: unknown = 'core';
  for (let level = 0; level < levels; level++) value = level % 2 ? { in: value } : [value];
  return value;
}

/** What a call throws, if it does. */
export function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
