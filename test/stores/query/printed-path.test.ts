/**
 * What becomes a path of the server: of whatever a store is handed.
 */
import { describe, expect, test } from 'vitest';

import type { QuerySegment } from '../../../src/store.ts';
import { parsedPath } from '../../../src/query/parsed-path.ts';
import { printedPath } from '../../../src/stores/redis/reading/printed-path.ts';

const INJECTION = '"]..["x';

function printed(selector: unknown): string {
  return printedPath([{ isDescendant: false, selector } as QuerySegment]);
}

function asked(condition: unknown): string {
  return printed({ kind: 'filter', condition });
}

describe('a path for the server', () => {
  test.each([
    ['$', '$'],
    ["$.a['b \"c\\\\']", String.raw`$["a"]["b \"c\\"]`],
    ["$['a','b'].*..c", '$["a","b"][*]..["c"]'],
    ['$.a[3][-1][-5]', '$["a"][3][-1:][-5:-4]'],
    ['$[:][1:][-3:-1:2]', '$[:][1:][-3:-1:2]'],
    ['$[?@.a]', '$[?(@["a"])]'],
    ["$[?1 < @.a.b && @.c == 'd']", '$[?((@["a"]["b"]>1)&&(@["c"]=="d"))]'],
    ['$[?@.a || @.b && @.c]', '$[?((@["a"])||((@["b"])&&(@["c"])))]'],
  ])('of %s is %s', (text, path) => {
    expect(printedPath(parsedPath(text).segments)).toBe(path);
  });

  test('keeps text in its quotes', () => {
    const name = String.raw`"\"]..[\"x"`;
    expect(printed({ kind: 'names', names: [INJECTION] })).toBe(`$[${name}]`);
    const names = [INJECTION];
    expect(asked({ kind: 'exists', names })).toBe(`$[?(@[${name}])]`);
    const compared = { kind: 'compare', names: ['a'], comparison: '==', literal: INJECTION };
    expect(asked(compared)).toBe(`$[?(@["a"]=='${INJECTION}')]`);
    const single = { ...compared, literal: "']..['x" };
    expect(asked(single)).toBe(`$[?(@["a"]=="']..['x")]`);
  });

  test.each([2 ** 31, -(2 ** 31), 1e300, 1.5, Number.NaN, Infinity, '0]..[0', null, undefined, {}])(
    'has no integer %s',
    (value) => {
      expect(() => printed({ kind: 'index', index: value })).toThrow('path');
      expect(() => printed({ kind: 'slice', start: 0, end: 1, step: value })).toThrow('path');
      if (value === null) return;
      expect(() => printed({ kind: 'slice', start: value, end: null, step: 1 })).toThrow('path');
      expect(() => printed({ kind: 'slice', start: null, end: value, step: 1 })).toThrow('path');
    },
  );

  test.each(['\u0000', '\n', '\ud800', 1, ['a'], null])('has no name %j', (value) => {
    expect(() => printed({ kind: 'names', names: [value] })).toThrow('path');
    expect(() => asked({ kind: 'exists', names: [value] })).toThrow('path');
  });

  test.each([2 ** 31, 1e300, 1e-9, Number.NaN, '\n', ' a', `'"`, String.raw`\"`, {}, undefined])(
    'compares with no %s',
    (literal) => {
      const compared = { kind: 'compare', names: ['a'], comparison: '==', literal };
      expect(() => asked(compared)).toThrow('path');
    },
  );

  test('has no comparison of another language', () => {
    const compared = { kind: 'compare', names: ['a'], comparison: '=~', literal: 'a' };
    expect(() => asked(compared)).toThrow('path');
  });
});
