/**
 * How long JSON text is in UTF-8, without writing it.
 *
 * @module
 */
import { isBytes } from './item-bytes.ts';

/** Anything but what stands for itself in one byte. Engines scan for it faster than a loop can. */
const WIDE_OR_ESCAPED = /[^ -~]|["\\]/;
const BYTES_TAG = '{"$bytes":""}'.length;

/**
 * Counts the bytes of UTF-8 that the JSON text of a canonical value takes. A `Uint8Array` counts as
 * the tag that stands for it.
 */
export function jsonBytes(value: unknown): number {
  let bytes = 0;
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next === 'string') bytes += stringBytes(next);
    else if (typeof next !== 'object' || next === null) bytes += String(next).length;
    else if (isBytes(next)) bytes += BYTES_TAG + 4 * Math.ceil(next.byteLength / 3);
    else bytes += containerBytes(next, pending);
  }
  return bytes;
}

/** Counts the brackets, commas and keys, and leaves the values for later. */
function containerBytes(container: object, pending: unknown[]): number {
  if (Array.isArray(container)) {
    for (const value of container) pending.push(value);
    return 2 + Math.max(0, container.length - 1);
  }
  const entries = Object.entries(container);
  let bytes = 2 + Math.max(0, entries.length - 1);
  for (const [key, value] of entries) {
    bytes += stringBytes(key) + 1;
    pending.push(value);
  }
  return bytes;
}

function stringBytes(text: string): number {
  if (!WIDE_OR_ESCAPED.test(text)) return text.length + 2;
  let bytes = 2;
  for (let index = 0; index < text.length; index++) bytes += unitBytes(text.charCodeAt(index));
  return bytes;
}

/** Both halves of a surrogate pair count two: canonical text has no lone ones. */
function unitBytes(unit: number): number {
  if (unit < 0x20) return isShortEscape(unit) ? 2 : 6;
  if (unit === 0x22 || unit === 0x5c) return 2;
  if (unit < 0x80) return 1;
  return unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
}

/** `\b`, `\t`, `\n`, `\f` and `\r`. */
function isShortEscape(unit: number): boolean {
  return unit >= 8 && unit <= 13 && unit !== 11;
}
