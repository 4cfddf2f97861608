/**
 * `json-session search`: messages that have some words, the newest first.
 *
 * @module
 */
import type { Command } from 'commander';

import type { FoundMessage } from '../../directory/index.ts';
import { type CommandContext, wholeNumber } from '../command-context.ts';
import { type MessageFilters, withMessageFilters } from '../message-filters.ts';
import { harmlessLine } from '../terminal/harmless-text.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { clockTime } from '../terminal/times.ts';
import { roleText } from '../terminal/transcript.ts';
import { examples, type Runner } from './command.ts';

interface Options extends MessageFilters {
  readonly user?: string;
  readonly limit: number;
  readonly scan?: boolean;
  readonly scanLimit?: number;
}

/**
 * Adds the command to the program.
 */
export function addSearch(program: Command, run: Runner): void {
  withMessageFilters(
    program
      .command('search')
      .summary('search messages')
      .description('Finds the messages that have all these words, the newest first.')
      .argument('<text...>', 'words')
      .option('-u, --user <id>', 'only sessions of this user'),
  )
    .option('-n, --limit <number>', 'most messages', wholeNumber('limit'), 20)
    .option('--scan', 'read the messages of --user, where nothing is kept to find them by')
    .option('--scan-limit <number>', 'most messages that are read', wholeNumber('scan-limit'))
    .addHelpText(
      'after',
      examples(
        'search refund order --role user',
        'search refund --url "redis://localhost:6379?search=true"',
        'search refund --user ada --scan --json',
      ),
    )
    .action(run(search));
}

async function search(
  context: CommandContext,
  text: readonly string[],
  { user, ...options }: Options,
): Promise<void> {
  const { terminal, isJson } = context;
  await using directory = context.directory();
  const found = await directory.search(text.join(' '), { ...options, userId: user });
  for (const message of found.messages) {
    if (isJson) await terminal.json(message);
    else await terminal.lines(...foundLines(message, terminal));
  }
  if (!found.isComplete) terminal.note('Not all messages were read: --scan-limit');
  else if (found.messages.length === 0 && hasIndex(context.url)) {
    terminal.note('Nothing found. What was written before search was switched on: reindex');
  }
}

/** A file takes in by itself what its index misses. */
function hasIndex(url: string): boolean {
  return /^rediss?:.*[?&]search=true/u.test(url);
}

function foundLines(found: FoundMessage, terminal: Terminal): string[] {
  const { sessionId, userId, role, agent, timestamp, messageId, snippet } = found;
  const from = agent === null ? '' : ` ${harmlessLine(agent)}`;
  const notes = [userId ?? 'unknown', clockTime(timestamp), messageId].map(harmlessLine);
  const shown = snippet.map(({ text, isMatch }) =>
    isMatch ? terminal.style(['bold', 'yellow'], harmlessLine(text)) : harmlessLine(text),
  );
  const session = terminal.style('bold', harmlessLine(sessionId));
  return [
    `${session}  ${roleText(role, terminal)}${from}  ${terminal.style('dim', notes.join(' · '))}`,
    `  ${shown.join('')}`,
    '',
  ];
}
