/**
 * Stretches of time in which an index is asked for sessions: to put all of many in order takes a server
 * long, a few seconds of them take it next to nothing.
 *
 * @module
 */
import type { ListParams } from '../../../directory-store.ts';

/** Times from which and up to which, as a query takes them, and which of the two is left out itself. */
export interface TimeRange {
  readonly from: string;
  readonly to: string;
  readonly without?: 'from' | 'to' | undefined;
}

/**
 * Gives all that a list can be about.
 */
export function wholeRange({ cursor, descending, orderBy, updatedSince }: ListParams): TimeRange {
  const since = orderBy === 'updated' && updatedSince !== undefined ? String(updatedSince) : '-inf';
  const time = cursor?.time === undefined ? null : String(cursor.time);
  return descending ? { from: since, to: time ?? '+inf' } : { from: time ?? since, to: '+inf' };
}

/**
 * Gives the first part of a range, or the range where that is not longer.
 *
 * @param start - About where it begins in the order, if it has no bound there; null for the range.
 */
export function firstPart(
  { descending }: Pick<ListParams, 'descending'>,
  range: TimeRange,
  { start, span }: { start: number | null; span: number },
): TimeRange {
  if (start === null) return range;
  if (descending) {
    const from = Math.min(numberOf(range.to), start) - span;
    return from <= Math.max(0, numberOf(range.from)) ? range : { ...range, from: String(from) };
  }
  const to = Math.max(numberOf(range.from), start) + span;
  return to >= Math.min(Date.now() / 1000, numberOf(range.to))
    ? range
    : { ...range, to: String(to) };
}

/**
 * Gives what is left of a range behind a time.
 */
export function rangeBehind(
  { descending }: Pick<ListParams, 'descending'>,
  { from, to }: TimeRange,
  time: number,
): TimeRange {
  const bound = String(time);
  return descending ? { from, to: bound, without: 'to' } : { from: bound, to, without: 'from' };
}

/**
 * Gives where a range ends in the order.
 */
export function endOf(
  { descending }: Pick<ListParams, 'descending'>,
  { from, to }: TimeRange,
): number {
  return numberOf(descending ? from : to);
}

function numberOf(bound: string): number {
  return Number(bound.replace('inf', 'Infinity'));
}
