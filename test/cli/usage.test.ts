/**
 * How the command behaves as a program: help, exit codes, pipes, colours, completions.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';

import packageJson from '../../package.json' with { type: 'json' };
import { JSONSession } from '../../src/index.ts';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { newProgram } from '../../src/cli/program.ts';
import { ownPrefix, temporaryFolder } from '../processes/shared-stores.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { CommandProcess, jsonLines, runCommand } from './command-process.ts';

const PROGRAM = newProgram(() => async () => {});
const NAMES = PROGRAM.commands
  .map((command) => command.name())
  .filter((name) => name !== 'complete');

describe('help', () => {
  test('names every command, and each has examples', async () => {
    const { code, output } = await runCommand(['--help']);
    expect(code).toBe(0);
    for (const name of NAMES) expect(output).toMatch(new RegExp(`^  ${name} `, 'mu'));
    for (const command of newProgram(() => async () => {}).commands) {
      if (!NAMES.includes(command.name())) continue;
      let help = '';
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      expect(help).toMatch(new RegExp(`^  \\$ json-session ${command.name()}`, 'mu'));
      expect(help).toContain('--url');
    }
  });

  test('and the version are no failures', async () => {
    expect(await runCommand(['--version'])).toEqual({
      code: 0,
      output: `${packageJson.version}\n`,
      errors: '',
    });
    expect((await runCommand(['help', 'list'])).code).toBe(0);
  });
});

test('exit codes, commands and options are in the documentation', () => {
  const page = readFileSync('docs/command.md', 'utf8');
  const codes = [...page.matchAll(/^\| (?<code>\d+) /gmu)].map(({ groups }) =>
    Number(groups?.['code']),
  );
  expect(codes).toEqual(Object.values(EXIT));
  const rows = [...page.matchAll(/^\| `(?<name>[a-z][a-z-]*)(?:`| <| \[)/gmu)].map(
    ({ groups }) => groups?.['name'],
  );
  expect(rows).toEqual(NAMES);
  for (const { long } of PROGRAM.options) {
    if (long !== '--version') expect(page).toContain(`\`${long}`);
  }
});

describe('a mistake', () => {
  test.each([
    ['an unknown command', ['lost'], /unknown command 'lost'/u],
    ['an unknown option', ['list', '--lost'], /unknown option '--lost'/u],
    ['a missing argument', ['show'], /missing required argument 'id'/u],
    ['a number that is none', ['list', '--limit', 'x'], /limit: must be a whole number/u],
    ['a number that is too large', ['list', '--limit', '100000'], /limit/u],
    ['a time that is none', ['list', '--since', 'soon'], /since: must be a time/u],
    ['a role that is none', ['show', 'a', '--role', 'x'], /Allowed choices are user/u],
    ['a URL of no store', ['list', '--url', 'http://x'], /url: must begin with redis:/u],
  ])('is told: %s', async (_, args, expected) => {
    const { code, output, errors } = await runCommand([...args], {
      env: { REDIS_URL: sharedRedisUrl() },
    });
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toMatch(expected);
    expect(errors).not.toContain('    at ');
  });

  test('in the name of a file makes no file', async () => {
    const path = join(temporaryFolder(), 'lost.db');
    const { code, errors } = await runCommand(['--url', `sqlite:${path}`, 'list']);
    expect(code).toBe(4);
    expect(errors).toContain('There is no file');
    expect(existsSync(path)).toBe(false);
  });

  test('in the URL of a file is no other file', async () => {
    const url = `sqlite:${join(temporaryFolder(), 'there.db')}`;
    await using session = new JSONSession({ sessionId: 'a', url });
    await session.addMessage({ role: 'user', content: 'Hello' });
    const path = `${url.slice('sqlite:'.length)}?search=true`;
    const { code, errors } = await runCommand(['--url', `sqlite:${path}`, 'list']);
    expect(code).toBe(4);
    expect(errors).toContain(`There is no file ${path}`);
    expect(existsSync(path)).toBe(false);
  });

  test('in a password is not repeated', async () => {
    const url = sharedRedisUrl().replace('redis://', 'redis://someone:secret-word@');
    const { code, output, errors } = await runCommand(['--url', url, 'list']);
    expect(code).toBe(4);
    expect(output + errors).not.toContain('secret-word');
  });
});

describe('on a store', () => {
  const keyPrefix = ownPrefix();
  const place = ['--prefix', keyPrefix];
  const env = { REDIS_URL: sharedRedisUrl() };

  beforeAll(async () => {
    const url = sharedRedisUrl();
    await using session = new JSONSession({ sessionId: 'a', url, keyPrefix, ttl: 600 });
    const text = 'x'.repeat(1000);
    const items = Array.from({ length: 2000 }, () => ({ role: 'user' as const, content: text }));
    await session.addItems(items);
  });

  test('REDIS_URL names the store', async () => {
    expect((await runCommand([...place, 'list'], { env })).output).toContain('"sessionId":"a"');
  });

  test('a session that is not there is exit code 3', async () => {
    const { code, errors } = await runCommand([...place, 'show', 'lost'], { env });
    expect({ code, errors }).toMatchObject({
      code: 3,
      errors: expect.stringMatching(/lost.*\(session_not_found\)/u),
    });
  });

  test('bench measures, and leaves nothing', async () => {
    const args = [...place, 'bench', '--quick', '--messages', '100'];
    const { code, output } = await runCommand(args, { env });
    expect(code).toBe(0);
    for (const line of jsonLines(output)) expect(line).toMatchObject({ messages: 100 });
    const { output: left } = await runCommand([...place, 'list'], { env });
    expect(jsonLines(left)).toMatchObject([{ sessionId: 'a' }]);
  });

  test('doctor gives its findings, and fails where it finds an error', async () => {
    const found = await runCommand(['doctor'], { env });
    expect(jsonLines(found.output)).toMatchObject([{ ok: found.code === 0, server: {} }]);
    const none = await runCommand(['doctor'], { env: { REDIS_URL: 'redis://127.0.0.1:1' } });
    expect(none.code).toBe(1);
    expect(jsonLines(none.output)).toMatchObject([{ ok: false }]);
  });

  test('a reader that has enough ends it quietly', async () => {
    const show = new CommandProcess([...place, 'show', 'a'], { env });
    await show.until('xxx');
    show.hangUp();
    expect(await show.end).toMatchObject({ code: 0, errors: '' });
  });

  test('colours are where they are wanted', async () => {
    const shown = async (isTerminal: boolean, more: Record<string, string> = {}) => {
      const args = [...place, 'show', 'a', '--limit', '1', '--no-json'];
      return (await runCommand(args, { env: { ...env, ...more }, isTerminal })).output;
    };
    // Time passes from one to the next.
    const timeless = (text: string): string =>
      stripVTControlCharacters(text).replace(/written .*/u, '');
    const coloured = await shown(true);
    const plain = await shown(true, { NO_COLOR: '1' });
    expect(coloured).toContain('\u001B[');
    expect(plain).not.toContain('\u001B');
    expect(timeless(coloured)).toBe(timeless(plain));
    expect(await shown(false)).not.toContain('\u001B');
  });

  test('Ctrl-C in a terminal ends it', async () => {
    const tail = new CommandProcess([...place, 'tail', '-f', 'a', '-n', '1'], {
      env,
      isTerminal: true,
    });
    await tail.until('xxx');
    tail.type('\u0003');
    expect((await tail.end).code).toBe(130);
  });
});

describe('completions', () => {
  test.each(['bash', 'zsh', 'fish', 'powershell'])('are there for %s', async (shell) => {
    const { code, output } = await runCommand(['complete', shell]);
    expect(code).toBe(0);
    expect(output).toContain('json-session');
  });

  test('name commands and options', async () => {
    const commands = await runCommand(['complete', '--', '']);
    for (const name of NAMES) expect(commands.output).toContain(name);
    const options = await runCommand(['complete', '--', 'list', '--or']);
    expect(options.output).toContain('--order-by');
  });
});
