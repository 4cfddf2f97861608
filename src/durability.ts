/**
 * What a write must survive before it counts as done.
 *
 * @module
 */
import { InvalidInputError } from './errors.ts';

/**
 * What a write must survive before its call succeeds:
 *
 * - `'acknowledged'`: what the store survives as it is set up, without a wait. The server of Redis has
 *   applied it; SQLite has it in its log, which a crash of the process leaves whole.
 * - `'replicated'` (Redis): the failure of the master, since at least one replica has it too.
 * - `'fsync'`: a power failure, since it is on disk.
 *
 * A write that was applied and got no further in time fails with `NotDurableError`.
 */
export type Durability = 'acknowledged' | 'replicated' | 'fsync';

const ALL: readonly unknown[] = ['acknowledged', 'replicated', 'fsync'] satisfies Durability[];

/**
 * Checks a durability; `acknowledged` when left out.
 *
 * @throws `InvalidInputError` (`invalid_input`) when it is none.
 */
export function checkDurability(durability: Durability | undefined): Durability {
  const value = durability ?? 'acknowledged';
  if (ALL.includes(value)) return value;
  throw new InvalidInputError('durability', "must be 'acknowledged', 'replicated' or 'fsync'");
}
