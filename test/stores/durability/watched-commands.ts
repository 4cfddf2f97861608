/**
 * The commands that a server gets, by connection.
 *
 * @module
 */
import { createClient } from 'redis';
import * as scripts from '../../../src/stores/redis/scripts.generated.ts';

/** The time, the database, the address, the name of the command, and its first argument. */
const LINE = /^[\d.]+ \[\d+ (?<address>\S+)\] "(?<name>[^"]+)"(?: "(?<first>[^"]*)")?/u;

/**
 * What was seen so far: `W` for a script that writes, `P` for the one that only propagates, `E` for a
 * script by its source, `A` for a wait.
 */
export interface WatchedCommands {
  /** The commands of each connection, in their order. */
  readonly byConnection: ReadonlyMap<string, string>;
  end(): void;
}

/**
 * Begins to watch a server. What scripts do is not seen.
 */
export async function watchCommands(url: string): Promise<WatchedCommands> {
  const byConnection = new Map<string, string>();
  const client = createClient({ url }).on('error', () => {});
  await client.connect();
  await client.monitor((line) => {
    const { address = '', name = '', first = '' } = LINE.exec(line)?.groups ?? {};
    const letter = letterOf(name.toUpperCase(), first);
    if (letter !== '') byConnection.set(address, (byConnection.get(address) ?? '') + letter);
  });
  return { byConnection, end: () => client.destroy() };
}

function letterOf(name: string, first: string): string {
  if (name === 'WAITAOF') return 'A';
  if (name === 'EVAL') return first.includes('HEAD') ? '' : 'E';
  if (name !== 'EVALSHA' || first === scripts.head.sha1) return '';
  return first === scripts.propagate.sha1 ? 'P' : 'W';
}
