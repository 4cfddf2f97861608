/**
 * Values as JSON for the page.
 *
 * @module
 */
import type { Context } from 'hono';

import { isBytes, toBase64 } from '../../items/item-bytes.ts';

/**
 * Answers with a value as JSON: times as ISO 8601, bytes as the stored document has them.
 */
export function jsonAnswer(context: Context, value: unknown): Response {
  const text = JSON.stringify(value, (_, member: unknown) => withoutBytes(member));
  return context.body(text, 200, { 'Content-Type': 'application/json' });
}

/** `JSON.stringify` would make an object of them, with a member for each byte. */
function withoutBytes(member: unknown): unknown {
  const isObject = typeof member === 'object' && member !== null;
  return isObject && isBytes(member) ? { $bytes: toBase64(member) } : member;
}
