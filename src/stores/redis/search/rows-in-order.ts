/**
 * Rows of an index in the order of their times, some at a time.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import type { SortedRow } from './hash-index.ts';
import { endOf, firstPart, rangeBehind, type TimeRange } from './time-range.ts';

/** How many seconds are asked for first, and how many times as many where these had too few rows. */
const FIRST_SPAN = 1;
const SPAN_GROWTH = 16;
/** How many of one time are asked for, one after another until that is all: a server sets room aside. */
const OF_ONE_TIME = [1000, 30_000, 1_000_000];

/** What rows are asked for. */
export interface RowOrder {
  readonly descending: boolean;
  readonly range: TimeRange;
  /** About the time of the first one, if the range has no bound there; null where that is not known. */
  readonly start: number | null;
  /** About how many are looked at. */
  readonly most: number;
  /** Asks the index: gives null where there is no search. */
  readonly find: (
    range: TimeRange,
    most: number,
    deadline: Deadline,
  ) => Promise<SortedRow[] | null>;
}

/**
 * Gives all rows of a range, until the caller has enough.
 *
 * @yields The next ones in order, always all of a time; or null, as the last, where there is no search.
 */
export async function* rowsInOrder(
  order: RowOrder,
  deadline: Deadline,
): AsyncGenerator<readonly SortedRow[] | null, void> {
  let range: TimeRange | null = order.range;
  let span = FIRST_SPAN;
  while (range !== null) {
    const stretch = firstPart(order, range, { start: order.start, span });
    const part = await rowsOf(order, stretch, deadline);
    yield part?.rows ?? null;
    if (part === null) return;
    const { last, isAll } = part;
    if (isAll) span *= SPAN_GROWTH;
    const isEnd: boolean = isAll && last === endOf(order, range);
    range = isEnd || last === undefined ? null : rangeBehind(order, range, last);
  }
}

/** The first rows of a stretch, all of each time; whether that is all of it, and the time of the last. */
async function rowsOf(
  order: RowOrder,
  stretch: TimeRange,
  deadline: Deadline,
): Promise<{ rows: SortedRow[]; isAll: boolean; last: number | undefined } | null> {
  const { most, find } = order;
  const found = await find(stretch, most, deadline);
  if (found === null) return null;
  const isAll = found.length < most;
  const rows = found.filter(hasTime);
  const last = isAll ? endOf(order, stretch) : rows.at(-1)?.time;
  if (isAll || last === undefined) return { rows, isAll, last };
  const ofLast = await allOfTime(order, String(last), deadline);
  if (ofLast === null) return null;
  return { rows: [...rows.filter(({ time }) => time !== last), ...ofLast], isAll, last };
}

/** One that has just expired has none. */
function hasTime({ time }: SortedRow): boolean {
  return !Number.isNaN(time);
}

async function allOfTime(
  { find }: RowOrder,
  time: string,
  deadline: Deadline,
): Promise<SortedRow[] | null> {
  let rows: SortedRow[] | null = [];
  for (const most of OF_ONE_TIME) {
    rows = await find({ from: time, to: time }, most, deadline);
    if (rows === null || rows.length < most) return rows;
  }
  return rows;
}
