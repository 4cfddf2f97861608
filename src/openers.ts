/**
 * The stores that can be opened by URL, each loaded when it is. They need modules of Node; where those
 * are not, a bundler takes `no-openers.ts` instead: see "imports" in package.json.
 *
 * @module
 */
import type { Durability } from './durability.ts';
import { InvalidInputError } from './errors.ts';
import type { StoreOpener } from './open-store.ts';

/**
 * Gives what opens the store of a URL.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) when the URL names no kind of store, or one that
 * has no such durability.
 */
export async function findOpener(url: string, durability: Durability): Promise<StoreOpener> {
  if (/^rediss?:/i.test(url)) {
    const { redisOpener } = await import('./stores/redis/opener.ts');
    return redisOpener(url, durability);
  }
  if (/^sqlite:./i.test(url)) {
    const { sqliteOpener } = await import('./stores/sqlite/opener.ts');
    return sqliteOpener(url, durability);
  }
  throw new InvalidInputError('url', 'must begin with redis:, rediss: or sqlite:');
}
