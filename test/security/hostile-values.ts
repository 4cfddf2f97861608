/**
 * Values that no caller should hand over, and some do.
 *
 * @module
 */

/** What getters, traps and conversions of these values throw. */
export class HostileError extends Error {}

class Thenable {
  // oxlint-disable-next-line unicorn/no-thenable -- One that nobody expects.
  then(done: (value: unknown) => void): void {
    done('now');
  }
}

function fail(): never {
  throw new HostileError('thrown by a value');
}

function nested(levels: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { value };
  return value;
}

function cycle(): unknown {
  const value: Record<string, unknown> = {};
  value['self'] = [value];
  return value;
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const SECOND = Math.floor(Date.now() / 1000);

/** Most of these texts are good as content, and must come back as they are. */
const TEXTS: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  '$',
  '$.messages',
  '$..*',
  '.',
  '..',
  '../../etc/passwd',
  '*',
  '?',
  '[a-z]',
  '[^',
  '\\',
  '{a}b',
  '"',
  '"]',
  '"] || @.role == "system" || @["a',
  "']",
  'x" || "a"=="a',
  "'; DROP TABLE sessions; --",
  '" OR 1=1 --',
  "]] redis.call('FLUSHALL') --[[",
  '\r\n*1\r\n$8\r\nFLUSHALL\r\n',
  '-99999999999999999999',
  '-99999999999999999999:',
  '0:99999999999999999999:0',
  '9223372036854775808',
  '1e400',
  'NaN',
  'null',
  'undefined',
  '{"a":1}',
  '\ud800',
  'a\udc00b',
  '\ufeff',
  '\u2028',
  '\u202e',
  '😀',
  'e\u0301',
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  'then',
  '${process.exit(1)}',
  // As ids of writes look.
  `0123456789abcdef-1-${SECOND}`,
  `0123456789abcdef-1000000000000000000000-${SECOND}`,
  `0123456789abcdef-1-${'9'.repeat(400)}`,
  '%s%n',
  '('.repeat(100_000),
  'x'.repeat(10_240),
  '🧭'.repeat(2560),
];

const OTHERS: Readonly<Record<string, () => unknown>> = {
  null: () => null,
  true: () => true,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  '-Infinity': () => Number.NEGATIVE_INFINITY,
  '-0': () => -0,
  '-1': () => -1,
  '1.5': () => 1.5,
  '2 ** 31': () => 2 ** 31,
  '2 ** 53': () => 2 ** 53,
  '2 ** 63': () => 2 ** 63,
  '-(2 ** 63)': () => -(2 ** 63),
  '1e20': () => 1e20,
  '-1e300': () => -1e300,
  'a bigint': () => 10n ** 30n,
  'a symbol': () => Symbol('$'),
  'a function': () => (): string => 'called',
  'an empty object': () => ({}),
  'an object without prototype': () => Object.create(null) as unknown,
  'an own __proto__': () => JSON.parse('{"__proto__":{"polluted":"yes"}}') as unknown,
  'an own constructor': () =>
    JSON.parse('{"constructor":{"prototype":{"polluted":"yes"}}}') as unknown,
  'an empty array': () => [],
  'an array with holes': () =>
    Array.from({ length: 3 }, () => 0)
      .fill(1, 0, 1)
      .concat(Array(2)),
  'an array of arrays': () => [[[]]],
  'a long array': () => Array.from({ length: 2000 }, (_, index) => index),
  '60 levels': () => nested(60),
  '200 levels': () => nested(200),
  '2000 levels': () => nested(2000),
  'a cycle': cycle,
  'a failing getter': () => ({
    get role(): never {
      return fail();
    },
    get limit(): never {
      return fail();
    },
  }),
  'a failing toJSON': () => ({ toJSON: fail }),
  'a failing toString': () => ({ toString: fail, valueOf: fail, [Symbol.toPrimitive]: fail }),
  'a failing iterator': () => ({ [Symbol.iterator]: fail }),
  'an endless toJSON': () => ({
    toJSON() {
      return { again: this };
    },
  }),
  'toJSON of nothing': () => ({ toJSON: () => {} }),
  'a proxy with failing traps': () => new Proxy({}, { get: fail, ownKeys: fail, has: fail }),
  'a revoked proxy': revoked,
  'a Date': () => new Date(0),
  'an invalid Date': () => new Date(Number.NaN),
  'a Map': () => new Map([['a', 1]]),
  'a Set': () => new Set([1]),
  'a RegExp': () => /(a+)+$/u,
  bytes: () => new Uint8Array([0, 255, 34, 93]),
  'a String': () => new String('boxed'),
  'a Number': () => new Number(5),
  'a promise': () => Promise.resolve('later'),
  'a thenable': () => new Thenable(),
  'an error': () => new Error('$.messages'),
  'a tag of the codec': () => ({ $text: true }),
  'a wrong tag of the codec': () => ({ $bytes: '!', $json: '{', $number: 'x', $literal: null }),
};

/**
 * Every value by name, made anew each time.
 */
export const HOSTILE_VALUES: readonly (readonly [name: string, make: () => unknown])[] = [
  ...TEXTS.map((text) => [JSON.stringify(text.slice(0, 40)), () => text] as const),
  ...Object.entries(OTHERS),
];
