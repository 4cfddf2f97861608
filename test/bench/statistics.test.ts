import { describe, expect, test } from 'vitest';

import { ratioOf, spreadOf } from '../../bench/measuring/spread.ts';
import { spreadLabels } from '../../bench/report/plot-labels.ts';
import { atLeast, atMost, timesFaster } from '../../bench/works/goal.ts';

describe('spreads', () => {
  test('median and quartiles', () => {
    expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ lower: 2, median: 3, upper: 4 });
    expect(spreadOf([1, 2, 3, 4])).toEqual({ lower: 1.75, median: 2.5, upper: 3.25 });
  });

  test('a ratio is taken round by round', () => {
    // The machine was ten times slower in the second round.
    expect(ratioOf([2, 20, 2], [1, 10, 1])).toEqual({ lower: 2, median: 2, upper: 2 });
  });
});

describe('goals', () => {
  test.each([
    [atMost(1.5), 1.5, 1.6],
    [atLeast(0.7), 0.7, 0.6],
    [timesFaster(4), 0.25, 0.26],
  ])('%o', (goal, reached, missed) => {
    expect(goal.isReached(reached)).toBe(true);
    expect(goal.isReached(missed)).toBe(false);
  });
});

describe('labels of a plot', () => {
  test('keep their order and their distance, and stay beside the axis', () => {
    const values = [100, 1, 1.01, 99, 1.02];
    const places = spreadLabels(values, { domain: [1, 100], gap: 0.1 });
    const parts = places.map((place) => Math.log10(place) / 2);
    const sorted = parts.toSorted((left, right) => left - right);
    const gaps = sorted.slice(1).map((part, index) => part - (sorted[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(0.0999);
    expect(sorted[0]).toBeGreaterThanOrEqual(0);
    expect(sorted.at(-1)).toBeLessThanOrEqual(1.0001);
    expect(parts.indexOf(Math.max(...parts))).toBe(values.indexOf(Math.max(...values)));
  });
});
