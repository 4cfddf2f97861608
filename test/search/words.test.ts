/**
 * The words by which searches compare, and the snippets that show them.
 *
 * @module
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { snippetOf } from '../../src/search/snippet.ts';
import { MOST_WORDS, placedWords, searchedWords, wordsOf } from '../../src/search/words.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        'Ünder',
        'ground',
        '東京都',
        ' ',
        '_',
        'ﬁ',
        'e\u0301',
        '😀',
        'ㄱ',
        'ภาษา',
        'ー',
        'ｶﾞ',
      ),
    )
    .map((parts) => parts.join('')),
);

describe('words', () => {
  test.each([
    ['Café ÉCLAIR', ['cafe', 'eclair']],
    ['straße ΟΔΟΣ İstanbul', ['straße', 'οδος', 'istanbul']],
    ['get_weather({"city":"Oslo"})', ['get', 'weather', 'city', 'oslo']],
    ['ﬁne ½ №5 ℡', ['fine', '12', '5']],
    ['한국어 नमस्ते', ['한국어', 'नमस्ते']],
    ['東京都', ['東', '京', '東京', '都', '京都']],
    ['コーヒー', ['コ', 'ー', 'コー', 'ヒ', 'ーヒ', 'ヒー']],
    ['ｶﾞｰ', ['ガ', 'ー', 'ガー']],
    ['a\u0301b x😀y', ['ab', 'x', 'y']],
    ['--- "…"', []],
  ])('of %j', (given, words) => {
    expect([...wordsOf(given)]).toEqual(words);
  });

  test('only the first of very many and very long ones count', () => {
    const many = Array.from({ length: MOST_WORDS + 1 }, (_, index) => `w${index}`).join(' ');
    expect(wordsOf(many).size).toBe(MOST_WORDS);
    expect([...wordsOf('x'.repeat(100_000))]).toEqual(['x'.repeat(64)]);
    expect([...wordsOf('é'.repeat(100_000))]).toEqual(['e'.repeat(64)]);
  });

  test('of a very long text only the beginning is looked at', () => {
    const long = `${'go '.repeat(33_000)}near ${'go '.repeat(1000)}far`;
    expect([...wordsOf(long)]).toEqual(['go', 'near']);
  });

  test('are letters and digits, and stand where they say', () => {
    fc.assert(
      fc.property(text, (given) => {
        let last = 0;
        for (const { word, start, end } of placedWords(given)) {
          expect(word).toMatch(/^[\p{L}\p{N}\p{M}\uFFFD]+$/u);
          expect(word.length).toBeLessThanOrEqual(64);
          expect(end).toBeGreaterThan(start);
          expect(start).toBeGreaterThanOrEqual(last - 32);
          expect([...wordsOf(given.slice(start, end))]).toContain(word);
          last = start;
        }
      }),
    );
  });

  test('any part of a text between its words finds it', () => {
    fc.assert(
      fc.property(text, fc.nat(), fc.nat(), (given, one, other) => {
        const placed = [...placedWords(given)];
        if (placed.length === 0) return;
        const [first, last] = [one % placed.length, other % placed.length].toSorted(
          (a, b) => a - b,
        );
        const from = placed[first ?? 0]?.start ?? 0;
        const part = given.slice(from, Math.max(from, placed[last ?? 0]?.end ?? 0));
        const words = wordsOf(given);
        expect([...searchedWords(part)].filter((word) => !words.has(word))).toEqual([]);
      }),
    );
  });

  test('of a text without spaces the pairs are searched', () => {
    expect([...searchedWords('東京都 x')]).toEqual(['東京', '京都', 'x']);
    expect([...searchedWords('京')]).toEqual(['京']);
  });
});

describe('a snippet', () => {
  test('is a part of the text, with the words marked', () => {
    fc.assert(
      fc.property(text, text, text, (before, match, behind) => {
        const given = `${before.repeat(20)} ${match} ${behind.repeat(20)}`;
        const words = searchedWords(match);
        const parts = snippetOf(given, words);
        const shown = parts.map((part) => part.text).join('');
        const cut = shown.replace(/^…/u, '').replace(/…$/u, '');
        expect(given.includes(cut) || given.includes(shown)).toBe(true);
        expect(parts.every((part) => part.text !== '')).toBe(true);
        expect(parts.some(({ isMatch }) => isMatch)).toBe(words.size > 0);
        for (const part of parts.filter(({ isMatch }) => isMatch)) {
          expect([...wordsOf(part.text)].some((word) => words.has(word))).toBe(true);
        }
        expect(given.isWellFormed() && !shown.isWellFormed()).toBe(false);
      }),
    );
  });

  test('of a short text is all of it', () => {
    expect(snippetOf('Where is it?', new Set(['is']))).toEqual([
      { text: 'Where ', isMatch: false },
      { text: 'is', isMatch: true },
      { text: ' it?', isMatch: false },
    ]);
  });

  test('is short where a word is as long as the text', () => {
    for (const long of ['東'.repeat(100_000), '𠀀'.repeat(100_000), 'x'.repeat(100_000)]) {
      const parts = snippetOf(long, wordsOf(long));
      const shown = parts.map((part) => part.text).join('');
      expect(shown.length).toBeLessThan(500);
      expect(shown.isWellFormed()).toBe(true);
      expect(parts[0]?.isMatch).toBe(true);
      expect(shown.endsWith('…')).toBe(true);
    }
  });

  test('ends between words where it can', () => {
    const [first, , last] = snippetOf(
      `${'word '.repeat(60)}needle${' more'.repeat(90)}`,
      new Set(['needle']),
    );
    expect(first?.text).toMatch(/^…(?: word)+ $/u);
    expect(last?.text).toMatch(/^(?: more)+…$/u);
  });
});
