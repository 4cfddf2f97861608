/**
 * The server's own account of the time that commands took.
 *
 * @module
 */
import type { BenchClient } from '../place/client.ts';

/** What a script calls is counted in the script's own line already. */
const SCRIPTS = ['evalsha'];

/** So is what a transaction calls in that of EXEC; these come before it. */
const TRANSACTIONS = ['exec', 'multi', 'watch', 'type', 'time'];

/** Those of the measurement. */
const OWN = new Set(['info', 'ping']);

type Usage = ReadonlyMap<string, number>;

/**
 * Gives the microseconds of server time that were used meanwhile. No one else may use the server.
 */
export async function serverTimeOf(
  client: BenchClient,
  work: () => Promise<unknown>,
): Promise<number> {
  const before = await usageOf(client);
  await work();
  const after = await usageOf(client);
  const spent = new Map<string, number>();
  for (const [command, time] of after) {
    const used = time - (before.get(command) ?? 0);
    if (used > 0 && !OWN.has(command)) spent.set(command, used);
  }
  return sum(spent, counted(spent));
}

function counted(spent: Usage): Iterable<string> {
  if (spent.has('evalsha')) return SCRIPTS;
  return spent.has('exec') ? TRANSACTIONS : spent.keys();
}

function sum(spent: Usage, commands: Iterable<string>): number {
  let total = 0;
  for (const command of commands) total += spent.get(command) ?? 0;
  return total;
}

async function usageOf(client: BenchClient): Promise<Usage> {
  const stats = await client.info('commandstats');
  const lines = stats.matchAll(/^cmdstat_([^:]+):calls=\d+,usec=(\d+)/gm);
  return new Map(Array.from(lines, ([, command = '', time]) => [command, Number(time)]));
}
