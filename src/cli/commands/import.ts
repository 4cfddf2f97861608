/**
 * `json-session import`: sessions from lines of JSON.
 *
 * @module
 */
import { createInterface } from 'node:readline';
import type { Command } from 'commander';

import { importSession } from '../../transfer/index.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { openToRead } from '../given-file.ts';
import { Progress } from '../terminal/progress.ts';
import { examples, type Runner } from './command.ts';
import { PlacingReport } from './placing-report.ts';

interface Options {
  readonly overwrite?: boolean;
  readonly yes?: boolean;
}

/**
 * Adds the command to the program.
 */
export function addImport(program: Command, run: Runner): void {
  program
    .command('import')
    .summary('read sessions from lines of JSON')
    .description(
      'Makes sessions of lines that export has written. Lines that were imported before change ' +
        'nothing, so an import that was stopped can be repeated.',
    )
    .argument('[file]', 'the file; standard input when left out')
    .option('--overwrite', 'replace other sessions of the same id, with --yes')
    .option('-y, --yes', 'replace them')
    .addHelpText('after', examples('import all.jsonl', 'import --overwrite --yes < all.jsonl'))
    .action(run(importLines));
}

async function importLines(
  context: CommandContext,
  file: string | undefined,
  { overwrite = false, yes = false }: Options,
): Promise<number> {
  const { terminal, newPlace: place, signal } = context;
  if (overwrite && !yes) {
    terminal.note('Nothing was imported. Add --yes to replace sessions that are there.');
    return EXIT.unconfirmed;
  }
  await using handle = file === undefined ? null : await openToRead(file, 'file');
  const input = handle === null ? process.stdin : handle.createReadStream({ autoClose: false });
  const report = new PlacingReport(context);
  const progress = new Progress(terminal, 'sessions');
  let at = 0;
  for await (const text of createInterface({ input, signal })) {
    signal.throwIfAborted();
    const line = (at += 1);
    if (text.trim() === '') continue;
    await report.take(async () => importSession(text, { ...place, overwrite, line }));
    progress.step();
  }
  signal.throwIfAborted();
  return await report.end('imported');
}
