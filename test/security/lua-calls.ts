/**
 * What Lua scripts ask of Redis, read from their sources.
 *
 * @module
 */

/**
 * One `redis.call` or `redis.pcall`.
 */
export interface LuaCall {
  /** Where it stands, for messages. */
  readonly file: string;
  /** The command as it is written: a literal, or an expression. */
  readonly command: string;
  /** The expressions behind it. */
  readonly args: readonly string[];
}

const CALL = /redis\.p?call\(/gu;
const LITERAL = /^'[^'\\]*'$/u;

/**
 * Gives the calls of a source, wherever they stand.
 */
export function findLuaCalls(file: string, source: string): LuaCall[] {
  const code = source.replaceAll(/^\s*--.*$/gmu, '');
  return Array.from(code.matchAll(CALL), ({ index, 0: start }) => {
    const [command = '', ...args] = argumentsFrom(code, index + start.length);
    return { file, command, args };
  });
}

/**
 * Says whether an expression is a text that stands in the source.
 */
export function isLuaLiteral(expression: string): boolean {
  return LITERAL.test(expression);
}

/** Splits at the commas that are in no brackets and no text. */
function argumentsFrom(code: string, start: number): string[] {
  const args: string[] = [];
  let depth = 0;
  let quote = '';
  let from = start;
  for (let at = start; at < code.length; at += 1) {
    const character = code.charAt(at);
    if (quote !== '') {
      if (character === '\\') at += 1;
      else if (character === quote) quote = '';
    } else if (character === "'" || character === '"') {
      quote = character;
    } else if ('([{'.includes(character)) {
      depth += 1;
    } else if (character === ',' && depth === 0) {
      args.push(code.slice(from, at).trim());
      from = at + 1;
    } else if (')]}'.includes(character)) {
      if (depth === 0) return [...args, code.slice(from, at).trim()];
      depth -= 1;
    }
  }
  throw new Error('A call in a script has no end');
}
