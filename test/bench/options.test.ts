import { describe, expect, test } from 'vitest';

import { readOptions } from '../../bench/options.ts';
import type { Work } from '../../bench/works/work.ts';

const WORKS: Work[] = ['append', 'read'].map((name) => ({
  name,
  title: name,
  measure: async () => ({ rows: [] }),
}));

describe('the options of the bench', () => {
  test('without any, everything is measured and written', () => {
    expect(readOptions([], WORKS)).toMatchObject({
      isFull: true,
      works: WORKS,
      omitted: [],
      pace: { isQuick: false },
    });
  });

  test('--quick says what it leaves out, and writes nothing', () => {
    const { isFull, works, pace, omitted } = readOptions(['--quick'], WORKS);
    expect({ isFull, works, isQuick: pace.isQuick }).toEqual({
      isFull: false,
      works: WORKS,
      isQuick: true,
    });
    expect(omitted).toEqual([expect.stringMatching(/^Quick: .* left out .* Nothing is written/)]);
  });

  test('--only takes works by name, and writes nothing', () => {
    const { isFull, works, pace } = readOptions(['--only', 'read'], WORKS);
    expect(works.map(({ name }) => name)).toEqual(['read']);
    expect({ isFull, isQuick: pace.isQuick }).toEqual({ isFull: false, isQuick: false });
  });

  test('a work that is not there is refused, and those that are there are named', () => {
    expect(() => readOptions(['--only', 'write'], WORKS)).toThrow(
      /no work write[^]*append[^]*read/,
    );
    expect(() => readOptions(['--fast'], WORKS)).toThrow(/--fast/);
  });
});
