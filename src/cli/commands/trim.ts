/**
 * `json-session trim`: removes the oldest turns of sessions, with `--yes`.
 *
 * @module
 */
import type { Command } from 'commander';

import { trimSessions } from '../../retention/index.ts';
import { withChoice } from '../chosen-sessions.ts';
import { type CommandContext, secondsOf, wholeNumber } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { type FilterOptions, queryOf } from '../session-filters.ts';
import { harmlessLine } from '../terminal/harmless-text.ts';
import { Progress } from '../terminal/progress.ts';
import { count } from '../terminal/transcript.ts';
import { examples, type Runner } from './command.ts';

interface Options extends FilterOptions {
  readonly maxMessages?: number;
  readonly maxAge?: number;
  readonly yes?: boolean;
}

/**
 * Adds the command to the program.
 */
export function addTrim(program: Command, run: Runner): void {
  withChoice(
    program
      .command('trim')
      .summary('remove the oldest turns of sessions')
      .description(
        'Removes the oldest whole turns of sessions: never a call without its result. Without ' +
          '--yes it only says how much. Stopped in the middle, it goes on when it is called again.',
      )
      .argument('[ids...]', 'ids of the sessions; all that match when left out'),
  )
    .option('--max-messages <number>', 'messages that are left', wholeNumber('max-messages'))
    .option('--max-age <time>', 'turns that are older go: 90d, 12h', secondsOf('max-age'))
    .option('-y, --yes', 'remove them')
    .addHelpText('after', examples('trim --max-age 90d', 'trim chat-1 --max-messages 500 --yes'))
    .action(run(trim));
}

/** What was, or would be, removed. */
interface Report {
  found: number;
  trimmed: number;
  removed: number;
  failed: { sessionId: string; code: string }[];
}

async function trim(
  context: CommandContext,
  ids: string[],
  { maxMessages, maxAge, yes = false, ...choice }: Options,
): Promise<number> {
  const { terminal, isJson } = context;
  const limits = { maxMessages, maxAge, dryRun: !yes };
  const report = await (ids.length > 0
    ? trimNamed(context, ids, limits)
    : trimMatching(context, choice, limits));
  if (isJson) await terminal.json(report);
  else {
    const { removed, trimmed, found, failed } = report;
    const what = `${count(removed)} messages of ${count(trimmed)} sessions ${yes ? 'removed' : 'would be removed'}`;
    await terminal.lines(`${what}, of ${count(found)} looked at`);
    for (const { sessionId, code } of failed) {
      await terminal.lines(`${harmlessLine(sessionId)}: ${code}`);
    }
  }
  if (!yes) terminal.note('Nothing was removed. Add --yes to remove.');
  if (report.failed.length > 0) return EXIT.failed;
  return yes ? EXIT.done : EXIT.unconfirmed;
}

interface Limits {
  readonly maxMessages: number | undefined;
  readonly maxAge: number | undefined;
  readonly dryRun: boolean;
}

async function trimMatching(
  context: CommandContext,
  filters: FilterOptions,
  limits: Limits,
): Promise<Report> {
  const progress = new Progress(context.terminal, 'sessions');
  return trimSessions(context.place, {
    ...limits,
    ...queryOf(filters),
    onProgress: (found) => progress.reach(found),
  });
}

async function trimNamed(
  context: CommandContext,
  ids: readonly string[],
  { dryRun, ...limits }: Limits,
): Promise<Report> {
  const report: Report = { found: 0, trimmed: 0, removed: 0, failed: [] };
  for (const id of ids) {
    await using session = await context.session(id);
    const { removed } = await session.trim(limits, { dryRun });
    report.found += 1;
    report.removed += removed;
    if (removed > 0) report.trimmed += 1;
  }
  return report;
}
