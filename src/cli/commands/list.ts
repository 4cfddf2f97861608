/**
 * `json-session list`: sessions, those that were written last first.
 *
 * @module
 */
import type { Command } from 'commander';

import type { ListedSession, ListOptions } from '../../directory/index.ts';
import { type CommandContext, wholeNumber } from '../command-context.ts';
import { type FilterOptions, queryOf, withFilters } from '../session-filters.ts';
import { harmlessLine } from '../terminal/harmless-text.ts';
import { type Column, tableLines } from '../terminal/table.ts';
import { fromNow } from '../terminal/times.ts';
import { count } from '../terminal/transcript.ts';
import { examples, type Runner } from './command.ts';

interface Options extends FilterOptions {
  readonly attribute?: Record<string, string>;
  readonly orderBy: 'updated' | 'created' | 'id';
  readonly limit: number;
  readonly cursor?: string;
  readonly all?: boolean;
}

const COLUMNS: readonly Column[] = [
  { heading: 'SESSION' },
  { heading: 'USER' },
  { heading: 'AGENT' },
  { heading: 'MESSAGES', isNumber: true },
  { heading: 'TOKENS', isNumber: true },
  { heading: 'WRITTEN' },
  { heading: 'EXPIRES' },
];

/**
 * Adds the command to the program.
 */
export function addList(program: Command, run: Runner): void {
  withFilters(
    program
      .command('list')
      .summary('list sessions')
      .description('Lists sessions, those that were written last first.'),
  )
    .option('--attribute <name=value...>', 'only sessions with this attribute', addAttribute)
    .option('-o, --order-by <order>', 'updated, created or id', 'updated')
    .option('-n, --limit <number>', 'sessions on a page', wholeNumber('limit'), 50)
    .option('-c, --cursor <cursor>', 'go on behind an earlier page')
    .option('--all', 'all pages')
    .addHelpText(
      'after',
      examples('list', 'list --user ada --since 7d', 'list --attribute tenant=acme --all --json'),
    )
    .action(run(list));
}

async function list(context: CommandContext, options: Options): Promise<void> {
  const { terminal, isJson } = context;
  await using directory = context.directory();
  let cursor: string | null | undefined = options.cursor;
  let isFirst = true;
  do {
    const page = await directory.list({ ...listOptions(options), cursor: cursor ?? undefined });
    if (isJson) for (const session of page.sessions) await terminal.json(session);
    else if (page.sessions.length > 0) await terminal.lines(...tableOf(page.sessions, isFirst));
    ({ cursor } = page);
    isFirst = false;
  } while (options.all === true && cursor !== null);
  if (cursor !== null) terminal.note(`There are more: --cursor ${harmlessLine(cursor)}`);
}

function listOptions({ attribute, orderBy, limit, ...filters }: Options): ListOptions {
  return { ...queryOf(filters), attributes: attribute, orderBy, limit };
}

function tableOf(sessions: readonly ListedSession[], isFirst: boolean): string[] {
  const lines = tableLines(COLUMNS, sessions.map(rowOf));
  return isFirst ? lines : lines.slice(1);
}

function rowOf(session: ListedSession): string[] {
  const { sessionId, userId, currentAgent, messageCount, totalTokens } = session;
  return [
    sessionId,
    userId ?? '–',
    currentAgent ?? '–',
    count(messageCount),
    count(totalTokens),
    fromNow(session.updatedAt),
    session.expiresAt === null ? 'never' : fromNow(session.expiresAt),
  ];
}

function addAttribute(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [name = '', ...value] = text.split('=');
  return { ...before, [name]: value.join('=') };
}
