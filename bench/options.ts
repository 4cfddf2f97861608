/**
 * What the command line asks for.
 *
 * @module
 */
import { parseArgs } from 'node:util';

import { FULL, type Pace, QUICK } from './measuring/pace.ts';
import type { Work } from './works/work.ts';

/**
 * A run of the measurements.
 */
export interface BenchOptions {
  readonly pace: Pace;
  readonly works: readonly Work[];
  /** Only a full run writes the tables and plots of the documents. */
  readonly isFull: boolean;
  /** What of a full run this one leaves out. */
  readonly omitted: readonly string[];
  /** What to print instead of measuring. */
  readonly help: string | null;
}

/**
 * Reads the arguments of the command.
 *
 * @throws Error when they name a work that is not there.
 */
export function readOptions(args: readonly string[], works: readonly Work[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const unknown = values.only.find((name) => !works.some((work) => work.name === name));
  if (unknown !== undefined) throw new Error(`There is no work ${unknown}\n\n${helpOf(works)}`);
  const wanted =
    values.only.length === 0 ? works : works.filter(({ name }) => values.only.includes(name));
  return {
    pace: values.quick ? QUICK : FULL,
    works: wanted,
    isFull: !values.quick && values.only.length === 0,
    omitted: [
      ...(values.quick ? [quickRemark()] : []),
      ...(wanted.length < works.length
        ? [`Only: ${values.only.join(', ')}. Nothing is written.`]
        : []),
    ],
    help: values.help ? helpOf(works) : null,
  };
}

function quickRemark(): string {
  const { rounds, maxLength } = QUICK;
  return (
    `Quick: ${rounds} rounds instead of ${FULL.rounds}, so figures are rough; left out are conversations ` +
    `of more than ${maxLength.toLocaleString('en')} messages, and with them plots. Nothing is written.`
  );
}

function helpOf(works: readonly Work[]): string {
  const width = Math.max(...works.map(({ name }) => name.length));
  return [
    'npm run bench                  all works; writes docs/benchmarks.md, docs/plots, the README',
    'npm run bench -- --quick       under two minutes: few rounds, short conversations; writes nothing',
    'npm run bench -- --only NAME   one work, or several: --only append --only newest; writes nothing',
    '',
    'Works:',
    ...works.map(({ name, title }) => `  ${name.padEnd(width)}  ${title}`),
  ].join('\n');
}
