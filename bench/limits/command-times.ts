/**
 * Which commands a server was given, and how long each of them took it, by its own slow log.
 *
 * @module
 */
import type { BenchClient } from '../place/client.ts';

const LOGGED = 20_000;
const NOT_COUNTED = new Set(['ping', 'slowlog', 'config']);

/**
 * One command that the server has carried out.
 */
export interface CommandTime {
  /** Its name; a script counts with all that it calls. */
  readonly name: string;
  readonly milliseconds: number;
}

/**
 * Makes the server log every command.
 */
export async function logEveryCommand(client: BenchClient): Promise<void> {
  await client.configSet({ 'slowlog-log-slower-than': '0', 'slowlog-max-len': String(LOGGED) });
}

/**
 * Does some work and gives the commands that clients sent meanwhile, in order.
 */
export async function commandTimes(
  client: BenchClient,
  work: () => Promise<unknown>,
): Promise<CommandTime[]> {
  await client.sendCommand(['SLOWLOG', 'RESET']);
  await work();
  const log = await client.sendCommand<LoggedCommand[]>(['SLOWLOG', 'GET', String(LOGGED)]);
  return log
    .toReversed()
    .filter(
      ([, , , [name = ''], address]) => address !== '' && !NOT_COUNTED.has(name.toLowerCase()),
    )
    .map(([, , microseconds, [name = '']]) => ({ name, milliseconds: microseconds / 1000 }));
}

/** What a script calls is logged without the address of a client. */
type LoggedCommand = [
  id: number,
  time: number,
  microseconds: number,
  args: string[],
  address: string,
];
