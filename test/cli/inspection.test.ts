/**
 * Looking into sessions with the command, on every kind of store.
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { closeStores, JSONSession } from '../../src/index.ts';
import { ownPrefix, SHARED_STORES } from '../processes/shared-stores.ts';
import { CommandProcess, jsonLines, runCommand } from './command-process.ts';

/** What a hostile user could write: moves the cursor, changes the title, turns the text around. */
const HOSTILE = 'a\u001B[2J\u001B]0;title\u0007b\u009Bc\u202Ed';

afterAll(closeStores);

describe.each(SHARED_STORES)('in %s', (_, urlOf) => {
  const keyPrefix = ownPrefix();
  let url: string;
  let place: readonly string[];

  beforeAll(async () => {
    url = urlOf();
    place = ['--url', url, '--prefix', keyPrefix];
    const trip = await open('trip', 'ada');
    await trip.setAttributes({ title: 'Trip' });
    await trip.addMessage({ role: 'user', content: 'Where to?\nAnd when?' });
    await trip.addMessage({ role: 'assistant', content: 'To Rome.', agent: 'Travel', tokens: 7 });
    await trip.trackAgent('Travel');
    const hostile = await open('hostile', 'eve\u001B[31m');
    await hostile.addMessage({ role: 'user', content: HOSTILE });
  });

  async function open(sessionId: string, userId: string): Promise<JSONSession> {
    return JSONSession.create({ sessionId, userId, url, keyPrefix, ttl: 600 });
  }

  test('list gives lines of JSON in a pipe, and a table on a terminal', async () => {
    const { code, output, errors } = await runCommand([...place, 'list', '--order-by', 'id']);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(jsonLines(output)).toMatchObject([
      { sessionId: 'hostile', messageCount: 1 },
      { sessionId: 'trip', userId: 'ada', messageCount: 2, totalTokens: 7 },
    ]);
    const table = await runCommand([...place, 'list', '--user', 'ada'], { isTerminal: true });
    expect(table.code).toBe(0);
    expect(table.output).toMatch(/SESSION +USER +AGENT +MESSAGES +TOKENS +WRITTEN +EXPIRES/u);
    expect(table.output).toMatch(/trip +ada +Travel +2 +7 (?:.*ago|now) +in \d+ min\./u);
    expect(table.output).not.toContain('hostile');
  });

  test('list filters, and goes on from a cursor', async () => {
    const first = await runCommand([...place, 'list', '--limit', '1', '--order-by', 'id']);
    const cursor = /--cursor (?<cursor>\S+)/u.exec(first.errors)?.groups?.['cursor'] ?? '';
    const next = await runCommand([
      ...place,
      'list',
      '--limit',
      '1',
      '--order-by',
      'id',
      '--cursor',
      cursor,
    ]);
    const all = [first, next].flatMap(({ output }) => jsonLines(output));
    expect(all).toMatchObject([{ sessionId: 'hostile' }, { sessionId: 'trip' }]);
    const whole = await runCommand([...place, 'list', '--limit', '1', '--all']);
    expect(jsonLines(whole.output)).toHaveLength(2);
    const found = await runCommand([...place, 'list', '--attribute', 'title=Trip']);
    expect(jsonLines(found.output)).toMatchObject([{ sessionId: 'trip' }]);
    const old = await runCommand([...place, 'list', '--since', '2100-01-01']);
    expect(old).toEqual({ code: 0, output: '', errors: '' });
  });

  test('search finds messages, and shows the words', async () => {
    const there = url.startsWith('redis') ? ['--url', `${url}?search=true`] : [];
    const writing = { url: there[1] ?? url, keyPrefix };
    await using session = await JSONSession.open({ ...writing, sessionId: 'found', userId: 'ada' });
    await session.addMessage({ role: 'user', content: `Where is my refund? ${HOSTILE}` });
    const args = [...place, ...there, 'search', 'REFUND', 'where'];
    const { code, output, errors } = await runCommand(args);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(jsonLines(output)).toMatchObject([
      { sessionId: 'found', userId: 'ada', index: 0, role: 'user' },
    ]);
    const shown = await runCommand([...args, '--user', 'ada'], { isTerminal: true });
    expect(shown.output).toContain('\u001B[33mrefund\u001B[39m');
    expect(shown.output).not.toContain('\u001B[2J');
    expect(shown.output).not.toContain('\u202E');
    const read = [...place, 'search', 'refund', '--user', 'ada', '--scan'];
    expect(jsonLines((await runCommand(read)).output)).toHaveLength(1);
    const few = await runCommand([...read, '--scan-limit', '1']);
    expect(few.errors).toContain('--scan-limit');
    const none = await runCommand([...args, '--role', 'tool']);
    expect(none).toMatchObject({ code: 0, output: '' });
    if (there.length === 0) expect(none.errors).toBe('');
    else expect(none.errors).toContain('reindex');
    await session.delete();
  });

  test('show gives the transcript', async () => {
    const { code, output } = await runCommand([...place, 'show', 'trip']);
    expect(code).toBe(0);
    expect(jsonLines(output)).toMatchObject([
      { role: 'user', content: 'Where to?\nAnd when?', agent: null },
      { role: 'assistant', content: 'To Rome.', agent: 'Travel', tokens: 7 },
    ]);
    const readable = await runCommand([...place, 'show', 'trip', '--no-json']);
    expect(readable.output).toMatch(
      /^trip\nuser ada · 2 messages · 7 tokens · written .* · expires in/u,
    );
    expect(readable.output).toMatch(
      /user {2}\d{4}-\d\d-\d\d [\d:]{8} · [\da-f]{16}\n {2}Where to\?\n {2}And when\?\n/u,
    );
    expect(readable.output).toMatch(
      /assistant Travel {2}\S+ \S+ · 7 tokens · [\da-f]{16}\n {2}To Rome\.\n/u,
    );
    const filtered = await runCommand([...place, 'show', 'trip', '--role', 'user']);
    expect(jsonLines(filtered.output)).toHaveLength(1);
  });

  test('query gives values as lines of JSON', async () => {
    for (const mode of ['--json', '--no-json']) {
      const asked = ['query', 'trip', '$.messages[?@.tokens > 1].content', mode];
      const found = await runCommand([...place, ...asked]);
      expect(found).toEqual({ code: 0, output: '"To Rome."\n', errors: '' });
    }
    const all = await runCommand([...place, 'query', 'trip', "$['user_id', 'attributes']"]);
    expect(jsonLines(all.output)).toEqual(['ada', { title: 'Trip' }]);
    const none = await runCommand([...place, 'query', 'trip', '$.nothing']);
    expect(none).toEqual({ code: 0, output: '', errors: '' });
    const bad = await runCommand([...place, 'query', 'trip', '$.messages[?length(@.a) > 1]']);
    expect(bad).toMatchObject({ code: 2, output: '', errors: expect.stringContaining('path') });
    const lost = await runCommand([...place, 'query', 'lost', '$']);
    expect(lost).toMatchObject({ code: 3, output: '' });
  });

  test('no stored text reaches a terminal as more than text', async () => {
    for (const args of [
      ['show', 'hostile'],
      ['show', 'hostile', '--json'],
      ['query', 'hostile', '$.messages[*].content'],
      ['list'],
      ['stats'],
    ]) {
      const { output } = await runCommand([...place, ...args], {
        isTerminal: true,
        env: { NO_COLOR: '1' },
      });
      const shown = output.replaceAll('\r\u001B[K', '');
      expect(shown.replaceAll(/[\r\n]/gu, '')).not.toMatch(/[\p{Cc}\u202E]/u);
    }
    const { output } = await runCommand([...place, 'show', 'hostile', '--no-json']);
    expect(output).toContain(String.raw`a\x1b[2J\x1b]0;title\x07b\x9bc\u202ed`);
    const piped = await runCommand([...place, 'show', 'hostile']);
    expect(jsonLines(piped.output)).toMatchObject([{ content: HOSTILE }]);
  });

  test('tail -f shows messages as they come, whatever is removed, until Ctrl-C', async () => {
    // Redis tells of changes; a file is looked at.
    const interval = url.startsWith('redis') ? '600000' : '20';
    const session = await open('tail', 'ada');
    const say = async (content: string): Promise<unknown> =>
      session.addMessage({ role: 'user', content });
    for (const text of ['first', 'second', 'third']) await say(text);
    const tail = new CommandProcess([...place, 'tail', '-f', 'tail', '-n', '1', '-i', interval]);
    await tail.until('third');
    await say('fourth');
    await tail.until('fourth');
    await session.popTurn();
    await say('fifth');
    await tail.until('fifth');
    await session.clear();
    await say('sixth');
    await tail.until('sixth');
    tail.signal();
    const { code, output, errors } = await tail.end;
    expect({ code, errors }).toEqual({ code: 130, errors: '' });
    const texts = jsonLines(output).map((line) => (line as { content: string }).content);
    expect(texts).toEqual(['third', 'fourth', 'fifth', 'sixth']);
  });

  test('tail -f ends when the session does', async () => {
    const session = await open('ending', 'ada');
    await session.addMessage({ role: 'user', content: 'hello' });
    const tail = new CommandProcess([...place, 'tail', '-f', 'ending', '-i', '20']);
    await tail.until('hello');
    await session.delete();
    const { code, errors } = await tail.end;
    expect({ code, errors }).toMatchObject({ code: 3, errors: expect.stringMatching(/ending/u) });
  });

  test('stats sums up', async () => {
    const { output } = await runCommand([...place, 'stats', '--user', 'ada', '--agent', 'Travel']);
    expect(jsonLines(output)).toMatchObject([
      {
        sessions: 1,
        messages: 2,
        tokens: 7,
        users: { ada: { sessions: 1, messages: 2, tokens: 7 } },
      },
    ]);
    const table = await runCommand([...place, 'stats', '--no-json']);
    expect(table.output).toMatch(/USER +SESSIONS +MESSAGES +TOKENS\n/u);
    expect(table.output).toMatch(/AGENT +SESSIONS +TOKENS\nTravel +1 +0/u);
  });
});
