/**
 * What is measured.
 *
 * @module
 */
import type { Pace } from '../measuring/pace.ts';
import type { Spread } from '../measuring/spread.ts';
import type { Place } from '../place/place.ts';
import type { Goal } from './goal.ts';

/** What the values of a row are. */
export type Unit = 'ms' | 'µs' | 'bytes' | 'per second';

/**
 * One comparison.
 */
export interface Row {
  /** What was done. */
  readonly what: string;
  /** In which case: how long the conversation was, say. */
  readonly at: string;
  readonly peer: string;
  readonly unit: Unit;
  readonly ours: Spread;
  readonly theirs: Spread;
  /** Ours to theirs, round by round. */
  readonly ratio: Spread;
  /** Microseconds of the server's own time, where there is one. */
  readonly server?: { readonly ours: number; readonly theirs: number };
  readonly goal?: Goal | undefined;
  /** What the row is found by for the table of the README. */
  readonly key: string;
}

/**
 * One peer's times, by length.
 */
export interface Curve {
  readonly peer: string;
  readonly points: readonly { readonly length: number; readonly ms: Spread }[];
}

/**
 * A plot of times against length.
 */
export interface Plot {
  /** The name of its file. */
  readonly name: string;
  readonly title: string;
  readonly curves: readonly Curve[];
}

/**
 * What a work has found.
 */
export interface Findings {
  readonly rows: readonly Row[];
  readonly plot?: Plot | undefined;
  /** What else there is to say: Markdown. */
  readonly notes?: readonly string[];
}

/**
 * One thing that is measured.
 */
export interface Work {
  /** What `--only` takes. */
  readonly name: string;
  readonly title: string;
  measure(place: Place, pace: Pace): Promise<Findings>;
}
