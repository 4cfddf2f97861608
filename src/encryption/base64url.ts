/**
 * Bytes as base64url, where one text stands for some bytes and no other.
 *
 * @module
 */
import { fromBase64, toBase64 } from '../items/item-bytes.ts';

/** The last characters that leave no bit unused, by how many characters are left over. */
const LAST = { 2: /[AQgw]$/u, 3: /[AEIMQUYcgkosw048]$/u } as const;

/**
 * Encodes bytes as base64url without padding.
 */
export function toBase64url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/[=]+$/u, '');
}

/**
 * Decodes base64url, or gives null for what {@link toBase64url} never makes: decoders pass over bits
 * that belong to no byte, and a text that was changed there would not be noticed.
 */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  const left = text.length % 4;
  if (/[^\w-]/u.test(text) || left === 1) return null;
  if ((left === 2 || left === 3) && !LAST[left].test(text)) return null;
  return new Uint8Array(fromBase64(text.replaceAll('-', '+').replaceAll('_', '/')));
}
