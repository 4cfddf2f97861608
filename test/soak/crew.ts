/**
 * The workers: started, killed, stopped and replaced.
 *
 * @module
 */
import { join } from 'node:path';
import type { Call } from './call.ts';
import { readCalls } from './call-log.ts';
import type { Violation } from './closing.ts';
import type { Fault, Place } from './place.ts';
import { mixedSeed } from './plan.ts';
import { type Memory, type Round, WorkerProcess } from './worker-process.ts';

const LONGEST_STOP_MS = 8000;
const MEGABYTE = 2 ** 20;
/** Of what is no garbage. */
const MOST_GROWTH_MB = 50;
/** Slows the callers down, so that the machine does something else as well. */
const PACE = 2;

/**
 * The memory of a worker at the end of its first round and of its last one, in megabytes.
 */
export interface Growth {
  readonly name: string;
  readonly rounds: number;
  readonly rss: readonly [first: number, last: number];
  /** Without what is garbage. */
  readonly heap: readonly [first: number, last: number];
}

/**
 * What a crew needs to know.
 */
export interface CrewOptions {
  readonly processes: number;
  readonly sessions: number;
  readonly seed: number;
  /** Where workers note their calls. */
  readonly folder: string;
}

/**
 * As many workers as were asked for.
 */
export class Crew {
  readonly #place: Place;
  readonly #options: CrewOptions;
  readonly #memory = new Map<string, Memory[]>();
  /** Those of this round that are gone. */
  readonly #gone: WorkerProcess[] = [];
  #workers: WorkerProcess[] = [];
  #round: Omit<Round, 'log'> | null = null;
  #hired = 0;

  constructor(place: Place, options: CrewOptions) {
    this.#place = place;
    this.#options = options;
  }

  /** Begins a round once all workers are there. */
  async begin(round: Omit<Round, 'log'>): Promise<void> {
    while (this.#workers.length < this.#options.processes) this.#workers.push(this.#hire());
    await Promise.all(this.#workers.map((worker) => worker.untilReady()));
    this.#round = round;
    this.#gone.length = 0;
    for (const worker of this.#workers) this.#send(worker);
  }

  /** What can happen to a worker. The first one lives on, so that its memory can be watched. */
  get faults(): Fault[] {
    return [
      {
        name: 'worker SIGKILL',
        inflict: async ({ whom }) => {
          const { length } = this.#workers;
          const place = Math.min(length - 1, 1 + Math.floor(whom * (length - 1)));
          const victim = this.#workers[place];
          if (victim === undefined) return;
          await victim.kill();
          this.#gone.push(victim);
          this.#workers[place] = this.#hire();
        },
      },
      {
        name: 'worker SIGSTOP',
        inflict: async ({ whom, amount }, hold) => {
          const victim = this.#workers[Math.floor(whom * this.#workers.length)];
          victim?.signal('SIGSTOP');
          await hold(amount * LONGEST_STOP_MS);
          victim?.signal('SIGCONT');
        },
      },
    ];
  }

  /** Has all calls end. Gives the calls of the round, and what went wrong with workers. */
  async pause(): Promise<{ calls: Call[]; violations: Violation[] }> {
    const violations: Violation[] = [];
    const all = [...this.#workers, ...this.#gone];
    await Promise.all(
      this.#workers.map(async (worker) => {
        const memory = await worker.pause();
        const { name } = worker.task;
        if (memory !== null) this.#memory.set(name, [...(this.#memory.get(name) ?? []), memory]);
        const mishap = worker.mishap ?? (memory === null ? 'did not come to rest' : null);
        if (mishap !== null) violations.push({ where: `worker ${name}`, what: mishap });
        if (memory === null) await worker.kill();
      }),
    );
    this.#workers = this.#workers.filter(({ endedAt }) => endedAt === null);
    this.#round = null;
    const calls = all.flatMap(({ log, endedAt }) =>
      readCalls(log, endedAt ?? Number.POSITIVE_INFINITY),
    );
    return { calls, violations };
  }

  /** Ends all workers; gives what is wrong with how they ended. */
  async end(): Promise<Violation[]> {
    const ended = await Promise.all(
      this.#workers.map(async (worker) => ({
        name: worker.task.name,
        isEnded: await worker.end(),
      })),
    );
    const late = ended.filter(({ isEnded }) => !isEnded);
    const grown = this.growth.filter(({ heap: [first, last] }) => last - first > MOST_GROWTH_MB);
    return [
      ...late.map(({ name }) => ({ where: `worker ${name}`, what: 'did not end by itself' })),
      ...grown.map(({ name, heap: [first, last] }) => ({
        where: `worker ${name}`,
        what: `its memory grew from ${first.toFixed(0)} to ${last.toFixed(0)} MB`,
      })),
    ];
  }

  /** Ends what still runs, whatever it does. */
  async kill(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.kill()));
  }

  /** Of workers that lived for more than one round, those that lived longest first. */
  get growth(): Growth[] {
    return [...this.#memory]
      .filter(([, sizes]) => sizes.length > 1)
      .map(([name, sizes]) => ({
        name,
        rounds: sizes.length,
        rss: ends(sizes.map(({ rss }) => rss)),
        heap: ends(sizes.map(({ heap }) => heap)),
      }))
      .toSorted((one, other) => other.rounds - one.rounds);
  }

  #hire(): WorkerProcess {
    const { seed, sessions } = this.#options;
    const number = this.#hired;
    this.#hired += 1;
    const worker = new WorkerProcess({
      name: `w${number}`,
      seed: mixedSeed(seed, number),
      isRedis: this.#place.name === 'redis',
      sessions,
      pace: PACE,
      ...this.#place.addressOf(number),
    });
    this.#send(worker);
    return worker;
  }

  #send(worker: WorkerProcess): void {
    if (this.#round === null) return;
    const log = join(this.#options.folder, `round-${this.#round.number}-${worker.task.name}.jsonl`);
    worker.begin({ ...this.#round, log });
  }
}

/** The first and the last size, in megabytes. */
function ends(sizes: readonly number[]): [first: number, last: number] {
  return [(sizes[0] ?? 0) / MEGABYTE, (sizes.at(-1) ?? 0) / MEGABYTE];
}
