/**
 * Opens a Redis store by URL.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { InvalidInputError } from '../../errors.ts';
import type { StoreOpener } from '../../open-store.ts';
import { RedisStore } from './redis-store.ts';

/**
 * Gives the opener for a `redis:` or `rediss:` URL.
 */
export function redisOpener(url: string): StoreOpener {
  if (!URL.canParse(url)) {
    throw new InvalidInputError('url', 'is not a valid redis:// or rediss:// address');
  }
  // A digest: the map of open stores must not show passwords.
  const key = createHash('sha256').update(new URL(url).href).digest('hex');
  return { key: `redis:${key}`, open: async () => RedisStore.open(url) };
}
