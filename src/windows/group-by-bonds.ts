import type { Bond } from './bond.ts';

/**
 * Puts the positions from 0 to `count` into groups: what a bond or a chain of bonds connects is in
 * the same one. Groups stand in the order of their first positions.
 */
export function groupByBonds(count: number, bonds: readonly Bond[]): number[][] {
  const earlier = Array.from({ length: count }, (_, position) => position);
  for (const [first, second] of bonds) {
    const [one, other] = [firstOf(earlier, first), firstOf(earlier, second)];
    earlier[Math.max(one, other)] = Math.min(one, other);
  }
  const groups = new Map<number, number[]>();
  for (const position of earlier.keys()) {
    const first = firstOf(earlier, position);
    const group = groups.get(first);
    if (group === undefined) groups.set(first, [position]);
    else group.push(position);
  }
  return [...groups.values()];
}

/** Follows bonds to the start of a group. The way is short, as bonds lead to what was met before. */
function firstOf(earlier: readonly number[], position: number): number {
  let at = position;
  for (let next = earlier[at] ?? at; next !== at; next = earlier[at] ?? at) at = next;
  return at;
}
