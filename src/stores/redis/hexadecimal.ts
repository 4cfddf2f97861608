/**
 * Texts that scripts put into paths and JSON as they are.
 *
 * @module
 */
import { InvalidInputError } from '../../errors.ts';

/**
 * Gives the text, which is nothing but hexadecimal digits.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) naming the field when it is something else.
 */
export function hexadecimal(text: string, field: string): string {
  if (typeof text === 'string' && /^[\da-f]+$/u.test(text)) return text;
  throw new InvalidInputError(field, 'must be hexadecimal digits');
}

/**
 * Gives the mark of a run: hexadecimal digits and colons.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) when it is something else.
 */
export function markText(mark: string | null): string | null {
  if (mark === null || (typeof mark === 'string' && /^[\da-f:]+$/u.test(mark))) return mark;
  throw new InvalidInputError('run.mark', 'must be hexadecimal digits and colons');
}
