/**
 * `json-session bench`: how fast a store is from here.
 *
 * @module
 */
import type { Command } from 'commander';

import { wholeNumber, type CommandContext } from '../command-context.ts';
import { benchStore } from '../store-bench.ts';
import { type Column, tableLines } from '../terminal/table.ts';
import { count } from '../terminal/transcript.ts';
import { examples, type Runner } from './command.ts';

interface Options {
  readonly quick?: boolean;
  readonly messages: number;
}

const CALLS = 2000;
const QUICK_CALLS = 200;

const COLUMNS: readonly Column[] = [
  { heading: 'CALL' },
  { heading: 'MESSAGES', isNumber: true },
  { heading: 'MEDIAN MS', isNumber: true },
  { heading: 'P99 MS', isNumber: true },
  { heading: 'PER SECOND', isNumber: true },
];

/**
 * Adds the command to the program.
 */
export function addBench(program: Command, run: Runner): void {
  program
    .command('bench')
    .summary('measure how fast a store is from here')
    .description(
      'Times calls on a session of its own, one after the other, and deletes it. ' +
        'How this package compares with others: docs/benchmarks.md.',
    )
    .option('--quick', 'a tenth of the calls')
    .option('-m, --messages <number>', 'messages in the session', wholeNumber('messages'), 1000)
    .addHelpText('after', examples('bench --quick', 'bench --messages 10000 --json'))
    .action(run(bench));
}

async function bench(context: CommandContext, { quick, messages }: Options): Promise<void> {
  const { terminal, isJson } = context;
  const results = await benchStore({
    place: context.newPlace,
    calls: quick === true ? QUICK_CALLS : CALLS,
    messages,
    onProgress: (done, all) => terminal.counter(`${done} of ${all} calls measured`),
  });
  if (isJson) for (const result of results) await terminal.json(result);
  else {
    const rows = results.map(({ call, median, p99 }) => [
      call,
      count(messages),
      median.toFixed(3),
      p99.toFixed(3),
      count(Math.round(1000 / median)),
    ]);
    await terminal.lines(...tableLines(COLUMNS, rows));
  }
}
