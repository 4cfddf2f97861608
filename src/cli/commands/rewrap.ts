/**
 * `json-session rewrap`: encrypts sessions with the current key, with `--yes`.
 *
 * @module
 */
import type { Command } from 'commander';

import { codeOfOne } from '../../errors/code-of-one.ts';
import { type EncryptionOptions, rewrap } from '../../encryption/index.ts';
import { DecryptionError, hasCode } from '../../errors.ts';
import { JSONSession } from '../../index.ts';
import { chooseSessions, withChoice } from '../chosen-sessions.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { givenKeyring, withKeys } from '../given-keyring.ts';
import type { FilterOptions } from '../session-filters.ts';
import { harmlessLine } from '../terminal/harmless-text.ts';
import { Progress } from '../terminal/progress.ts';
import { count } from '../terminal/transcript.ts';
import { examples, type Runner } from './command.ts';

interface Options extends FilterOptions {
  readonly keys?: string;
  readonly migrating?: boolean;
  readonly yes?: boolean;
}

/** What was, or would be, encrypted anew. */
interface Report {
  /** Sessions that were there. */
  found: number;
  /** Sessions with messages that were not encrypted with the current key. */
  changed: number;
  /** Those messages. */
  rewrapped: number;
  readonly failed: { sessionId: string; code: string; problem?: string }[];
}

/**
 * Adds the command to the program.
 */
export function addRewrap(program: Command, run: Runner): void {
  withKeys(
    withChoice(
      program
        .command('rewrap')
        .summary('encrypt sessions with the current key')
        .description(
          'Encrypts with the current key what is encrypted with older ones, while others write. ' +
            'Without --yes it only reads, and says how much. Stopped in the middle, it goes on when ' +
            'it is called again.',
        )
        .argument('[ids...]', 'ids of the sessions; all that match when left out'),
    ),
  )
    .option('--migrating', 'encrypt what is not encrypted, too')
    .option('-y, --yes', 'encrypt it')
    .addHelpText(
      'after',
      examples('rewrap --keys keys.json', 'rewrap -k keys.json --user ada --yes'),
    )
    .action(run(rewrapChosen));
}

async function rewrapChosen(
  context: CommandContext,
  ids: string[],
  { keys, migrating = false, yes = false, ...choice }: Options,
): Promise<number> {
  const { terminal, signal } = context;
  const encryption = { keyring: await givenKeyring(keys), migrating };
  const chosen = await chooseSessions(context, ids, choice);
  const progress = new Progress(terminal, 'sessions', chosen.count);
  const report: Report = { found: 0, changed: 0, rewrapped: 0, failed: [] };
  for await (const sessionId of chosen.ids) {
    signal.throwIfAborted();
    const isNamed = ids.length > 0;
    await rewrapOne(context, report, { sessionId, encryption, isNamed, isDryRun: !yes });
    progress.step();
  }
  await write(context, report, yes);
  if (report.failed.length > 0) return EXIT.failed;
  return yes ? EXIT.done : EXIT.unconfirmed;
}

async function rewrapOne(
  { place }: CommandContext,
  report: Report,
  {
    sessionId,
    encryption,
    isNamed,
    isDryRun,
  }: {
    readonly sessionId: string;
    readonly encryption: EncryptionOptions;
    /** Whether it must be there. */
    readonly isNamed: boolean;
    readonly isDryRun: boolean;
  },
): Promise<void> {
  try {
    await using session = new JSONSession({ ...place, sessionId, encryption });
    const { rewrapped } = await rewrap(session, { dryRun: isDryRun });
    report.found += 1;
    report.rewrapped += rewrapped;
    if (rewrapped > 0) report.changed += 1;
  } catch (error) {
    const isGone = hasCode(error, 'session_not_found') || hasCode(error, 'session_expired');
    if (isGone && isNamed) throw error;
    if (isGone) return;
    const code = codeOfOne(error);
    report.found += 1;
    const why = error instanceof DecryptionError ? { problem: error.problem } : {};
    report.failed.push({ sessionId, code, ...why });
  }
}

async function write(
  { terminal, isJson }: CommandContext,
  report: Report,
  isDone: boolean,
): Promise<void> {
  if (isJson) await terminal.json(report);
  else {
    const { rewrapped, changed, found, failed } = report;
    const what = `${count(rewrapped)} messages of ${count(changed)} sessions`;
    const done = isDone ? 'encrypted' : 'would be encrypted';
    await terminal.lines(`${what} ${done} with the current key, of ${count(found)} looked at`);
    for (const { sessionId, code, problem } of failed) {
      const why = problem === undefined ? '' : `, ${problem}`;
      await terminal.lines(`${harmlessLine(sessionId)}: ${code}${why}`);
    }
  }
  if (!isDone) terminal.note('Nothing was encrypted. Add --yes to encrypt.');
}
