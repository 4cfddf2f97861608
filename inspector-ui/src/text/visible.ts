/**
 * Characters that cannot be seen, or that turn what stands around them.
 *
 * @module
 */

/** Controls, marks of direction, and characters without width. */
const MISLEADING =
  // oxlint-disable-next-line eslint/no-control-regex
  /[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/gu;

/** What has no place in a text of lines either: controls, and what turns all text around it. */
const MISLEADING_IN_LINES =
  // oxlint-disable-next-line eslint/no-control-regex
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/gu;

/** A piece of a text, as it is or as an escape. */
export interface TextPiece {
  text: string;
  isEscape: boolean;
}

/** Gives a name, an id or another text of one line in pieces, with an escape for what misleads. */
export function lineOf(text: string): TextPiece[] {
  return piecesOf(text, MISLEADING);
}

/** Gives a text of lines in pieces, with an escape for what misleads. */
export function linesOf(text: string): TextPiece[] {
  return piecesOf(text.replaceAll('\r\n', '\n'), MISLEADING_IN_LINES);
}

/** Gives a text of one line with escapes, where it can only be a text. */
export function plainLine(text: string): string {
  return lineOf(text)
    .map((piece) => piece.text)
    .join('');
}

function piecesOf(text: string, misleading: RegExp): TextPiece[] {
  const pieces: TextPiece[] = [];
  let end = 0;
  for (const { 0: character, index } of text.matchAll(misleading)) {
    if (index > end) pieces.push({ text: text.slice(end, index), isEscape: false });
    pieces.push({ text: escapeOf(character), isEscape: true });
    end = index + character.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), isEscape: false });
  return pieces;
}

function escapeOf(character: string): string {
  const named: Record<string, string> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' };
  const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return named[character] ?? `\\u${code}`;
}
