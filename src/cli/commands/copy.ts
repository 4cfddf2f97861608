/**
 * `json-session copy`: sessions from one store to another.
 *
 * @module
 */
import type { Command } from 'commander';

import { copySession } from '../../transfer/index.ts';
import { chooseSessions, withChoice } from '../chosen-sessions.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import type { FilterOptions } from '../session-filters.ts';
import { Progress } from '../terminal/progress.ts';
import { examples, type Runner } from './command.ts';
import { PlacingReport } from './placing-report.ts';

interface Options extends FilterOptions {
  readonly toPrefix?: string;
  readonly overwrite?: boolean;
  readonly yes?: boolean;
}

/**
 * Adds the command to the program.
 */
export function addCopy(program: Command, run: Runner): void {
  withChoice(
    program
      .command('copy')
      .summary('copy sessions to another store')
      .description(
        'Copies sessions from one store to another with all that is stored of them, and compares. ' +
          'What was copied before changes nothing, so a copy that was stopped can be repeated.',
      )
      .argument('<from>', 'URL of the store that has them')
      .argument('<to>', 'URL of the store that gets them')
      .argument('[ids...]', 'ids of the sessions; all that match when left out'),
  )
    .option('--to-prefix <prefix>', 'what their keys begin with there (default: as here)')
    .option('--overwrite', 'replace other sessions of the same id, with --yes')
    .option('-y, --yes', 'replace them')
    .addHelpText(
      'after',
      examples(
        'copy redis://localhost:6379 sqlite:archive.db',
        'copy sqlite:a.db sqlite:b.db chat-1',
      ),
    )
    .action(run(copy));
}

async function copy(
  given: CommandContext,
  ...[from, to, ids, options]: [from: string, to: string, ids: string[], options: Options]
): Promise<number> {
  const { toPrefix, overwrite = false, yes = false, ...choice } = options;
  const context = given.at(from);
  const { terminal, place, signal } = context;
  if (overwrite && !yes) {
    terminal.note('Nothing was copied. Add --yes to replace sessions that are there.');
    return EXIT.unconfirmed;
  }
  const target = {
    ...context.at(to).newPlace,
    keyPrefix: toPrefix ?? context.keyPrefix,
    overwrite,
  };
  const chosen = await chooseSessions(context, ids, choice);
  const report = new PlacingReport(context, { skipMissing: ids.length === 0 });
  const progress = new Progress(terminal, 'sessions', chosen.count);
  for await (const sessionId of chosen.ids) {
    signal.throwIfAborted();
    await report.take(async () => copySession({ ...place, sessionId }, target));
    progress.step();
  }
  return report.end('copied');
}
