/**
 * What a comparison is to come to.
 *
 * @module
 */

/**
 * A bound on the ratio of ours to the peer's.
 */
export interface Goal {
  /** For people. */
  readonly text: string;
  isReached(ratio: number): boolean;
}

/** Ours takes at most so many times what the peer takes. */
export function atMost(ratio: number): Goal {
  return { text: `≤ ${ratio}`, isReached: (found) => found <= ratio };
}

/** Ours gives at least this part of what the peer gives. */
export function atLeast(ratio: number): Goal {
  return { text: `≥ ${ratio}`, isReached: (found) => found >= ratio };
}

/** Ours is so many times faster. */
export function timesFaster(times: number): Goal {
  const ratio = 1 / times;
  return {
    text: `≤ ${ratio.toFixed(2)} (${times} times faster)`,
    isReached: (found) => found <= ratio,
  };
}
