/**
 * Work on many values, some of them at a time.
 *
 * @module
 */

/**
 * Gives the results of work on values, in their order. Where work fails, it fails as that on the first of
 * those values did, whichever came to its end before; no work is under way then.
 *
 * @param size - How many are worked on at once.
 */
export async function inBatches<T, R>(
  values: readonly T[],
  size: number,
  work: (value: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < values.length; start += size) {
    const ends = await Promise.allSettled(values.slice(start, start + size).map(work));
    for (const end of ends) {
      if (end.status === 'rejected') throw end.reason;
      results.push(end.value);
    }
  }
  return results;
}
