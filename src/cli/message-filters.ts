/**
 * Options that say which messages are meant.
 *
 * @module
 */
import { type Command, Option } from 'commander';

import type { MessageRole } from '../index.ts';
import { timeOf } from './command-context.ts';

const ROLES: readonly MessageRole[] = ['user', 'assistant', 'system', 'tool'];

/**
 * What the options were given, by the names that the library has for them.
 */
export interface MessageFilters {
  readonly role?: MessageRole;
  readonly agent?: string;
  readonly since?: Date;
}

/**
 * Adds the options to a command.
 */
export function withMessageFilters(command: Command): Command {
  return command
    .addOption(new Option('-r, --role <role>', 'only messages of this role').choices(ROLES))
    .option('-a, --agent <name>', 'only messages of this agent')
    .option(
      '-s, --since <time>',
      'only messages since: 2026-01-31, or 15m, 2h, 7d',
      timeOf('since'),
    );
}
