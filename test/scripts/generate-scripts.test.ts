import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { GENERATED_FILE, generateScripts } from '../../scripts/generate-scripts.ts';
import type { LuaScript } from '../../src/stores/redis/lua-script.ts';

describe('generateScripts', () => {
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'generate-scripts-'));
    mkdirSync(join(dir, 'lua/includes'), { recursive: true });
  });

  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  function writeLua(name: string, ...lines: string[]): void {
    writeFileSync(join(dir, 'lua', `${name}.lua`), lines.join('\n'));
  }

  function generate(check = false): boolean {
    return generateScripts({ luaDir: join(dir, 'lua'), outDir: dir, check });
  }

  async function generated(): Promise<Record<string, LuaScript>> {
    generate();
    const url = pathToFileURL(join(dir, GENERATED_FILE));
    return (await import(/* @vite-ignore */ url.href)) as Record<string, LuaScript>;
  }

  it('exports each script under its name in camel case, with the SHA-1 of its source', async () => {
    writeLua('append-items', 'return 1');
    writeLua('read', 'return 2');

    const sha1 = createHash('sha1').update('return 1\n').digest('hex');
    const scripts = await generated();
    expect(Object.keys(scripts)).toEqual(['appendItems', 'read']);
    expect(scripts['appendItems']).toEqual({ name: 'append-items', sha1, source: 'return 1\n' });
  });

  it('adds Script to a name that is a word of the language', async () => {
    writeLua('delete', 'return 1');

    const scripts = await generated();
    expect(scripts['deleteScript']?.name).toBe('delete');
  });

  it('leaves out blank lines and lines of nothing but a comment', async () => {
    writeLua('read', '-- what it does', '', '  -- indented', 'local a = 1 -- kept', "return '--'");

    const { read } = await generated();
    expect(read?.source).toBe("local a = 1 -- kept\nreturn '--'\n");
  });

  it('puts each include in once, with the includes that it names before it', async () => {
    writeLua('includes/clock', 'local clock = 1');
    writeLua('includes/state', '--- @include "clock"', 'local state = 2');
    writeLua('read', '--- @include "state"', '--- @include "clock"', 'return state');

    const { read } = await generated();
    expect(read?.source).toBe('local clock = 1\nlocal state = 2\nreturn state\n');
  });

  it('has an include once in the module, whatever includes it', async () => {
    writeLua('includes/clock', 'local clock = 1');
    writeLua('append', '--- @include "clock"', 'return clock');
    writeLua('read', 'local a = 2', '--- @include "clock"', 'return clock + a');

    const { append, read } = await generated();
    expect(append?.source).toBe('local clock = 1\nreturn clock\n');
    expect(read?.source).toBe('local a = 2\nlocal clock = 1\nreturn clock + a\n');
    expect(read?.sha1).toBe(
      createHash('sha1')
        .update(read?.source ?? '')
        .digest('hex'),
    );
    const text = readFileSync(join(dir, GENERATED_FILE), 'utf8');
    expect(text.split('local clock').length).toBe(2);
  });

  it('refuses an include that includes another one behind its code', () => {
    writeLua('includes/clock', 'local clock = 1');
    writeLua('includes/state', 'local state = 2', '--- @include "clock"');
    writeLua('read', '--- @include "state"');

    expect(() => generate()).toThrow(/state\.lua:2: include above all code/u);
  });

  it('carries backslashes, backticks, placeholders and text outside ASCII unchanged', async () => {
    const line = String.raw`return '\n \u{1F600} ${'`${name}`'} $& é'`;
    writeLua('read', line);

    const { read } = await generated();
    expect(read?.source).toBe(`${line}\n`);
  });

  it('gives the same module for files with CRLF', async () => {
    writeFileSync(join(dir, 'lua/read.lua'), 'local a = 1\r\nreturn a\r\n');

    const { read } = await generated();
    expect(read?.source).toBe('local a = 1\nreturn a\n');
  });

  it.each([
    ['an unknown include', '--- @include "nowhere"', /read\.lua:1: there is no include "nowhere"/u],
    ['a misspelt include', '--- @include nowhere', /read\.lua:1: expected --- @include "name"/u],
    ['a block comment', '--[[ a', /read\.lua:1: write comments with --/u],
  ])('refuses %s and says where', (_, line, message) => {
    writeLua('read', line);

    expect(() => generate()).toThrow(message);
  });

  it('refuses a name that gives no export', () => {
    writeLua('Read_All', 'return 1');

    expect(() => generate()).toThrow(/Read_All\.lua: name scripts in kebab-case/u);
  });

  it('says with check whether the file is stale, and does not write it', () => {
    writeLua('read', 'return 1');
    expect(generate(true)).toBe(false);
    generate();
    expect(generate(true)).toBe(true);

    const before = readFileSync(join(dir, GENERATED_FILE), 'utf8');
    writeLua('read', 'return 2');
    expect(generate(true)).toBe(false);
    expect(readFileSync(join(dir, GENERATED_FILE), 'utf8')).toBe(before);
  });
});
