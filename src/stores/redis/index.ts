/**
 * The Redis store: sessions as native JSON documents.
 *
 * @module
 */
export type {
  IORedisClient,
  NodeRedisClient,
  NodeRedisCluster,
  NodeRedisSentinel,
  RedisClientLike,
  RedisCommand,
  RedisCommandSender,
} from './client.ts';
export { RedisStore, type RedisStoreOptions } from './redis-store.ts';
