/**
 * Opens a Redis store by URL.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import type { Durability } from '../../durability.ts';
import { InvalidInputError } from '../../errors.ts';
import type { StoreOpener } from '../../open-store.ts';
import { RedisStore } from './redis-store.ts';

/**
 * Gives the opener for a `redis:` or `rediss:` URL.
 */
export function redisOpener(url: string, durability: Durability): StoreOpener {
  // Without slashes there is no host, and clients would quietly take localhost.
  if (!URL.canParse(url) || new URL(url).hostname === '') {
    throw new InvalidInputError('url', 'is not a valid redis:// or rediss:// address');
  }
  // A digest: the map of open stores must not show passwords.
  const key = createHash('sha256')
    .update(identityOf(new URL(url)))
    .digest('hex');
  return {
    key: `redis:${durability}:${key}`,
    open: async () => RedisStore.open(url, { durability }),
    isVolatile: false,
    diagnose: async (params) => {
      const store = RedisStore.open(url);
      try {
        return await store.diagnose(params);
      } finally {
        await store.close();
      }
    },
  };
}

/** The same for every way to write an address. */
function identityOf({
  protocol,
  username,
  password,
  hostname,
  port,
  pathname,
  search,
}: URL): string {
  const server = [protocol, hostname.toLowerCase(), port || '6379', Number(pathname.slice(1)) || 0];
  return JSON.stringify([...server, username, password, search]);
}
