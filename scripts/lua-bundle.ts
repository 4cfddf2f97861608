/**
 * Makes one self-contained Lua source of a script and the files it includes.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const INCLUDE = /^--- @include "(?<name>[\w-]+)"$/u;
const COMMENT_OR_BLANK = /^\s*(?:--.*)?$/u;
const BLOCK_COMMENT = /^\s*--\[=*\[/u;

/**
 * Reads `file` and puts every `--- @include "name"` line's file, `includes/name.lua` under `luaDir`,
 * in its place: the first time it is named, so that an include may be asked for by several others.
 * Lines that are blank or nothing but a comment are left out.
 */
export function bundleLua(luaDir: string, file: string): string {
  const seen = new Set<string>();
  const lines = expand(luaDir, join(luaDir, file), seen);
  return `${lines.join('\n')}\n`;
}

function expand(luaDir: string, path: string, seen: Set<string>): string[] {
  return readLines(path).flatMap((line, index) => {
    const where = `${path}:${index + 1}`;
    const include = line.trimEnd();
    if (include.startsWith('--- @include')) return expandInclude(luaDir, include, where, seen);
    // Without its first line the rest of a block comment would become code.
    if (BLOCK_COMMENT.test(line)) throw new Error(`${where}: write comments with -- on each line`);
    return COMMENT_OR_BLANK.test(line) ? [] : [line];
  });
}

function expandInclude(luaDir: string, line: string, where: string, seen: Set<string>): string[] {
  const name = INCLUDE.exec(line)?.groups?.['name'];
  if (name === undefined) throw new Error(`${where}: expected --- @include "name"`);
  if (seen.has(name)) return [];
  seen.add(name);

  const path = join(luaDir, 'includes', `${name}.lua`);
  if (!existsSync(path)) throw new Error(`${where}: there is no include "${name}"`);
  return expand(luaDir, path, seen);
}

function readLines(path: string): string[] {
  // A checkout with CRLF must not change the script's SHA-1.
  return readFileSync(path, 'utf8').split(/\r?\n/u);
}
