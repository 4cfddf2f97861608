/**
 * Random identifiers, by WebCrypto so that they work in every runtime.
 *
 * @module
 */

/**
 * Gives random bytes as hexadecimal digits.
 */
export function randomHex(bytes: number): string {
  let digits = '';
  while (digits.length < 2 * bytes) {
    // Runtimes have those ready in advance; the digits between say the version.
    const uuid = crypto.randomUUID();
    digits += uuid.slice(0, 8) + uuid.slice(-12);
  }
  return digits.slice(0, 2 * bytes);
}
