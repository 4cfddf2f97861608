/**
 * How long a run of the measurements may take.
 *
 * @module
 */

/**
 * What a quick run and a full one differ in.
 */
export interface Pace {
  readonly isQuick: boolean;
  /** Rounds that count. */
  readonly rounds: number;
  /** Rounds before them. */
  readonly warmUp: number;
  /** Milliseconds that each peer runs before all rounds: a service is not at its first request. */
  readonly warmMs: number;
  /** Milliseconds that each peer gets in a round. */
  readonly turnMs: number;
  /** Longer conversations are left out. */
  readonly maxLength: number;
}

/** For the documents. */
export const FULL: Pace = {
  isQuick: false,
  rounds: 21,
  warmUp: 3,
  warmMs: 1500,
  turnMs: 25,
  maxLength: 100_000,
};

/** Tells in which direction things go. */
export const QUICK: Pace = {
  isQuick: true,
  rounds: 7,
  warmUp: 2,
  warmMs: 250,
  turnMs: 10,
  maxLength: 1000,
};
