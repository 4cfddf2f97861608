/**
 * Items that are too large, and what is stored in their place.
 *
 * @module
 */
import { protocol } from '@openai/agents-core';
import type { AgentInputItem } from '@openai/agents-core';
import { describe, expect, it, vi } from 'vitest';

import { InvalidInputError, ItemTooLargeError } from '../../src/errors.ts';
import { DEFAULT_ITEM_CODEC_OPTIONS, decodeItem } from '../../src/items/item-codec.ts';
import type { EncodedItem, ItemCodecOptions } from '../../src/items/item-codec.ts';
import { SAMPLE_ITEMS, VALID_ITEMS } from '../../src/testing/sample-items.ts';
import { encode, stored, thrownBy, unknownItem, userMessage } from './codec-round-trip.ts';
import type { Loose } from './codec-round-trip.ts';

describe('the size limit', () => {
  const sized = {
    ...userMessage('é"\n\u0001😀ſ한'),
    data: [1, true, null, {}, [], new Uint8Array(4)],
  };
  const bytes = Buffer.byteLength(
    JSON.stringify({ ...sized, data: [1, true, null, {}, [], { $bytes: 'AAAAAA==' }] }),
  );

  it('counts bytes of UTF-8 exactly', () => {
    expect(encode(sized, { maxItemBytes: bytes })).toHaveProperty('item');
    const error = thrownBy(() => encode(sized, { maxItemBytes: bytes - 1 }));
    expect(error).toBeInstanceOf(ItemTooLargeError);
    expect(error).toMatchObject({ field: 'items[0]', bytes, limit: bytes - 1 });
  });

  it.each(SAMPLE_ITEMS.filter(({ name }) => !name.includes('bytes')))(
    'counts $name',
    ({ item }) => {
      const text = JSON.stringify(item);
      const literal = text.includes('$text') ? '{"$literal":}'.length : 0;
      const number = text.includes('1e+21') ? '{"$number":""}'.length : 0;
      const size = Buffer.byteLength(text) + literal + number;
      expect(thrownBy(() => encode(item, { maxItemBytes: size }))).toBeUndefined();
      expect(thrownBy(() => encode(item, { maxItemBytes: size - 1 }))).toHaveProperty(
        'bytes',
        size,
      );
    },
  );

  it('is 32 MiB', () => {
    expect(DEFAULT_ITEM_CODEC_OPTIONS).toEqual({
      maxItemBytes: 33_554_432,
      oversizedItem: 'error',
      loneSurrogates: 'replace',
    });
    const content = 'x'.repeat(33_554_432);
    expect(() => encode(userMessage(content))).toThrow(ItemTooLargeError);
  });

  it('calls a function with a copy and the size, and stores what it returns', () => {
    const item = userMessage('x'.repeat(500));
    const oversizedItem = vi.fn<(item: AgentInputItem, bytes: number) => AgentInputItem>(
      (given) => {
        (given as { content: string }).content = 'short';
        return given;
      },
    );
    const entry = encode(item, { maxItemBytes: 100, oversizedItem });
    expect(entry).toEqual({ role: 'user', content: 'short' });
    expect(oversizedItem.mock.calls[0]?.[1]).toBe(JSON.stringify(item).length);
    expect(item['content']).toHaveLength(500);
  });

  it('refuses what a function returns when that is no better', () => {
    const item = userMessage('x'.repeat(500));
    const results = {
      same: (given: AgentInputItem) => given,
      nothing: () => undefined as unknown as AgentInputItem,
      promise: () => Promise.resolve(item) as unknown as AgentInputItem,
    };
    const encodeWith = (oversizedItem: ItemCodecOptions['oversizedItem']) => (): EncodedItem =>
      encode(item, { maxItemBytes: 100, oversizedItem });
    expect(encodeWith(results.same)).toThrow(ItemTooLargeError);
    expect(encodeWith(results.nothing)).toThrow(InvalidInputError);
    expect(encodeWith(results.promise)).toThrow('must return an item, not a promise');
  });
});

