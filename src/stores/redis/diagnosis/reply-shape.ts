/**
 * Replies of either protocol version, through either client, in one shape.
 *
 * @module
 */
import { replyText } from '../clients/reply.ts';

/**
 * Gives a reply that is a list or a set as an array.
 */
export function listOf(reply: unknown): unknown[] {
  if (Array.isArray(reply)) return reply;
  return reply instanceof Set ? [...reply] : [];
}

/**
 * Gives a reply that names fields: names and values in turn, or a map.
 */
export function fieldsOf(reply: unknown): Map<string, unknown> {
  if (Array.isArray(reply)) {
    const pairs = reply.flatMap((name: unknown, index) =>
      index % 2 === 0 ? [[textOf(name), reply[index + 1] as unknown] as const] : [],
    );
    return new Map(pairs);
  }
  const isFields = typeof reply === 'object' && reply !== null;
  const pairs = reply instanceof Map ? [...reply] : Object.entries(isFields ? reply : {});
  return new Map(pairs.map(([name, value]) => [textOf(name), value as unknown]));
}

/**
 * Gives a reply as text; empty where it is none.
 */
export function textOf(reply: unknown): string {
  if (typeof reply === 'number') return String(reply);
  return typeof reply === 'string' || reply instanceof Uint8Array ? (replyText(reply) ?? '') : '';
}
