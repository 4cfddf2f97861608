/**
 * The sessions that a command is about: those that are named, or all that match its filters.
 *
 * @module
 */
import type { Command } from 'commander';

import type { SessionQuery } from '../directory/index.ts';
import type { CommandContext } from './command-context.ts';
import { type FilterOptions, queryOf, withFilters } from './session-filters.ts';

/**
 * Ids of sessions, and about how many there are.
 */
export interface Choice {
  readonly count: number;
  readonly ids: AsyncIterable<string> | Iterable<string>;
}

/**
 * Adds the options to a command that takes ids.
 */
export function withChoice(command: Command): Command {
  return withFilters(command, 'without ids: ');
}

/**
 * Gives the sessions that are meant.
 */
export async function chooseSessions(
  context: CommandContext,
  ids: readonly string[],
  filters: FilterOptions,
): Promise<Choice> {
  if (ids.length > 0) return { count: ids.length, ids };
  const query = queryOf(filters);
  await using directory = context.directory();
  const count = await directory.count(query);
  return { count, ids: walk(context, query) };
}

/**
 * Finds sessions while others are worked on.
 *
 * @yields the id of each.
 */
async function* walk(context: CommandContext, query: SessionQuery): AsyncGenerator<string> {
  await using directory = context.directory();
  for await (const { sessionId } of directory.walk(query)) yield sessionId;
}
