/**
 * The ways to a Redis server, with clients as they are when nobody sets an option.
 *
 * @module
 */
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { JSONSession } from '../../src/index.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';

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
  readonly open: (url: string) => Promise<OpenWay>;
}

const ignore = (): void => {};

/** A URL, node-redis and ioredis. */
export const WAYS: readonly Way[] = [
  {
    name: 'a URL',
    open: async (url) => opened(RedisStore.open(url), ignore),
  },
  {
    name: 'node-redis',
    async open(url) {
      const client = createClient({ url }).on('error', ignore);
      await client.connect();
      return opened(new RedisStore(client), () => client.destroy());
    },
  },
  {
    name: 'ioredis',
    async open(url) {
      const client = new Redis(url).on('error', ignore);
      return opened(new RedisStore(client), () => client.disconnect());
    },
  },
];

/**
 * Opens every way once.
 */
export async function openAll(url: string): Promise<OpenWay[]> {
  return Promise.all(WAYS.map((way) => way.open(url)));
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
