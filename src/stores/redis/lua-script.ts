/**
 * A Lua script as the generated module `scripts.generated.ts` carries it.
 *
 * @module
 */

/**
 * One Lua script, complete with its includes, ready for `EVALSHA` and `EVAL`.
 */
export interface LuaScript {
  /** Name of its file under `lua/`, without the extension. */
  readonly name: string;
  /** SHA-1 of {@link LuaScript.source} in hexadecimal: what `SCRIPT LOAD` would answer. */
  readonly sha1: string;
  /** The Lua source. */
  readonly source: string;
}
