/**
 * How often each kind of call was made, what came of it, and how long it took.
 *
 * @module
 */
import type { Call } from './call.ts';

/**
 * Counts of one kind of call.
 */
export interface KindStatistics {
  readonly kind: string;
  readonly calls: number;
  readonly acknowledged: number;
  readonly repeated: number;
  readonly unknown: number;
  /** Those that were refused, by code. */
  readonly rejected: ReadonlyMap<string, number>;
  /** Milliseconds of calls that were acknowledged. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

interface Counts {
  readonly outcomes: Map<string, number>;
  readonly codes: Map<string, number>;
  readonly times: number[];
}

/**
 * Collects calls.
 */
export class Statistics {
  /** How many calls there were. */
  calls = 0;
  readonly #kinds = new Map<string, Counts>();

  add(calls: readonly Call[]): void {
    this.calls += calls.length;
    for (const { kind, outcome, code, begun, ended } of calls) {
      const counts = this.#kinds.get(kind) ?? {
        outcomes: new Map<string, number>(),
        codes: new Map<string, number>(),
        times: [],
      };
      this.#kinds.set(kind, counts);
      increase(counts.outcomes, outcome);
      if (outcome === 'rejected') increase(counts.codes, code);
      if (outcome === 'acknowledged' && ended !== null) counts.times.push(ended - begun);
    }
  }

  /** Most frequent kinds first. */
  get kinds(): KindStatistics[] {
    const all = [...this.#kinds].map(([kind, { outcomes, codes, times }]) => {
      const sorted = Float64Array.from(times).toSorted();
      const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
      return {
        kind,
        calls: [...outcomes.values()].reduce((sum, count) => sum + count, 0),
        acknowledged: outcomes.get('acknowledged') ?? 0,
        repeated: outcomes.get('repeated') ?? 0,
        unknown: outcomes.get('unknown') ?? 0,
        rejected: codes,
        p50: at(0.5),
        p99: at(0.99),
        max: sorted.at(-1) ?? 0,
      };
    });
    return all.toSorted((one, other) => other.calls - one.calls);
  }
}

/**
 * Counts one more.
 */
export function increase<N extends string>(counts: Map<N, number>, name: N, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
