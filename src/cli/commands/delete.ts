/**
 * `json-session delete` and `json-session delete-user`: nothing goes without `--yes`.
 *
 * @module
 */
import type { Command } from 'commander';

import { hasCode } from '../../errors.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { harmlessLine } from '../terminal/harmless-text.ts';
import { Progress } from '../terminal/progress.ts';
import { count } from '../terminal/transcript.ts';
import { examples, type Runner } from './command.ts';

interface Options {
  readonly yes?: boolean;
}

/**
 * Adds the commands to the program.
 */
export function addDelete(program: Command, run: Runner): void {
  program
    .command('delete')
    .summary('delete sessions')
    .description('Deletes sessions. Without --yes it only says what would go.')
    .argument('<ids...>', 'ids of the sessions')
    .option('-y, --yes', 'delete them')
    .addHelpText('after', examples('delete chat-1', 'delete chat-1 chat-2 --yes'))
    .action(run(deleteSessions));
  program
    .command('delete-user')
    .summary('delete all sessions of a user')
    .description(
      'Deletes all sessions of a user. Without --yes it only counts them. ' +
        'What stays in logs, replicas and backups: docs/security.md.',
    )
    .argument('<user>', 'id of the user')
    .option('-y, --yes', 'delete them')
    .addHelpText('after', examples('delete-user ada', 'delete-user ada --yes'))
    .action(run(deleteUser));
}

async function deleteSessions(
  context: CommandContext,
  ids: string[],
  { yes = false }: Options,
): Promise<number> {
  const { terminal, isJson } = context;
  let exitCode: number = yes ? EXIT.done : EXIT.unconfirmed;
  for (const sessionId of ids) {
    const found = await findAndDelete(context, sessionId, yes);
    if (found === null) exitCode = EXIT.notFound;
    const messages = found ?? 0;
    if (isJson)
      await terminal.json({
        sessionId,
        found: found !== null,
        messages,
        deleted: yes && found !== null,
      });
    else await terminal.lines(`${harmlessLine(sessionId)}: ${whatBecame(found, yes)}`);
  }
  if (!yes) terminal.note('Nothing was deleted. Add --yes to delete.');
  return exitCode;
}

/** Gives how many messages the session had, or null where there was none. */
async function findAndDelete(
  context: CommandContext,
  sessionId: string,
  isDeleted: boolean,
): Promise<number | null> {
  try {
    await using session = await context.session(sessionId);
    const { messageCount } = await session.getMetadata();
    if (isDeleted) await session.delete();
    return messageCount;
  } catch (error) {
    if (hasCode(error, 'session_not_found') || hasCode(error, 'session_expired')) return null;
    throw error;
  }
}

function whatBecame(messages: number | null, isDeleted: boolean): string {
  if (messages === null) return 'there is no such session';
  const what = `${count(messages)} messages`;
  return isDeleted ? `deleted, with ${what}` : `would be deleted, with ${what}`;
}

async function deleteUser(
  context: CommandContext,
  userId: string,
  { yes = false }: Options,
): Promise<number> {
  const { terminal, isJson } = context;
  await using directory = context.directory();
  const progress = new Progress(terminal, 'sessions');
  const report = await directory.deleteUser(userId, {
    dryRun: !yes,
    onProgress: (sessions) => progress.reach(sessions),
  });
  if (isJson) await terminal.json({ userId, ...report });
  else {
    const { found, deleted, failed } = report;
    const what = yes
      ? `${count(deleted)} of ${count(found)} sessions deleted`
      : `${count(found)} sessions would be deleted`;
    await terminal.lines(`${harmlessLine(userId)}: ${what}`);
    for (const { sessionId, code } of failed)
      await terminal.lines(`${harmlessLine(sessionId)}: ${code}`);
  }
  if (!yes) terminal.note('Nothing was deleted. Add --yes to delete.');
  if (report.failed.length > 0) return EXIT.failed;
  return yes ? EXIT.done : EXIT.unconfirmed;
}
