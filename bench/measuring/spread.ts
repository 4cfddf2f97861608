/**
 * What many rounds come to.
 *
 * @module
 */

/**
 * The middle of values, and between what half of them lie.
 */
export interface Spread {
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
}

/**
 * Gives median and quartiles.
 */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((left, right) => left - right);
  return { lower: at(sorted, 0.25), median: at(sorted, 0.5), upper: at(sorted, 0.75) };
}

/**
 * Gives the spread of ratios, each within one round: a machine whose speed drifts treats both alike.
 */
export function ratioOf(left: readonly number[], right: readonly number[]): Spread {
  return spreadOf(left.map((value, round) => value / (right[round] ?? Number.NaN)));
}

function at(sorted: readonly number[], part: number): number {
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}
