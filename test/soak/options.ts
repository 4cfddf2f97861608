/**
 * The command line of the soak.
 *
 * @module
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

const STORES = ['redis', 'sqlite'] as const;
const MOST_SEED = 2 ** 31 - 1;

const OPTIONS = {
  minutes: { type: 'string', default: '10' },
  processes: { type: 'string', default: '8' },
  sessions: { type: 'string', default: '200' },
  seed: { type: 'string' },
  store: { type: 'string', default: 'both' },
} as const;

/**
 * What to soak, and how long.
 */
export interface Arguments {
  /** Of all stores together. */
  readonly minutes: number;
  readonly processes: number;
  readonly sessions: number;
  readonly seed: number;
  readonly stores: readonly (typeof STORES)[number][];
}

export const USAGE =
  'npm run soak -- [--minutes 10] [--processes 8] [--sessions 200] [--seed N] [--store redis|sqlite|both]';

/** An argument that is wrong. */
export class ArgumentError extends Error {}

/**
 * Reads the command line.
 *
 * @throws ArgumentError that names the argument which is wrong.
 */
export function readArguments(args: readonly string[]): Arguments {
  const values = parse(args);
  const stores = STORES.filter((store) => values.store === 'both' || values.store === store);
  if (stores.length === 0) throw new ArgumentError('--store must be redis, sqlite or both');
  return {
    stores,
    minutes: positive(values.minutes, 'minutes'),
    processes: whole(values.processes, 'processes', 1),
    sessions: whole(values.sessions, 'sessions', 1),
    seed: whole(values.seed, 'seed', 0),
  };
}

function parse(args: readonly string[]): Record<keyof typeof OPTIONS, string> {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    return { ...values, seed: values.seed ?? String(randomInt(MOST_SEED)) };
  } catch (error) {
    throw new ArgumentError((error as Error).message);
  }
}

function positive(text: string, name: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new ArgumentError(`--${name} must be a number above 0`);
}

function whole(text: string, name: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= MOST_SEED) return value;
  throw new ArgumentError(`--${name} must be a whole number from ${least} on`);
}
