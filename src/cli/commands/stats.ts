/**
 * `json-session stats`: sessions, messages and tokens in sum.
 *
 * @module
 */
import type { Command } from 'commander';

import type { DirectoryStatistics } from '../../directory/index.ts';
import type { CommandContext } from '../command-context.ts';
import { type FilterOptions, queryOf, withFilters } from '../session-filters.ts';
import { type Column, tableLines } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { Progress } from '../terminal/progress.ts';
import { count } from '../terminal/transcript.ts';
import { examples, type Runner } from './command.ts';

const SESSIONS: Column = { heading: 'SESSIONS', isNumber: true };
const MESSAGES: Column = { heading: 'MESSAGES', isNumber: true };
const TOKENS: Column = { heading: 'TOKENS', isNumber: true };
const NUMBERS = [SESSIONS, MESSAGES, TOKENS];
/** Rows of a table; JSON has all. */
const TOP = 20;

/**
 * Adds the command to the program.
 */
export function addStats(program: Command, run: Runner): void {
  withFilters(
    program
      .command('stats')
      .summary('count sessions, messages and tokens')
      .description('Counts sessions, messages and tokens: in all, by user, by agent and by day.'),
  )
    .addHelpText('after', examples('stats', 'stats --since 30d --json'))
    .action(run(stats));
}

async function stats(context: CommandContext, filters: FilterOptions): Promise<void> {
  const { terminal, isJson } = context;
  await using directory = context.directory();
  const progress = new Progress(terminal, 'sessions');
  const sums = await directory.stats({
    ...queryOf(filters),
    onProgress: (sessions) => progress.reach(sessions),
  });
  if (isJson) {
    await terminal.json(plainSums(sums));
    return;
  }
  const { sessions, messages, tokens } = sums;
  await terminal.lines(...tableLines(NUMBERS, [[sessions, messages, tokens].map(count)]));
  await writeTop(
    terminal,
    'USER',
    NUMBERS,
    rowsOf(sums.users, (sum) => [sum.sessions, sum.messages, sum.tokens]),
  );
  await writeTop(
    terminal,
    'AGENT',
    [SESSIONS, TOKENS],
    rowsOf(sums.agents, (sum) => [sum.sessions, sum.tokens]),
  );
  const days = rowsOf(sums.days, (sum) => [sum.sessions, sum.messages, sum.tokens], false);
  await writeTop(terminal, 'DAY (UTC)', NUMBERS, days.slice(-TOP));
}

/** Those with the most sessions first. */
function rowsOf<Sum extends { sessions: number }>(
  sums: ReadonlyMap<string, Sum>,
  numbersOf: (sum: Sum) => number[],
  isSorted: boolean = true,
): string[][] {
  const entries = [...sums];
  if (isSorted) entries.sort(([, a], [, b]) => b.sessions - a.sessions);
  return entries.map(([name, sum]) => [name].concat(numbersOf(sum).map(count)));
}

async function writeTop(
  terminal: Terminal,
  heading: string,
  numbers: readonly Column[],
  rows: string[][],
): Promise<void> {
  if (rows.length === 0) return;
  await terminal.lines('', ...tableLines([{ heading }, ...numbers], rows.slice(0, TOP)));
  if (rows.length > TOP) terminal.note(`and ${rows.length - TOP} more: --json has all`);
}

function plainSums({ users, agents, days, ...all }: DirectoryStatistics): object {
  return {
    ...all,
    users: Object.fromEntries(users),
    agents: Object.fromEntries(agents),
    days: Object.fromEntries(days),
  };
}
