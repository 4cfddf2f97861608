/**
 * What an entry holds of an item, and what is read from any entry there can be.
 *
 * @module
 */
import { protocol } from '@openai/agents-core';
import { describe, expect, it } from 'vitest';

import { decodeItem } from '../../src/items/item-codec.ts';
import type { DecodableEntry, EncodedItem } from '../../src/items/item-codec.ts';
import { SAMPLE_ITEMS } from '../../src/testing/sample-items.ts';
import { encode, nested, stored, unknownItem, userMessage } from './codec-round-trip.ts';
import type { Loose } from './codec-round-trip.ts';

describe('entries without an item', () => {
  it.each([
    userMessage('x'),
    { type: 'message', role: 'system', content: 'x' },
    {
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'x' }],
    },
  ])('stores nothing but role and content of $role messages', (item) => {
    expect(encode(item)).toEqual({ role: item.role, content: 'x' });
  });

  it.each([
    { role: 'user', type: 'message', content: 'x' },
    { ...userMessage('x'), id: 'msg_1' },
    {
      type: 'message',
      role: 'assistant',
      status: 'in_progress',
      content: [{ type: 'output_text', text: 'x' }],
    },
  ])('keeps what differs from that (%o)', (item) => {
    expect(encode(item).item).toBeDefined();
  });

  it('reads entries of the Python class as valid items', () => {
    expect(decodeItem({ role: 'user', content: 'x' })).toEqual(userMessage('x'));
    for (const role of ['user', 'system', 'assistant']) {
      const item = decodeItem({ role, content: 'x' });
      expect(protocol.ModelItem.safeParse(item).success).toBe(true);
    }
  });

  it('reads tool and foreign roles as transcript only', () => {
    expect(decodeItem({ role: 'tool', content: 'x' })).toBeUndefined();
    expect(decodeItem({ role: 'critic', content: 'x' })).toBeUndefined();
  });
});

describe('text that is one whole string', () => {
  const text = 'unique '.repeat(143);
  const occurrences = (entry: EncodedItem): number => JSON.stringify(entry).split(text).length - 1;

  it.each<Loose>([
    userMessage(text),
    { ...userMessage(text), id: 'msg_1' },
    userMessage([{ type: 'input_text', text }]),
    userMessage([
      { type: 'input_text', text },
      { type: 'input_image', image: 'x' },
    ]),
    { role: 'assistant', status: 'completed', content: [{ type: 'refusal', refusal: text }] },
    { type: 'program', callId: 'c', code: text, fingerprint: 'f' },
    { type: 'shell_call', callId: 'c', action: { commands: [text] } },
    { type: 'hosted_tool_call', name: 'n', output: text },
    { type: 'reasoning', content: [{ type: 'input_text', text }] },
    { type: 'function_call_result', name: 'n', callId: 'c', status: 'completed', output: text },
    { type: 'function_call_result', output: { type: 'text', text } },
    { type: 'function_call_result', output: [{ type: 'input_text', text }] },
    { type: 'shell_call_output', output: [{ stdout: text, stderr: '' }] },
    { type: 'apply_patch_call_output', output: text },
    { ...userMessage(text), $literal: 1 },
    { ...userMessage(text), providerData: nested(60) },
  ])('is stored once and wins when edited ($type $role)', (item) => {
    const entry = stored(item);
    expect(occurrences(entry)).toBe(1);
    expect(JSON.stringify(decodeItem(entry))).toBe(JSON.stringify(item));
    const edited = decodeItem({ ...entry, content: 'edited' });
    expect(JSON.stringify(edited)).toBe(JSON.stringify(item).replace(text, 'edited'));
  });

  it('does not win over several parts', () => {
    const item = userMessage(['a', 'b'].map((part) => ({ type: 'input_text', text: part })));
    expect(decodeItem({ ...stored(item), content: 'edited' })).toEqual(item);
  });

  it.each(['computer_call of one action', 'hosted_tool_call with a name only', 'function_call'])(
    'never renames anything in a %s',
    (name) => {
      const item = SAMPLE_ITEMS.find((sample) => sample.name === name)?.item;
      expect(decodeItem({ ...stored(item), content: 'edited' })).toEqual(item);
    },
  );
});

describe('stored entries', () => {
  const garbage: unknown[] = [
    5,
    null,
    'text',
    true,
    [],
    [{ type: 'message' }],
    { $text: true },
    { $bytes: 'AQI=' },
    { type: 'unknown', x: { $bytes: '!' } },
    { type: 'unknown', x: { $bytes: 5 } },
    { type: 'unknown', x: { $text: 'yes' } },
    { type: 'unknown', x: { $json: '{}' } },
    { type: 'unknown', x: { $literal: [] } },
    { $literal: 5 },
    { $json: '{' },
    { $json: '[]' },
    { $json: '5' },
    { $json: '{"x":{"$bytes":"!"}}' },
    { $json: '{"$json":"{}"}' },
    { $json: 5 },
  ];

  it.each(garbage)('fall back to role and content where item is %o', (item) => {
    const rest = { item } as Pick<EncodedItem, 'item'>;
    expect(decodeItem({ role: 'user', content: 'x', ...rest })).toEqual(userMessage('x'));
    expect(decodeItem({ role: 'tool', content: 'x', ...rest })).toBeUndefined();
  });

  it.each([null, undefined, 5, 'x', [], {}, { role: 5 }, { role: 'tool', content: {} }])(
    'never throw (%o)',
    (entry) => {
      expect(decodeItem(entry as unknown as DecodableEntry)).toBeUndefined();
    },
  );

  it('read content that is no string as empty', () => {
    const entry = { role: 'user', content: ['x'] } as unknown as DecodableEntry;
    expect(decodeItem(entry)).toEqual(userMessage(''));
  });

  it('are never shared with the item, in neither direction', () => {
    for (const item of [unknownItem([{ a: 1 }]), unknownItem([{ a: 1 }, nested(60)])]) {
      const entry = encode(item);
      const before = JSON.stringify(entry);
      const one = decodeItem(entry) as unknown as { providerData: { value: Loose[] } };
      one.providerData.value[0]!['a'] = 2;
      (item['providerData'] as { value: Loose[] }).value[0]!['a'] = 3;
      expect(JSON.stringify(entry)).toBe(before);
      expect(decodeItem(entry)).not.toEqual(one);
    }
  });

  it('are read when frozen', () => {
    const freeze = (value: unknown): unknown => {
      if (typeof value === 'object' && value !== null) Object.values(value).forEach(freeze);
      return Object.freeze(value);
    };
    for (const { item } of SAMPLE_ITEMS) {
      const entry = freeze(stored(item)) as EncodedItem;
      expect(decodeItem(entry)).toEqual(item);
    }
  });
});
