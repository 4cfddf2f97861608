/**
 * `json-session show` and `json-session tail`: the transcript of a session.
 *
 * @module
 */
import type { Command } from 'commander';

import { SessionChanges } from '../../following/session-changes.ts';
import type { JSONSession, Message } from '../../index.ts';
import { type CommandContext, wholeNumber } from '../command-context.ts';
import { followMessages } from '../follow-messages.ts';
import { type MessageFilters, withMessageFilters } from '../message-filters.ts';
import { headingLines, messageLines } from '../terminal/transcript.ts';
import { examples, type Runner } from './command.ts';

interface ShowOptions extends MessageFilters {
  readonly limit?: number;
}

interface TailOptions {
  readonly limit: number;
  readonly follow?: boolean;
  readonly interval: number;
}

/**
 * Adds the commands to the program.
 */
export function addShow(program: Command, run: Runner): void {
  withMessageFilters(
    program
      .command('show')
      .summary('show a conversation')
      .description('Shows the transcript of a session: roles, agents, tokens and times.')
      .argument('<id>', 'id of the session')
      .option('-n, --limit <number>', 'only the newest messages', wholeNumber('limit')),
  )
    .addHelpText('after', examples('show chat-1', 'show chat-1 --limit 20 --role user --json'))
    .action(run(show));
  program
    .command('tail')
    .summary('show the end of a conversation, and what comes')
    .description('Shows the newest messages of a session, and with --follow new ones as they come.')
    .argument('<id>', 'id of the session')
    .option('-n, --limit <number>', 'messages to begin with', wholeNumber('limit'), 10)
    .option('-f, --follow', 'wait for new messages until Ctrl-C')
    .option(
      '-i, --interval <ms>',
      'milliseconds between looks, where the store does not tell',
      wholeNumber('interval'),
      500,
    )
    .addHelpText('after', examples('tail chat-1', 'tail -f chat-1 --json'))
    .action(run(tail));
}

async function show(context: CommandContext, id: string, options: ShowOptions): Promise<void> {
  await using session = await context.session(id);
  if (!context.isJson) await writeHeading(context, session);
  for (const message of await session.getMessages(options)) await write(context, message);
}

async function tail(
  context: CommandContext,
  id: string,
  { limit, follow, interval }: TailOptions,
): Promise<void> {
  await using session = await context.session(id);
  if (!context.isJson) await writeHeading(context, session);
  const newest = limit === 0 ? await session.getMessages({ limit: 1 }) : [];
  const shown = limit === 0 ? [] : await session.getMessages({ limit });
  for (const message of shown) await write(context, message);
  if (follow !== true) return;
  await followTo(context, session, [...newest, ...shown], interval);
}

async function followTo(
  context: CommandContext,
  session: JSONSession,
  known: readonly Message[],
  intervalMs: number,
): Promise<void> {
  const { signal, keyPrefix } = context;
  const shared = await context.store();
  const key = keyPrefix + session.sessionId;
  using changes = new SessionChanges({ store: shared.store, key, intervalMs, signal });
  try {
    for await (const message of followMessages(session, known, changes)) {
      await write(context, message);
    }
  } finally {
    shared.release();
  }
}

async function writeHeading({ terminal }: CommandContext, session: JSONSession): Promise<void> {
  await terminal.lines(...headingLines(await session.getMetadata(), terminal));
}

async function write({ terminal, isJson }: CommandContext, message: Message): Promise<void> {
  if (isJson) await terminal.json(message);
  else await terminal.lines(...messageLines(message, terminal));
}
