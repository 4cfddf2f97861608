/**
 * What a command of the program is made of.
 *
 * @module
 */
import type { Command } from 'commander';

import type { CommandContext } from '../command-context.ts';

/**
 * Runs with what was given for the arguments and options of the command.
 *
 * @returns the exit code, where it is not 0.
 */
export type Action<Arguments extends unknown[]> = (
  context: CommandContext,
  ...given: Arguments
) => Promise<number | void>;

/**
 * Makes what commander calls: the command itself is the last of what it gives.
 */
export type Runner = <Arguments extends unknown[]>(
  action: Action<Arguments>,
) => (...given: [...Arguments, Command]) => Promise<void>;

/**
 * Gives the text behind the options in the help of a command.
 */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ json-session ${line}`).join('\n')}`;
}
