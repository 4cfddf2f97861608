/**
 * Runs contestants in turn, so that a machine whose speed drifts treats all alike.
 *
 * @module
 */
import type { Contestant } from './contestant.ts';
import type { Pace } from './pace.ts';

/**
 * Has every contestant take a turn in each round, in another order each time, so that none always comes
 * behind the same one.
 */
export async function runRounds(contestants: readonly Contestant[], pace: Pace): Promise<void> {
  for (const contestant of contestants) await contestant.begin(pace);
  for (let round = 0; round < pace.warmUp + pace.rounds; round += 1) {
    for (const contestant of shuffled(contestants)) await contestant.takeTurn(round < pace.warmUp);
  }
  for (const contestant of contestants) await contestant.end();
}

function shuffled<T>(values: readonly T[]): T[] {
  const places = values.map((value) => ({ value, place: Math.random() }));
  return places.toSorted((one, other) => one.place - other.place).map(({ value }) => value);
}

/** One of two ways, as a function of the round. */
export type Way = (round: number) => Promise<number>;

/**
 * Calls functions in turn and gives what each of them gave, by round, without those of the warm-up.
 */
export async function inTurn<Name extends string>(
  ways: Readonly<Record<Name, Way>>,
  { rounds, warmUp }: Pick<Pace, 'rounds' | 'warmUp'>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(ways) as Name[];
  const values = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < warmUp + rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const value = await ways[name](round);
      if (round >= warmUp) values.get(name)?.push(value);
    }
  }
  return Object.fromEntries(values) as Record<Name, number[]>;
}
