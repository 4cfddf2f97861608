/**
 * Which modules a server loads.
 *
 * @module
 */
import type { RedisProgram } from './redis-program.ts';

/**
 * The modules a test asks for.
 */
export type ModuleChoice = 'none' | 'json' | 'json+search';

/**
 * The arguments that load modules.
 *
 * @param program - The Redis with the modules.
 * @param choice - What to load; a search module that the Redis does not have is left out.
 * @returns Arguments of `redis-server`.
 * @throws Error when the server has JSON built in and would have it against the choice.
 */
export function moduleArgs(program: RedisProgram, choice: ModuleChoice): string[] {
  const { json, search } = program.modules;
  if (choice === 'none') {
    if (json === undefined) throw new Error('this redis-server cannot do without its JSON');
    return [];
  }
  const files = choice === 'json' ? [json] : [json, search];
  return files.flatMap((file) => (file === undefined ? [] : ['--loadmodule', file]));
}
