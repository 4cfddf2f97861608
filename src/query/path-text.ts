/**
 * Names and texts in a path.
 *
 * @module
 */
import { refused } from './query-limits.ts';

/** Control characters can be written as escapes alone, which servers read in their own ways. */
const CONTROL = /\p{Cc}/u;

/**
 * Checks a name of a path, or a text that a filter compares with.
 */
export function checkPathText(text: string): string {
  if (CONTROL.test(text)) throw refused('must have no control characters in names and texts');
  if (!text.isWellFormed()) throw refused('must have no half of a surrogate pair');
  return text;
}
