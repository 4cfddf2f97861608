/**
 * Replies of a server, read with care: what stands in the place of one can be anything, and errors of
 * the language would repeat it.
 *
 * @module
 */
import { StoreUnavailableError } from '../../../errors.ts';

/**
 * Gives a reply as text, or null where the server had none: with a type mapping node-redis answers
 * with Buffers.
 *
 * @throws {@link StoreUnavailableError} (`store_unavailable`) when it is no text.
 */
export function replyText(reply: unknown): string | null {
  if (reply === null || typeof reply === 'string') return reply;
  if (reply instanceof Uint8Array) return reply.toString();
  throw noReply();
}

/**
 * Gives what a reply says as JSON.
 *
 * @throws {@link StoreUnavailableError} (`store_unavailable`) when it is no JSON.
 */
export function replyJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw noReply();
  }
}

/**
 * Gives the texts of a reply that is a list.
 *
 * @throws {@link StoreUnavailableError} (`store_unavailable`) when it is no list.
 */
export function replyTexts(reply: unknown): string[] {
  if (!Array.isArray(reply)) throw noReply();
  return reply.map(String);
}

function noReply(): StoreUnavailableError {
  return new StoreUnavailableError('Redis gave a reply that is none of the command');
}
