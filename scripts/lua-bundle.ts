/**
 * Puts a Lua script together from the files it includes.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const INCLUDE = /^--- @include "(?<name>[\w-]+)"$/u;
const COMMENT_OR_BLANK = /^\s*(?:--.*)?$/u;
const BLOCK_COMMENT = /^\s*--\[=*\[/u;

/** Lines of one file that follow each other in a script. */
export interface LuaPart {
  /** The include that they are all the lines of, or null for lines of the script's own. */
  readonly include: string | null;
  readonly source: string;
}

/**
 * Reads `file` and gives its parts: every `--- @include "name"` line's file, `includes/name.lua` under
 * `luaDir`, in its place, the first time it is named, so that an include may be asked for by several
 * others. Lines that are blank or nothing but a comment are left out.
 */
export function bundleLua(luaDir: string, file: string): LuaPart[] {
  return expand({ luaDir, path: join(luaDir, file), include: null, seen: new Set() });
}

interface Expansion {
  readonly luaDir: string;
  readonly path: string;
  readonly include: string | null;
  readonly seen: Set<string>;
}

function expand(expansion: Expansion): LuaPart[] {
  const { path, include } = expansion;
  const parts: LuaPart[] = [];
  let own = '';
  const endOwn = (): void => {
    if (own !== '') parts.push({ include, source: own });
    own = '';
  };
  for (const [index, line] of readLines(path).entries()) {
    const where = `${path}:${index + 1}`;
    // Without its first line the rest of a block comment would become code.
    if (BLOCK_COMMENT.test(line)) throw new Error(`${where}: write comments with -- on each line`);
    if (line.startsWith('--- @include')) {
      if (include !== null && own !== '') throw new Error(`${where}: include above all code`);
      endOwn();
      parts.push(...expandInclude(expansion, line.trimEnd(), where));
    } else if (!COMMENT_OR_BLANK.test(line)) {
      own += `${line}\n`;
    }
  }
  endOwn();
  return parts;
}

function expandInclude({ luaDir, seen }: Expansion, line: string, where: string): LuaPart[] {
  const name = INCLUDE.exec(line)?.groups?.['name'];
  if (name === undefined) throw new Error(`${where}: expected --- @include "name"`);
  if (seen.has(name)) return [];
  seen.add(name);

  const path = join(luaDir, 'includes', `${name}.lua`);
  if (!existsSync(path)) throw new Error(`${where}: there is no include "${name}"`);
  return expand({ luaDir, path, include: name, seen });
}

function readLines(path: string): string[] {
  // A checkout with CRLF must not change the script's SHA-1.
  return readFileSync(path, 'utf8').split(/\r?\n/u);
}
