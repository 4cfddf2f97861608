/**
 * Random identifiers, by WebCrypto so that they work in every runtime.
 *
 * @module
 */

/**
 * Gives random bytes as hexadecimal digits.
 */
export function randomHex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Gives the ids of the entries that one operation writes: consecutive from a random start, so that a
 * repeat of the operation names the same entries.
 */
export function entryIds(count: number): string[] {
  const start = BigInt(`0x${randomHex(8)}`);
  return Array.from({ length: count }, (_, index) =>
    BigInt.asUintN(64, start + BigInt(index))
      .toString(16)
      .padStart(16, '0'),
  );
}
