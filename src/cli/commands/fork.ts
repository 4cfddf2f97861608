/**
 * `json-session fork`: a new session that goes on from a message of another one.
 *
 * @module
 */
import type { Command } from 'commander';

import type { CommandContext } from '../command-context.ts';
import { harmlessLine } from '../terminal/harmless-text.ts';
import { examples, type Runner } from './command.ts';

interface Options {
  readonly id?: string;
  readonly upTo?: string;
}

/**
 * Adds the command to the program.
 */
export function addFork(program: Command, run: Runner): void {
  program
    .command('fork')
    .summary('branch off a conversation')
    .description('Makes a new session that has the transcript of another one, and prints its id.')
    .argument('<id>', 'id of the session')
    .option('--id <id>', 'id of the new session (default: a random one)')
    .option('--up-to <message>', 'id of the last message to take (default: the newest)')
    .addHelpText(
      'after',
      examples('fork chat-1', 'fork chat-1 --id retry --up-to 3da7bb09d0ef5f4b'),
    )
    .action(run(fork));
}

async function fork(
  context: CommandContext,
  id: string,
  { id: newId, upTo }: Options,
): Promise<void> {
  const { terminal, isJson } = context;
  await using session = await context.session(id);
  await using branch = await session.fork({ sessionId: newId, upTo });
  const { sessionId } = branch;
  await (isJson ? terminal.json({ sessionId }) : terminal.lines(harmlessLine(sessionId)));
}
