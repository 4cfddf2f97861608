/**
 * The ways to a Redis server, with clients as they are when nobody sets an option.
 *
 * @module
 */
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { JSONSession } from '../../src/index.ts';
import { RedisStore, type RedisStoreOptions } from '../../src/stores/redis/index.ts';

/**
 * A store over a connection that a test ends.
 */
export interface OpenWay {
  readonly store: RedisStore;
  /** Waits until all that was sent before has arrived. */
  settle(): Promise<void>;
  end(): Promise<void>;
}

/**
 * Opens a store at a URL.
 */
export interface Way {
  readonly name: string;
  readonly open: (url: string, options?: RedisStoreOptions) => Promise<OpenWay>;
}

const ignore = (): void => {};

/** A URL, node-redis and ioredis. */
export const WAYS: readonly Way[] = [
  {
    name: 'a URL',
    open: async (url, options) => opened(RedisStore.open(url, options), ignore),
  },
  {
    name: 'node-redis',
    async open(url, options) {
      const client = createClient({ url }).on('error', ignore);
      await client.connect();
      return opened(new RedisStore(client, options), () => client.destroy());
    },
  },
  {
    name: 'ioredis',
    async open(url, options) {
      const client = new Redis(url).on('error', ignore);
      return opened(new RedisStore(client, options), () => client.disconnect());
    },
  },
];

/**
 * Opens every way once.
 */
export async function openAll(url: string, options?: RedisStoreOptions): Promise<OpenWay[]> {
  return Promise.all(WAYS.map((way) => way.open(url, options)));
}

/**
 * Ends them again.
 */
export async function endAll(ways: readonly OpenWay[]): Promise<void> {
  await Promise.all(ways.map((way) => way.end()));
}

function opened(store: RedisStore, disconnect: () => void): OpenWay {
  return {
    store,
    async settle() {
      const witness = new JSONSession({ store, sessionId: 'nobody', timeoutMs: 20_000 });
      await witness.getItems();
    },
    async end() {
      await store.close();
      disconnect();
    },
  };
}
