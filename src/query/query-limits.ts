/**
 * How much a path may say, so that none can hurt a server.
 *
 * @module
 */
import { InvalidInputError } from '../errors.ts';

/** Characters of a path. */
export const MOST_CHARACTERS = 1000;
/** Segments behind the root. */
export const MOST_SEGMENTS = 16;
/** Comparisons and tests of all filters. */
export const MOST_TESTS = 16;
/** Names of one selection, or on the way to what a filter looks at. */
export const MOST_NAMES = 16;
/** Some servers end when they read a larger integer. */
export const MOST_INTEGER = 2_147_483_647;
/** How deep `&&` and `||` may be inside each other. */
export const MOST_NESTING = 4;

/**
 * What is wrong with a path. It does not repeat the path, which may hold text of a conversation.
 */
export function refused(reason: string): InvalidInputError {
  return new InvalidInputError('path', reason);
}
