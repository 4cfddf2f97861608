/**
 * The part of a message that shows why it was found.
 *
 * @module
 */
import { placedWords } from './words.ts';

/** About how many characters are shown, and how many of them stand before the first word that was found. */
const SHOWN = 160;
const SHOWN_BEFORE = 40;
/** The most that is shown, where a word that was found goes on. */
const MOST_SHOWN = 400;

/**
 * A piece of a snippet, in the order of the text.
 */
export interface SnippetPart {
  /** As it stands in the message. */
  text: string;
  /** Whether it is a word that was searched. */
  isMatch: boolean;
}

/**
 * Cuts the part out of a text where the first of some words stands, and marks them.
 *
 * @param words - As `wordsOf` gives them.
 */
export function snippetOf(text: string, words: ReadonlySet<string>): SnippetPart[] {
  const matches: { start: number; end: number }[] = [];
  let [from, to] = [0, text.length];
  for (const { word, start, end } of placedWords(text)) {
    if (start >= to) break;
    if (!words.has(word)) continue;
    if (matches.length === 0) [from, to] = bounds(text, start);
    const last = matches.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else matches.push({ start, end });
  }
  if (matches.length === 0) [from, to] = bounds(text, 0);
  const last = matches.at(-1);
  // A run of characters without spaces can be as long as the text.
  if (last !== undefined) last.end = Math.min(last.end, wholeUpTo(text, from + MOST_SHOWN));
  return partsOf(text, { from, to: Math.max(to, last?.end ?? 0) }, matches);
}

/** From and up to a space, if there is one nearby. */
function bounds(text: string, match: number): [from: number, to: number] {
  const wanted = match - SHOWN_BEFORE;
  const from = wanted <= 0 ? 0 : spaceNear(text, wanted, match);
  const to = from + SHOWN;
  return [from, to >= text.length ? text.length : spaceNear(text, to, to + SHOWN_BEFORE)];
}

function spaceNear(text: string, from: number, to: number): number {
  const space = text.slice(from, to).search(/\s/u);
  return space === -1 ? wholeUpTo(text, from) : from + space;
}

/** Half of a character is never cut off. */
function wholeUpTo(text: string, end: number): number {
  return /^[\uDC00-\uDFFF]/u.test(text.slice(end, end + 1)) ? end - 1 : end;
}

function partsOf(
  text: string,
  { from, to }: { from: number; to: number },
  matches: readonly { start: number; end: number }[],
): SnippetPart[] {
  const parts: SnippetPart[] = [];
  let at = from;
  const add = (end: number, isMatch: boolean, [before, behind] = ['', '']): void => {
    const piece = before + text.slice(at, end) + behind;
    if (piece !== '') parts.push({ text: piece, isMatch });
    at = end;
  };
  const cut = { before: from > 0 ? '…' : '', behind: to < text.length ? '…' : '' };
  for (const { start, end } of matches) {
    add(start, false, [parts.length === 0 ? cut.before : '', '']);
    add(end, true);
  }
  add(to, false, [parts.length === 0 ? cut.before : '', cut.behind]);
  return parts;
}
