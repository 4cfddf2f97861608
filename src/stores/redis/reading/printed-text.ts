/**
 * Names and texts in JSONPaths for the server: in quotes that none of their characters can end.
 *
 * @module
 */
import { InvalidInputError } from '../../../errors.ts';

/**
 * Says whether the server reads a name as it was meant: it does not see the blanks around one.
 */
export function isReadName(name: string): boolean {
  return name.trim() === name;
}

/**
 * Says whether the server reads a text that is compared with as it was meant: it does not see the blanks
 * before one, and takes escapes of quotes for what they stand in.
 */
export function isReadText(text: string): boolean {
  return isReadName(text) && (!/['"]/u.test(text) || /^[^"\\]*$|^[^'\\]*$/u.test(text));
}

/**
 * Prints a name.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) of the field `path`.
 */
export function printedName(name: string): string {
  return `"${checked(name).replaceAll(/["\\]/gu, String.raw`\$&`)}"`;
}

/**
 * Prints a text that is compared with.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) of the field `path`.
 */
export function printedText(text: string): string {
  if (!isReadText(checked(text))) throw refused();
  return text.includes('"') ? `'${text}'` : printedName(text);
}

/**
 * What is wrong with a path that is not sent to a server.
 */
export function refused(): InvalidInputError {
  return new InvalidInputError('path', 'has something that is not sent to a server');
}

function checked(text: string): string {
  if (typeof text !== 'string' || /\p{Cc}/u.test(text) || !text.isWellFormed()) throw refused();
  return text;
}
