/**
 * The stores that the tests of security go over: Redis through both clients, and a SQLite file.
 *
 * @module
 */
import { DatabaseSync } from 'node:sqlite';
import { Redis } from 'ioredis';
import { createClient } from 'redis';

import {
  type RedisClientLike,
  RedisStore,
  type RedisStoreOptions,
} from '../../src/stores/redis/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import type { SessionStore } from '../../src/store.ts';
import { readRedisDocument } from '../document/redis-documents.ts';
import { readSqliteDocument } from '../document/sqlite-documents.ts';
import { temporaryFolder } from '../processes/shared-stores.ts';

/**
 * A store with a way past it.
 */
export interface OpenStore {
  readonly store: SessionStore;
  /** Gives the document at a key as it is stored, or null. */
  readDocument(key: string): Promise<unknown>;
  /** Gives every key that holds anything, in order. */
  keys(): Promise<string[]>;
  end(): Promise<void>;
}

/** What a test does to every client before a store gets it. */
type Wrap = (client: RedisClientLike) => RedisClientLike;

/**
 * A way to open a store; those of Redis at a URL.
 */
export type OpenEvery = (url: string, wrap?: Wrap) => Promise<OpenStore>;

const ignore = (): void => {};

async function openRedis(
  url: string,
  client: RedisClientLike,
  endClient: () => void,
  options: RedisStoreOptions = {},
): Promise<OpenStore> {
  const plain = createClient({ url }).on('error', ignore);
  await plain.connect();
  return {
    store: new RedisStore(client, { timeoutMs: 20_000, ...options }),
    readDocument: async (key) => readRedisDocument(plain, key),
    keys: async () => (await plain.keys('*')).toSorted((left, right) => (left < right ? -1 : 1)),
    end: async () => {
      plain.destroy();
      endClient();
    },
  };
}

/**
 * Every store by name.
 */
export const EVERY_STORE: readonly (readonly [name: string, open: OpenEvery])[] = [
  [
    'Redis through node-redis',
    async (url, wrap = (client) => client) => {
      const client = createClient({ url }).on('error', ignore);
      await client.connect();
      return openRedis(url, wrap(client), () => client.destroy());
    },
  ],
  [
    'Redis through ioredis',
    async (url, wrap = (client) => client) => {
      const client = new Redis(url).on('error', ignore);
      return openRedis(url, wrap(client), () => client.disconnect());
    },
  ],
  [
    'Redis with what sessions and messages are found by',
    async (url, wrap = (client) => client) => {
      const client = createClient({ url }).on('error', ignore);
      await client.connect();
      return openRedis(url, wrap(client), () => client.destroy(), {
        directory: true,
        search: true,
      });
    },
  ],
  [
    'a SQLite file',
    async () => {
      const path = `${temporaryFolder()}/sessions.db`;
      const store = await SqliteStore.open(path);
      const database = new DatabaseSync(path, { timeout: 5000 });
      return {
        store,
        readDocument: async (key) => readSqliteDocument(database, key),
        keys: async () => {
          const rows = database.prepare('SELECT key FROM sessions ORDER BY key').all();
          return rows.map(({ key }) => String(key));
        },
        end: async () => {
          database.close();
          await store.close();
        },
      };
    },
  ],
];
