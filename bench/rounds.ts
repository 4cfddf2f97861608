/**
 * Runs peers in turn, so that a machine whose speed drifts treats all alike.
 *
 * @module
 */

/**
 * One way of doing the work.
 */
export interface Peer {
  readonly name: string;
  /** Does the work once; `round` is never the same twice. */
  readonly run: (round: number) => Promise<unknown>;
  /** What comes before each, and is not timed. */
  readonly prepare?: ((round: number) => Promise<unknown>) | undefined;
}

/**
 * Median milliseconds of one run, by the name of the peer.
 */
export type Medians = ReadonlyMap<string, number>;

/**
 * Times every peer in each round and gives the medians over the rounds, the first of which warm up.
 *
 * @param runs - How often a peer does its work in one round.
 */
export async function timeInTurn(
  peers: readonly Peer[],
  { rounds = 15, warmUp = 3, runs = 100 }: { rounds?: number; warmUp?: number; runs?: number } = {},
): Promise<Medians> {
  const times = new Map<string, number[]>(peers.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds + warmUp; round += 1) {
    for (const peer of peers) {
      let spent = 0;
      for (let turn = 0; turn < runs; turn += 1) {
        await peer.prepare?.(round * runs + turn);
        const start = performance.now();
        await peer.run(round * runs + turn);
        spent += performance.now() - start;
      }
      if (round >= warmUp) times.get(peer.name)?.push(spent / runs);
    }
  }
  return new Map([...times].map(([name, values]) => [name, median(values)]));
}

/**
 * The middle one of some values.
 */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
