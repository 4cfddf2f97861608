/**
 * Rows as Markdown tables, written from measurements only.
 *
 * @module
 */
import type { Spread } from '../measuring/spread.ts';
import type { Row, Unit } from '../works/work.ts';

const DIGITS: Readonly<Record<Unit, number>> = { ms: 3, µs: 0, bytes: 0, 'per second': 0 };

/**
 * The table of the README.
 */
export function shortTable(rows: readonly Row[]): string {
  return table(
    ['Work, at so many messages', 'Peer', 'Ours : peer', 'Ratio', 'Server ours : peer'],
    rows.map((row) => [
      `${row.what}, ${row.at}`,
      row.peer,
      values(row),
      short(row.ratio.median),
      server(row),
    ]),
  );
}

/**
 * The table with goals and spreads.
 */
export function fullTable(rows: readonly Row[]): string {
  return table(
    ['At', 'Peer', 'Ours : peer', 'Ratio (quartiles)', 'Server ours : peer', 'Goal', 'Reached'],
    rows.map((row) => [
      row.at,
      row.peer,
      values(row),
      ratio(row.ratio),
      server(row),
      row.goal?.text ?? '',
      reached(row),
    ]),
  );
}

/**
 * Gives a Markdown table.
 */
export function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const rule = head.map(() => '---');
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function values({ ours, theirs, unit }: Row): string {
  return `${number(ours.median, unit)} : ${number(theirs.median, unit)} ${unit}`;
}

function number(value: number, unit: Unit): string {
  const digits = DIGITS[unit];
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function ratio({ lower, median, upper }: Spread): string {
  return `${short(median)} (${short(lower)}–${short(upper)})`;
}

/** Small ratios keep two digits that say something. */
function short(value: number): string {
  return value < 0.1 ? String(Number(value.toPrecision(2))) : value.toFixed(2);
}

function server(row: Row): string {
  if (row.server === undefined) return '–';
  return `${row.server.ours.toFixed(0)} : ${row.server.theirs.toFixed(0)} µs`;
}

function reached({ goal, ratio: found }: Row): string {
  if (goal === undefined) return '';
  return goal.isReached(found.median) ? 'yes' : 'no';
}
