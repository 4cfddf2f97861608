/**
 * The words of a text, as searches compare them: neither case, nor accents, nor the form of a character
 * count. Every store finds by these, so all of them find the same.
 *
 * @module
 */

/** Letters, digits, and the marks that belong to them. */
const RUN = /[\p{L}\p{N}\p{M}]+/gu;
/** Characters that are written without spaces between words; the marks that make vowels long count as such. */
const SPACELESS = String.raw`[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\u30FC\uFF70]`;
const HAS_SPACELESS = new RegExp(SPACELESS, 'u');
const IS_SPACELESS = new RegExp(`^${SPACELESS}`, 'u');
/** One of these with its marks, or what is between. */
const PART = new RegExp(String.raw`${SPACELESS}[\p{M}\uFF9E\uFF9F]*|(?:(?!${SPACELESS}).)+`, 'gsu');
const ACCENTS = /[\u0300-\u036F]+/gu;
const NO_LETTERS = /[^\p{L}\p{N}\p{M}]+/gu;
const ASCII = /^[\0-\u007F]*$/u;
const ASCII_RUN = /[a-z0-9]+/giu;

/** Of a longer word these characters count. */
const LONGEST_WORD = 64;

/**
 * The most different words of a message that it is found by: those behind them are not looked at.
 */
export const MOST_WORDS = 2000;

/** Of a message this much of the text is looked at, so that a long one holds up the process for no longer. */
const MOST_CHARACTERS = 100_000;

/**
 * A word, and where it stands: offsets into the text, in UTF-16 code units.
 */
export interface PlacedWord {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Gives the words of a text one after another. Where a script has no spaces between words, each
 * character is one, and each two that follow each other are one.
 *
 * @yields the words, also those that came before.
 */
export function* placedWords(text: string): Generator<PlacedWord, void> {
  if (ASCII.test(text)) {
    for (const { 0: run, index } of text.matchAll(ASCII_RUN)) {
      const word = run.slice(0, LONGEST_WORD).toLowerCase();
      yield { word, start: index, end: index + run.length };
    }
    return;
  }
  const wordOf = remembered(folded);
  for (const { 0: run, index } of text.matchAll(RUN)) yield* wordsOfRun(run, index, wordOf);
}

/**
 * Gives the different words of a text, the first {@link MOST_WORDS} of them within the first 100,000
 * characters.
 */
export function wordsOf(text: string): Set<string> {
  const words = new Set<string>();
  for (const { word } of placedWords(text.slice(0, MOST_CHARACTERS))) {
    if (words.size === MOST_WORDS) break;
    words.add(word);
  }
  return words;
}

/**
 * Gives the words of a text that somebody searches: of characters without spaces between words the pairs,
 * where there are any, as they say more than each character.
 */
export function searchedWords(text: string): Set<string> {
  const placed = [...placedWords(text)];
  const isPart = ({ start, end }: PlacedWord): boolean =>
    placed.some((other) => {
      const isLonger = other.end - other.start > end - start;
      return isLonger && other.start <= start && other.end >= end;
    });
  return new Set(placed.filter((one) => !isPart(one)).map(({ word }) => word));
}

function* wordsOfRun(
  run: string,
  offset: number,
  wordOf: (part: string) => string,
): Generator<PlacedWord, void> {
  if (!HAS_SPACELESS.test(run)) {
    const word = wordOf(run);
    if (word !== '') yield { word, start: offset, end: offset + run.length };
    return;
  }
  let before: PlacedWord | null = null;
  for (const { 0: part, index } of run.matchAll(PART)) {
    const word = wordOf(part);
    const start = offset + index;
    const end = start + part.length;
    const placed = { word, start, end };
    if (word !== '') yield placed;
    const isSpaceless = IS_SPACELESS.test(part);
    if (isSpaceless && before !== null) {
      yield { word: before.word + word, start: before.start, end };
    }
    before = isSpaceless ? placed : null;
  }
}

/** A long text mostly says the same words again. */
function remembered(wordOf: (part: string) => string): (part: string) => string {
  const known = new Map<string, string>();
  return (part) => {
    const word = known.get(part) ?? wordOf(part);
    known.set(part, word);
    return word;
  };
}

function folded(part: string): string {
  const plain = part.toLowerCase().normalize('NFKD').replaceAll(ACCENTS, '');
  // Taking a character apart can give capitals and signs.
  const letters = plain.toLowerCase().replaceAll(NO_LETTERS, '').normalize('NFC');
  return letters.slice(0, LONGEST_WORD).toWellFormed();
}
