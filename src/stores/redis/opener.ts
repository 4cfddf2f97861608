/**
 * Opens a Redis store by URL.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import type { Durability } from '../../durability.ts';
import { InvalidInputError } from '../../errors.ts';
import type { StoreOpener } from '../../open-store.ts';
import type { RedisStoreOptions } from './redis-store-options.ts';
import { RedisStore } from './redis-store.ts';

/**
 * Gives the opener for a `redis:` or `rediss:` URL.
 */
export function redisOpener(url: string, durability: Durability): StoreOpener {
  // Without slashes there is no host, and clients would quietly take localhost.
  const address = URL.parse(url);
  if (address === null || address.hostname === '') {
    throw new InvalidInputError('url', 'is not a valid redis:// or rediss:// address');
  }
  const kept = keptBy(address);
  // A digest: the map of open stores must not show passwords.
  const key = createHash('sha256').update(identityOf(address)).digest('hex');
  return {
    key: `redis:${durability}:${key}`,
    open: async () => RedisStore.open(url, { durability, ...kept }),
    isVolatile: false,
    diagnose: async (params) => {
      const store = RedisStore.open(url, kept);
      try {
        return await store.diagnose(params);
      } finally {
        await store.close();
      }
    },
  };
}

/** Options that an address can have as parameters; others are those of other programs. */
function keptBy({ searchParams }: URL): Pick<RedisStoreOptions, 'directory' | 'search'> {
  const [directory, search] = ['directory', 'search'].map((name) => {
    const value = searchParams.get(name) ?? 'false';
    if (value === 'true' || value === 'false') return value === 'true';
    throw new InvalidInputError('url', `has a parameter ${name} that is neither true nor false`);
  });
  return { directory, search };
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
