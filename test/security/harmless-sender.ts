/**
 * Looks at every command that a store sends: known commands, one session, paths of the library's own.
 *
 * @module
 */
import calculateSlot from 'cluster-key-slot';

import {
  type RedisClientLike,
  type RedisCommand,
  type RedisCommandSender,
  toSender,
} from '../../src/stores/redis/clients/client.ts';
import type { LuaScript } from '../../src/stores/redis/lua-script.ts';
import * as scripts from '../../src/stores/redis/scripts.generated.ts';
import { isPrintedQuery } from './printed-query.ts';

const SCRIPTS: readonly LuaScript[] = Object.values(scripts);
const PATH =
  /^\$\.(?:[a-z_]+|messages\[-?\d{1,10}:(?:\d{1,10})?\]|operations\["[\da-f]{16,128}"\])$/u;
/** How many words stand before the key, and whether paths stand behind it. */
const PLAIN: Readonly<Record<string, 'paths' | 'nothing'>> = {
  'JSON.GET': 'paths',
  'JSON.TYPE': 'paths',
  TYPE: 'nothing',
};

/** How many arguments of a script stand before its paths, where it takes any. */
const PATHS_FROM: Readonly<Record<string, number>> = { head: 0, query: 2 };

/**
 * Gives a client that sends through another one and notes what is wrong with a command.
 *
 * @param keys - Each key that the commands may name; the rest is noted.
 */
export function harmlessSender(
  client: RedisClientLike,
  { problems, isKey }: { problems: string[]; isKey: (key: string) => boolean },
): RedisCommandSender {
  const sender = toSender(client);
  return {
    send: (command) => {
      problems.push(...problemsOf(command, isKey));
      return sender.send(command);
    },
    isReady: () => sender.isReady?.() ?? true,
  };
}

function problemsOf({ args, key }: RedisCommand, isKey: (key: string) => boolean): string[] {
  const [name = '', ...rest] = args;
  if (name === 'EVALSHA' || name === 'EVAL') return scriptProblems(name, rest, { key, isKey });
  const [first, ...paths] = rest;
  const kind = PLAIN[name];
  if (kind === undefined) return [`sends ${name}`];
  return [
    ...(first === key && isKey(key) ? [] : [`${name} of another key: ${first?.slice(0, 80)}`]),
    ...(kind === 'paths' ? wrongPaths(paths) : paths.map((word) => `${name} with ${word}`)),
  ];
}

function scriptProblems(
  name: string,
  [script = '', count, first = '', ...rest]: readonly string[],
  { key, isKey }: { key: string; isKey: (key: string) => boolean },
): string[] {
  const besides = rest.slice(0, Number(count) - 1);
  const args = rest.slice(besides.length);
  const isBeside = (other: string): boolean =>
    other === key ||
    (/^(?:trash|projection|search):/iu.test(other) && calculateSlot(other) === calculateSlot(key));
  const known = SCRIPTS.find(({ sha1, source }) => script === (name === 'EVAL' ? source : sha1));
  return [
    ...(known === undefined ? [`${name} of an unknown script`] : []),
    ...besides.filter((other) => !isBeside(other)).map((other) => `${name} with ${other}`),
    ...(first === key && (isKey(key) || isBeside(key))
      ? []
      : [`a script of another key: ${first.slice(0, 80)}`]),
    ...wrongPaths(args.slice(PATHS_FROM[known?.name ?? ''] ?? args.length)),
  ];
}

function wrongPaths(paths: readonly string[]): string[] {
  return paths
    .filter((path) => !PATH.test(path) && !isPrintedQuery(path))
    .map((path) => `the path ${path.slice(0, 80)}`);
}
