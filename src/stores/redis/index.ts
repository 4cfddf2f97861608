/**
 * The Redis store: sessions as native JSON documents.
 *
 * @module
 */
export type { RedisClientLike, RedisCommand, RedisCommandSender } from './client.ts';
export { RedisStore, type RedisStoreOptions } from './redis-store.ts';
