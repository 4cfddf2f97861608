/**
 * `json-session query`: what a JSONPath names in a session.
 *
 * @module
 */
import type { Command } from 'commander';

import type { CommandContext } from '../command-context.ts';
import { examples, type Runner } from './command.ts';

/**
 * Adds the command to the program.
 */
export function addQuery(program: Command, run: Runner): void {
  program
    .command('query')
    .summary('find what a JSONPath names')
    .description(
      'Gives the values that a JSONPath (RFC 9535) names in the stored document of a session, each as a line of JSON, also on a terminal.',
    )
    .argument('<id>', 'id of the session')
    .argument('<path>', 'as in $.messages[-1:].role')
    .addHelpText(
      'after',
      examples(
        "query chat-1 '$.messages[-1:].role'",
        `query chat-1 '$.messages[?@.item.type == "function_call"].item.name'`,
      ),
    )
    .action(run(query));
}

async function query(context: CommandContext, id: string, path: string): Promise<void> {
  await using session = await context.session(id);
  for (const value of await session.query(path)) await context.terminal.json(value);
}
