/**
 * Options that say which sessions are meant.
 *
 * @module
 */
import type { Command } from 'commander';

import type { SessionQuery } from '../directory/index.ts';
import { timeOf } from './command-context.ts';

/**
 * What the options were given.
 */
export interface FilterOptions {
  readonly user?: string;
  readonly agent?: string;
  readonly since?: Date;
}

/**
 * Adds the options to a command.
 *
 * @param when - Begins what the help says of each.
 */
export function withFilters(command: Command, when: string = ''): Command {
  return command
    .option('-u, --user <id>', `${when}only sessions of this user`)
    .option('-a, --agent <name>', `${when}only sessions that used this agent`)
    .option(
      '-s, --since <time>',
      `${when}only sessions written since: 2026-01-31, or 15m, 2h, 7d`,
      timeOf('since'),
    );
}

/**
 * Gives the query of a directory.
 */
export function queryOf({ user, agent, since }: FilterOptions): SessionQuery {
  return { userId: user, agent, updatedSince: since };
}
