/**
 * Contract: by which words messages are found.
 *
 * @module
 */
import assert from 'node:assert/strict';

import { say } from '../conversation.ts';
import { ofAda, type SearchCase, searchCases } from '../finder.ts';
import type { Topic } from '../topic.ts';

const WORDS: Readonly<Record<string, SearchCase>> = {
  'a message is found by its words, whatever their case, accents and signs': async (
    scope,
    finder,
  ) => {
    const session = ofAda(scope);
    await say(session, 'Could I get a REFUND for my order №4711 at the Café, please?');
    await say(session, 'Straße, ΟΔΟΣ, get_weather({"city":"Zürich"})');
    for (const text of [
      'refund',
      'ReFund order',
      '  please!! (order)',
      'cafe',
      'Cafe\u0301 4711',
    ]) {
      assert.deepEqual(await finder.places(text), ['chat 0'], text);
    }
    for (const text of ['straße', 'οδος', 'weather zurich', 'city']) {
      assert.deepEqual(await finder.places(text), ['chat 1'], text);
    }
    for (const text of ['refunds', 'fund', 'refund weather', 'strasse', 'no']) {
      assert.deepEqual(await finder.places(text), [], text);
    }
  },

  'text without spaces between words is found where it stands': async (scope, finder) => {
    const session = ofAda(scope);
    await say(session, '明日は東京都に行きます');
    await say(session, '京都の天気');
    assert.deepEqual(await finder.places('東京'), ['chat 0']);
    assert.deepEqual(await finder.places('京都'), ['chat 1', 'chat 0']);
    assert.deepEqual(await finder.places('京'), ['chat 1', 'chat 0']);
    assert.deepEqual(await finder.places('東京 天気'), []);
  },

  'a snippet shows the words in their surroundings': async (scope, finder) => {
    const before = 'This stands a long way before what is searched. '.repeat(20);
    await say(ofAda(scope), `${before}Where is my Ünderground ticket?${' And so on.'.repeat(50)}`);
    const [found] = await finder.messages('underground TICKET');
    const matches = found?.snippet.filter(({ isMatch }) => isMatch).map(({ text }) => text);
    assert.deepEqual(matches, ['Ünderground', 'ticket']);
    const text = found?.snippet.map((part) => part.text).join('') ?? '';
    assert.match(text, /^….*Where is my Ünderground ticket\? And so on\..*…$/u);
    assert.ok(text.length < 250, `it has ${text.length} characters`);
  },

  'hostile text is data': async (scope, finder) => {
    const session = ofAda(scope);
    const texts = [
      'quote"mark',
      '@words:{x} | (y) -z',
      "'; DROP TABLE entries; --",
      'NEAR(one two) AND NOT three*',
      String.raw`\"]}) => [KNN 1 @v $b]`,
      '%%fuzzy%% ~opt $w0 {a|b}',
      '\u0000null\u202Ebidi\uD800half',
    ];
    for (const text of texts) await say(session, text.toWellFormed().replaceAll('\0', ''));
    for (const [index, text] of texts.entries()) {
      assert.deepEqual(await finder.places(text), [`chat ${index}`], text);
    }
    for (const text of ['x | nothing', '-nothing z', 'thr*', 'words:nothing', 'NOT']) {
      const expected = text === 'NOT' ? ['chat 3'] : [];
      assert.deepEqual(await finder.places(text), expected, text);
    }
  },
};

/**
 * The words of messages, and how they are shown.
 */
export const SEARCH_WORDS: Topic = {
  title: 'search',
  needs: 'nothing',
  cases: searchCases(WORDS),
};
