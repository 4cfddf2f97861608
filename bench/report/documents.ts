/**
 * The documents that full runs write.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../../scripts/project.ts';
import { runCommand } from '../../test/servers/run-command.ts';
import type { Findings, Row, Work } from '../works/work.ts';
import { writeBetweenMarkers } from './markers.ts';
import { drawPlot } from './plot.ts';
import { fullTable, shortTable } from './table.ts';

const README = join(ROOT, 'README.md');
const BENCHMARKS = join(ROOT, 'docs/benchmarks.md');
const PLOTS = join(ROOT, 'docs/plots');

/** The rows of the README, by their keys. Its length is limited. */
const README_ROWS = [
  'append/1000/list',
  'append-turn/1000/list',
  'far-append/1000/five commands',
  'live-read/1000/list',
  'first-read/1000/list',
  'newest/100000/list',
  'sqlite-append/1000/SQLiteSession in Python',
  'sqlite-append-synced/1000/SQLiteSession in Python',
];

/** A work and what it has found. */
export interface Measured {
  readonly work: Work;
  readonly findings: Findings;
}

/**
 * Writes the table of the README, the page of all measurements, and its plots.
 *
 * @param remarks - What is to be said of the run: the machine, and what is left out.
 */
export async function writeDocuments(
  measured: readonly Measured[],
  remarks: readonly string[],
): Promise<void> {
  const rows = measured.flatMap(({ findings }) => findings.rows);
  mkdirSync(PLOTS, { recursive: true });
  for (const { findings } of measured) {
    if (findings.plot !== undefined) {
      writeFileSync(join(PLOTS, `${findings.plot.name}.svg`), `${drawPlot(findings.plot)}\n`);
    }
  }
  writeBetweenMarkers(README, shortTable(README_ROWS.flatMap((key) => rowOf(rows, key))));
  writeBetweenMarkers(BENCHMARKS, [...remarks, ...measured.map(sectionOf)].join('\n\n'));
  await format(README, BENCHMARKS);
}

/**
 * Writes what a program beside the works has measured into the page of all measurements.
 *
 * @param name - That of the markers there.
 */
export async function writeSection(name: string, text: string): Promise<void> {
  writeBetweenMarkers(BENCHMARKS, text, name);
  await format(BENCHMARKS);
}

async function format(...paths: string[]): Promise<void> {
  await runCommand(join(ROOT, 'node_modules/.bin/oxfmt'), paths, 60_000);
}

/** A peer that is not on this machine has no row. */
function rowOf(rows: readonly Row[], key: string): Row[] {
  return rows.filter((row) => row.key === key);
}

/**
 * What there is to say of a work: its table, its plot, its notes.
 */
export function sectionOf({ work, findings }: Measured): string {
  const { rows, plot, notes = [] } = findings;
  const image = plot === undefined ? [] : [`![${plot.title}](plots/${plot.name}.svg)`];
  return [`### ${headingOf(work)}`, fullTable(rows), ...notes, ...image].join('\n\n');
}

function headingOf({ name, title }: Work): string {
  return `${title.charAt(0).toUpperCase()}${title.slice(1)} (\`${name}\`)`;
}
