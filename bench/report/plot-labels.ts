/**
 * Places for labels beside a log axis.
 *
 * @module
 */

/**
 * Moves values apart until no two are nearer than a gap, none further than it needs.
 *
 * @param domain - The ends of the axis.
 * @param gap - The least distance, as a part of the axis.
 * @returns The places, in the order of the values.
 */
export function spreadLabels(
  values: readonly number[],
  { domain: [low, high], gap }: { domain: readonly [number, number]; gap: number },
): number[] {
  const span = Math.log(high / low);
  const order = values
    .map((_, index) => index)
    .toSorted((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const places = order.map((index) => Math.log((values[index] ?? low) / low) / span);
  // Up from the bottom, then down from the top: what was pushed out comes back in.
  for (let at = 1; at < places.length; at += 1) {
    places[at] = Math.max(places[at] ?? 0, (places[at - 1] ?? 0) + gap);
  }
  let ceiling = 1;
  for (let at = places.length - 1; at >= 0; at -= 1) {
    places[at] = Math.min(places[at] ?? 0, ceiling);
    ceiling = (places[at] ?? 0) - gap;
  }
  const found = new Map(order.map((index, at) => [index, places[at] ?? 0]));
  return values.map((_, index) => low * Math.exp((found.get(index) ?? 0) * span));
}
