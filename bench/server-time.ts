/**
 * The server's own account of the time that commands took.
 *
 * @module
 */
import type { BenchClient } from './client.ts';

const RUNS = 1000;

/**
 * Gives the microseconds of server time that one run of the work costs, by `INFO commandstats`. No
 * one else may use the server meanwhile.
 */
export async function serverMicroseconds(
  client: BenchClient,
  work: (turn: number) => Promise<unknown>,
): Promise<number> {
  await client.sendCommand(['CONFIG', 'RESETSTAT']);
  for (let turn = 0; turn < RUNS; turn += 1) await work(turn);
  const stats = await client.info('commandstats');
  // What a script calls is counted in the script's own line already.
  const byScript = stats.includes('cmdstat_evalsha:');
  let total = 0;
  for (const [, command = '', time] of stats.matchAll(/^cmdstat_([^:]+):calls=\d+,usec=(\d+)/gm)) {
    if (command === 'config|resetstat') continue;
    if (!byScript || command === 'evalsha') total += Number(time);
  }
  return total / RUNS;
}
