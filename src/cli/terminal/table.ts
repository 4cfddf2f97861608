/**
 * Tables for people.
 *
 * @module
 */
import Table from 'cli-table3';

import { harmlessLine } from './harmless-text.ts';

/**
 * A column: its heading, and whether it holds numbers.
 */
export interface Column {
  readonly heading: string;
  readonly isNumber?: boolean;
}

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/**
 * Gives lines of a table. Nothing is cut: an id must be there as a whole to be copied.
 */
export function tableLines(columns: readonly Column[], rows: readonly string[][]): string[] {
  const table = new Table({
    head: columns.map(({ heading }) => heading),
    chars: NO_BORDERS,
    colAligns: columns.map(({ isNumber = false }) => (isNumber ? 'right' : 'left')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) table.push(row.map((cell) => harmlessLine(cell)));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}
