/**
 * How long a caller waits, and the server works.
 *
 * @module
 */
import type { BenchClient } from '../place/client.ts';
import { serverTimeOf } from './server-time.ts';
import { spreadOf } from './spread.ts';

/**
 * Gives the median of the milliseconds that a work takes, one time after the other.
 */
export async function medianMs(
  count: number,
  work: (round: number) => Promise<unknown>,
): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < count; round += 1) {
    const began = performance.now();
    await work(round);
    times.push(performance.now() - began);
  }
  return spreadOf(times).median;
}

/**
 * Gives the microseconds of server time that a work takes each time, and the median of the milliseconds
 * that its caller waits.
 */
export async function callTimes(
  client: BenchClient,
  count: number,
  work: (round: number) => Promise<unknown>,
): Promise<{ serverUs: number; ms: number }> {
  let ms = 0;
  const used = await serverTimeOf(client, async () => {
    ms = await medianMs(count, work);
  });
  return { serverUs: used / count, ms };
}
