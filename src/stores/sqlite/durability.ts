/**
 * What a write to a SQLite file can be made to survive.
 *
 * @module
 */
import { checkDurability, type Durability } from '../../durability.ts';
import { InvalidInputError } from '../../errors.ts';

/**
 * Checks a durability for a file, or for `:memory:`.
 *
 * @returns Whether each transaction waits until it is on disk.
 * @throws {@link InvalidInputError} (`invalid_input`) when there is no such durability there.
 */
export function checkFsync(durability: Durability | undefined, path: string): boolean {
  const value = checkDurability(durability);
  if (value === 'replicated') {
    throw new InvalidInputError('durability', "cannot be 'replicated': SQLite has no replicas");
  }
  if (value === 'fsync' && path === ':memory:') {
    throw new InvalidInputError('durability', "cannot be 'fsync' in memory");
  }
  return value === 'fsync';
}
