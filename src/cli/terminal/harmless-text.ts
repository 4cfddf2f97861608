/**
 * Stored text for a terminal: what others wrote must not move the cursor, change colours or titles, or
 * turn the order of what is read.
 *
 * @module
 */

/** Controls, and what changes the direction of text; JSON has escaped the controls below U+0020. */
const HARMFUL = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu;
const LINE_CONTROLS = new Set(['\n', '\t']);

/**
 * Gives text of several lines with each control as its escape: `\x1b`, `\u202e`.
 */
export function harmlessText(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(HARMFUL, (control) => (LINE_CONTROLS.has(control) ? control : escapeOf(control)));
}

/**
 * Gives text of one line.
 */
export function harmlessLine(text: string): string {
  return harmlessText(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/**
 * Gives a value as JSON in one line that is the same value and harmless.
 */
export function harmlessJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(HARMFUL, longEscapeOf);
}

function escapeOf(control: string): string {
  const digits = control.charCodeAt(0).toString(16);
  return digits.length > 2 ? longEscapeOf(control) : `\\x${digits.padStart(2, '0')}`;
}

function longEscapeOf(control: string): string {
  return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
