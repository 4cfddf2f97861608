/**
 * Which numbers a store gives back exactly.
 *
 * RedisJSON reads decimals by serde_json's fast way: digits as an integer, then one multiplication or
 * division by a power of ten. That is exact only while both are exact in 53 bits; `6e+26` and one in
 * ten results of `Math.random()` come back with another last digit.
 *
 * @see https://docs.rs/serde_json/latest/serde_json/#features for `float_roundtrip`, which it lacks
 *
 * @module
 */

const MOST_DIGITS = 15;
const LARGEST_EXACT_POWER = 22;
/** Whole numbers are kept in 64 bits, with or without sign. */
const [LEAST_INTEGER, INTEGER_BOUND] = [-(2 ** 63), 2 ** 64];

/**
 * Tells whether every store gives a finite number back as it was.
 */
export function isExactInStores(value: number): boolean {
  if (Number.isInteger(value)) return value >= LEAST_INTEGER && value < INTEGER_BOUND;
  const [digits = '', exponent = '0'] = String(Math.abs(value)).split('e');
  const [whole = '', fraction = ''] = digits.split('.');
  const significant = `${whole}${fraction}`.replace(/^0+/, '');
  return (
    significant.length <= MOST_DIGITS &&
    Math.abs(Number(exponent) - fraction.length) <= LARGEST_EXACT_POWER
  );
}