describe('placeholders', () => {
  const big = 'x'.repeat(5000);
  const shrink = (item: unknown, maxItemBytes = 600): Loose => {
    const entry = stored(item, { maxItemBytes, oversizedItem: 'placeholder' });
    return decodeItem(entry) as unknown as Loose;
  };
  const result = (output: unknown): Loose => ({
    type: 'function_call_result',
    name: 'n',
    callId: 'call_1',
    status: 'completed',
    output,
  });
  const note = (what: string, bytes: number): string =>
    `[${what} omitted: ${bytes} bytes, the limit is 600]`;

  it('replace text by a note', () => {
    expect(shrink(userMessage(big))).toEqual(userMessage(note('text', 5002)));
    expect(shrink(result(big))).toEqual(result(note('text', 5002)));
    expect(shrink(result({ type: 'text', text: big }))).toEqual(
      result({ type: 'text', text: note('text', 5002) }),
    );
  });

  it('replace the largest parts only', () => {
    const caption = { type: 'input_text', text: 'What is this? '.repeat(20) };
    const image = { type: 'input_image', image: big, detail: 'low' };
    const size = JSON.stringify(image).length;
    expect(shrink(userMessage([caption, image]))).toEqual(
      userMessage([caption, { type: 'input_text', text: note('image', size) }]),
    );
  });

  it('turn media into text of the kind that fits in the place', () => {
    const audio = { type: 'audio', audio: big };
    const file = { type: 'input_file', file: { id: big } };
    const assistant = { type: 'message', role: 'assistant', status: 'completed' };
    expect(shrink({ ...assistant, content: [audio] })).toEqual({
      ...assistant,
      content: [{ type: 'output_text', text: note('audio', JSON.stringify(audio).length) }],
    });
    expect(shrink(result([file]))).toEqual(
      result([{ type: 'input_text', text: note('file', JSON.stringify(file).length) }]),
    );
    const image = { type: 'image', image: { data: new Uint8Array(3000) } };
    expect(shrink(result(image))).toEqual(result({ type: 'text', text: note('image', 4047) }));
  });

  it('keep arguments JSON and screenshots images', () => {
    const call = { type: 'function_call', id: 'fc_1', callId: 'c', name: 'n', arguments: big };
    const shrunk = shrink({ ...call, status: 'completed' });
    expect(shrunk).toMatchObject({ id: 'fc_1', callId: 'c', name: 'n', status: 'completed' });
    expect(JSON.parse(shrunk['arguments'] as string)).toEqual({ omitted: note('text', 5002) });
    const output = { type: 'computer_screenshot', data: big };
    expect(shrink({ type: 'computer_call_result', callId: 'c', output })).toMatchObject({
      callId: 'c',
      output: {
        type: 'computer_screenshot',
        data: expect.stringMatching(/^data:image\/png;base64,iVBOR/) as string,
      },
    });
  });

  it('fail where what must stay whole is too large', () => {
    for (const item of [
      { type: 'function_call', callId: big, name: 'n', arguments: '{}' },
      { type: 'compaction', encrypted_content: big },
      unknownItem(Array.from({ length: 1000 }, () => 1)),
    ]) {
      expect(() => shrink(item)).toThrow(ItemTooLargeError);
    }
  });

  it.each(VALID_ITEMS)('keep $name valid, and what fits is not touched again', ({ item }) => {
    const inflated = inflate(item, 3000) as Loose;
    const shrunk = shrink(inflated, 1500);
    expect(protocol.ModelItem.safeParse(shrunk).success).toBe(true);
    expect(shrink(inflated, 1500)).toEqual(shrunk);
    expect(shrink(shrunk, 1500)).toEqual(shrunk);
    for (const key of ['type', 'id', 'callId', 'name', 'role', 'status']) {
      expect(shrunk[key]).toBe(inflated[key]);
    }
  });
});

const SHORT_KEYS = new Set(
  'type id callId call_id callerId name namespace role status phase fingerprint encrypted_content mode button execution'.split(
    ' ',
  ),
);

/** Makes every string long that may be long. */
function inflate(value: unknown, length: number): unknown {
  if (typeof value === 'string') return value.padEnd(length, 'x');
  if (value instanceof Uint8Array) return new Uint8Array(length);
  if (Array.isArray(value)) return value.map((inner) => inflate(inner, length));
  if (typeof value !== 'object' || value === null) return value;
  const inner = ([key, child]: [string, unknown]): [string, unknown] =>
    SHORT_KEYS.has(key) ? [key, child] : [key, inflate(child, length)];
  return Object.fromEntries(Object.entries(value).map(inner));
}
