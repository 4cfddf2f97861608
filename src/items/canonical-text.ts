/**
 * JSON text that is the same for values which differ in nothing but the order of their keys.
 *
 * @module
 */
import type { JsonValue } from '../document/document.ts';
import { toHex } from './item-bytes.ts';

/**
 * Gives the JSON text of a value with the keys of every object sorted.
 */
export function canonicalText(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.keys(value)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
}

/**
 * Gives the SHA-256 digest of a text in hexadecimal.
 */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return toHex(new Uint8Array(digest));
}
