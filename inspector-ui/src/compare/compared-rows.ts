/**
 * Two conversations as rows side by side.
 *
 * @module
 */
import type { Message } from '../api/types.ts';
import { type Row, rowsOf } from '../conversation/rows.ts';

/** A row of both, or what stands for all that they share. */
export type ComparedRow =
  | { kind: 'shared'; count: number }
  | { kind: 'pair'; left: Row | undefined; right: Row | undefined; isShared: boolean };

/** How many messages at their beginning are the same. */
export function sharedCount(left: readonly Message[], right: readonly Message[]): number {
  const length = Math.min(left.length, right.length);
  let count = 0;
  while (count < length && isSame(left[count], right[count])) count += 1;
  return count;
}

/** Gives the rows: what is shared as one, unless it is asked for, then what is not. */
export function comparedRows(options: {
  left: readonly Message[];
  right: readonly Message[];
  shared: number;
  showsShared: boolean;
}): ComparedRow[] {
  const { left, right, shared, showsShared } = options;
  const rows: ComparedRow[] = [{ kind: 'shared', count: shared }];
  if (showsShared) {
    rows.push(...pairsOf(rowsOf(left.slice(0, shared)), rowsOf(right.slice(0, shared)), true));
  }
  rows.push(...pairsOf(rowsOf(left.slice(shared)), rowsOf(right.slice(shared)), false));
  return rows;
}

/** A fork keeps what it took over as it was, with its ids. */
function isSame(one: Message | undefined, other: Message | undefined): boolean {
  return (
    one !== undefined &&
    other !== undefined &&
    one.role === other.role &&
    one.content === other.content &&
    (one.id === other.id || JSON.stringify(one.item) === JSON.stringify(other.item))
  );
}

function pairsOf(left: readonly Row[], right: readonly Row[], isShared: boolean): ComparedRow[] {
  // Days would stand beside messages.
  return sideBySide(
    left.filter(({ kind }) => kind !== 'day'),
    right.filter(({ kind }) => kind !== 'day'),
    isShared,
  );
}

function sideBySide(left: readonly Row[], right: readonly Row[], isShared: boolean): ComparedRow[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => ({
    kind: 'pair' as const,
    left: left[index],
    right: right[index],
    isShared,
  }));
}
