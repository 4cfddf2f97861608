/**
 * `json-session reindex`: makes anew what sessions and messages are found by, where it differs from them.
 *
 * @module
 */
import type { Command } from 'commander';

import type { CommandContext } from '../command-context.ts';
import { count } from '../terminal/transcript.ts';
import { examples, type Runner } from './command.ts';

interface Options {
  readonly dryRun?: boolean;
}

/**
 * Adds the command to the program.
 */
export function addReindex(program: Command, run: Runner): void {
  program
    .command('reindex')
    .summary('mend what sessions and messages are found by')
    .description(
      'Compares what Redis keeps beside sessions to find them, or their messages, and makes it ' +
        'anew where it differs: once after it was switched on, and after programs that do not keep it.',
    )
    .option('--dry-run', 'only compare')
    .addHelpText(
      'after',
      examples('reindex --url "redis://localhost:6379?search=true&directory=true"'),
    )
    .action(run(reindex));
}

async function reindex(context: CommandContext, { dryRun = false }: Options): Promise<void> {
  const { terminal, isJson } = context;
  await using directory = context.directory();
  const report = await directory.checkProjection({ repair: !dryRun });
  if (isJson) {
    await terminal.json(report);
    return;
  }
  const { sessions, missing, stale, orphaned } = report;
  const wrong = [
    `${count(missing)} missing`,
    `${count(stale)} stale`,
    `${count(orphaned)} left of sessions that are gone`,
  ];
  const what = dryRun ? 'found' : 'mended';
  await terminal.lines(`${count(sessions)} sessions; ${what}: ${wrong.join(', ')}`);
}
