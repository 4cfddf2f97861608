/**
 * A soak of one store: rounds of workers and faults, each judged at its end.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Fate } from '../faults/oracle.ts';
import { judgeRound, type Violation } from './closing.ts';
import { Crew, type Growth } from './crew.ts';
import type { Fault, Place } from './place.ts';
import { mixedSeed, plannedFaults } from './plan.ts';
import { increase, Statistics } from './statistics.ts';

const ROUND_MS = 60_000;
const LONGEST_PAUSE_MS = 2500;
const PAUSES_IN_ROUND = 8;
const WATCH_MS = 1000;

/**
 * What to soak.
 */
export interface SoakOptions {
  readonly milliseconds: number;
  readonly processes: number;
  readonly sessions: number;
  readonly seed: number;
  /** Where workers note their calls. */
  readonly folder: string;
  /** Is told now and then how far it is. */
  readonly onProgress: (line: string) => void;
}

/**
 * What came of it.
 */
export interface SoakReport {
  readonly store: string;
  readonly seconds: number;
  readonly rounds: number;
  readonly statistics: Statistics;
  readonly faults: ReadonlyMap<string, number>;
  /** Of the texts that were acknowledged, how many are sure to be there, or not to be. */
  readonly fates: ReadonlyMap<Fate, number>;
  readonly growth: readonly Growth[];
  /** The most connections that the server had, or null where it has none. */
  readonly mostConnections: number | null;
  readonly violations: readonly Violation[];
}

/**
 * Soaks a store and ends all that it started.
 */
export async function soak(place: Place, options: SoakOptions): Promise<SoakReport> {
  const crew = new Crew(place, options);
  try {
    return await new Soak(place, crew, options).run();
  } finally {
    await crew.kill();
    await place.stop();
  }
}

class Soak {
  readonly #place: Place;
  readonly #crew: Crew;
  readonly #options: SoakOptions;
  readonly #statistics = new Statistics();
  readonly #faults = new Map<string, number>();
  readonly #fates = new Map<Fate, number>();
  readonly #violations: Violation[] = [];
  #mostConnections: number | null = null;

  constructor(place: Place, crew: Crew, options: SoakOptions) {
    this.#place = place;
    this.#crew = crew;
    this.#options = options;
  }

  async run(): Promise<SoakReport> {
    const { milliseconds } = this.#options;
    const rounds = Math.max(1, Math.round(milliseconds / ROUND_MS));
    const start = performance.now();
    for (let round = 1; round <= rounds; round += 1) {
      await this.#play(round, milliseconds / rounds);
      this.#tell(`round ${round} of ${rounds}`);
    }
    this.#violations.push(...(await this.#crew.end()));
    return {
      store: this.#place.name,
      seconds: (performance.now() - start) / 1000,
      rounds,
      statistics: this.#statistics,
      faults: this.#faults,
      fates: this.#fates,
      growth: this.#crew.growth,
      mostConnections: this.#mostConnections,
      violations: this.#violations,
    };
  }

  async #play(number: number, milliseconds: number): Promise<void> {
    const keyPrefix = `soak-${number}:`;
    const { seed } = this.#options;
    await this.#crew.begin({ number, keyPrefix });
    const ending = new AbortController();
    const { signal } = ending;
    const longestPause = Math.min(LONGEST_PAUSE_MS, milliseconds / PAUSES_IN_ROUND);
    const troubles = [this.#place.faults, this.#crew.faults].map((faults, kind) =>
      // A worker takes its time to begin, so it is left alone for longer.
      this.#makeTrouble(
        faults,
        plannedFaults(mixedSeed(seed, number, kind), longestPause * (1 + kind)),
        signal,
      ),
    );
    const all = Promise.all([...troubles, this.#watch(signal)]);
    // Trouble that fails ends the soak at once.
    await Promise.race([all, delay(milliseconds)]);
    ending.abort();
    await all;
    await this.#place.heal();
    const { calls, violations } = await this.#crew.pause();
    this.#violations.push(...violations);
    const judgement = await judgeRound(this.#place, keyPrefix, calls);
    this.#violations.push(...judgement.violations);
    for (const [fate, count] of judgement.fates) increase(this.#fates, fate, count);
    this.#statistics.add(calls);
    const wrong = await this.#place.wipe();
    this.#violations.push(...wrong.map((what) => ({ where: this.#place.name, what })));
  }

  async #makeTrouble(
    faults: readonly Fault[],
    plan: ReturnType<typeof plannedFaults>,
    signal: AbortSignal,
  ): Promise<void> {
    for (const planned of plan) {
      await hold(planned.pause, signal);
      if (signal.aborted) return;
      const fault = faults[Math.floor(planned.which * faults.length)];
      await fault?.inflict(planned, (milliseconds) => hold(milliseconds, signal));
      increase(this.#faults, fault?.name ?? '');
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const most = this.#place.mostConnections;
    for (let second = 1; !signal.aborted; second += 1) {
      await hold(WATCH_MS, signal);
      const count = await this.#place.connections();
      if (count !== null) this.#mostConnections = Math.max(count, this.#mostConnections ?? 0);
      if (count !== null && most !== null && count > most) {
        this.#violations.push({ where: 'server', what: `${count} connections of ${most}` });
      }
      if (second % 10 === 0) this.#tell(`${second} s into a round`);
    }
  }

  #tell(what: string): void {
    const faults = [...this.#faults.values()].reduce((sum, count) => sum + count, 0);
    const { length } = this.#violations;
    this.#options.onProgress(
      `${this.#place.name}: ${what}, ${this.#statistics.calls} calls judged, ${faults} faults, ${length} violations`,
    );
  }
}

async function hold(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => {});
}
