/**
 * The id of a session in the path of a request.
 *
 * @module
 */
import type { Context } from 'hono';

import { InvalidInputError } from '../../errors.ts';
import { checkId } from '../../session/input-validation.ts';

/**
 * Gives the id of the session that a request is about. It stands in the path as `encodeURIComponent`
 * gives it, or that behind a bare `=`: without, `.`, `..` and `count` would be something else in a path.
 *
 * @throws `InvalidInputError` (`invalid_input`).
 */
export function sessionIdOf(context: Context): string {
  // The router has decoded the path in part, and an id can have a slash or a percent sign.
  const { pathname } = new URL(context.req.url);
  const segment = /\/api\/sessions\/(?<id>[^/]+)(?:\/[a-z]+)?$/u.exec(pathname)?.groups?.['id'];
  return checkId(decoded(segment ?? ''), 'sessionId');
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment.replace(/^[=]/u, ''));
  } catch {
    throw new InvalidInputError('sessionId', 'must be percent-encoded UTF-8');
  }
}
