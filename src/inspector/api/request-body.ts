/**
 * The body of a request that changes something.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';

import { isRecord } from '../../document/is-record.ts';
import { InvalidInputError } from '../../errors.ts';
import { refusal } from './failures.ts';

const MOST_BYTES = 1_048_576;

/**
 * Refuses a body that is too large.
 */
export function limitedBody(): MiddlewareHandler {
  return bodyLimit({
    maxSize: MOST_BYTES,
    onError: (context) => refusal(context, 413, 'too_large'),
  });
}

/**
 * Refuses a body of another type than JSON: a form of another page can send text, and no JSON.
 */
export const jsonOnly: MiddlewareHandler = async (context, next) => {
  const type = context.req.header('content-type') ?? '';
  if (!/^application\/json\s*(?:;|$)/iu.test(type)) {
    return refusal(context, 415, 'unsupported_media_type');
  }
  return next();
};

/**
 * Gives the members of the body, which are not checked yet.
 *
 * @throws `InvalidInputError` (`invalid_input`).
 */
export async function bodyOf(context: Context): Promise<Partial<Record<string, unknown>>> {
  let body: unknown;
  try {
    body = await context.req.json();
  } catch {
    // The error of the parser has text of the body.
    throw new InvalidInputError('body', 'must be JSON');
  }
  if (isRecord(body)) return { ...body };
  throw new InvalidInputError('body', 'must be an object');
}
