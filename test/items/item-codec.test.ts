import { runInNewContext } from 'node:vm';

import { protocol } from '@openai/agents-core';
import type { AgentInputItem } from '@openai/agents-core';
import { describe, expect, it, vi } from 'vitest';

import { InvalidInputError, ItemTooLargeError } from '../../src/errors.ts';
import {
  DEFAULT_ITEM_CODEC_OPTIONS,
  canonicalItem,
  decodeItem,
  encodeItem,
} from '../../src/items/item-codec.ts';
import type { DecodableEntry, EncodedItem, ItemCodecOptions } from '../../src/items/item-codec.ts';
import { SAMPLE_ITEMS, VALID_ITEMS } from '../../src/testing/sample-items.ts';

type Loose = Record<string, unknown>;

function encode(item: unknown, options: Partial<ItemCodecOptions> = {}): EncodedItem {
  return encodeItem(item, { ...DEFAULT_ITEM_CODEC_OPTIONS, ...options }, 'items[0]');
}

/** The entry as another process reads it. */
function stored(item: unknown, options: Partial<ItemCodecOptions> = {}): EncodedItem {
  return JSON.parse(JSON.stringify(encode(item, options))) as EncodedItem;
}

function roundTrip(item: unknown): Loose {
  return decodeItem(stored(item)) as unknown as Loose;
}

function unknownItem(value: unknown): Loose {
  return { type: 'unknown', providerData: { value } };
}

function userMessage(content: unknown): Loose {
  return { type: 'message', role: 'user', content };
}

function nested(levels: number): unknown {
  let value: unknown = 'core';
  for (let level = 0; level < levels; level++) value = level % 2 ? { in: value } : [value];
  return value;
}

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

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
