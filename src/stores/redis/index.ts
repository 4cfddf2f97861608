/**
 * The Redis store: sessions as native JSON documents.
 *
 * @module
 */
export type {
  IORedisClient,
  NodeRedisClient,
  NodeRedisCluster,
  NodeRedisSendOptions,
  NodeRedisSentinel,
  RedisClientLike,
  RedisCommand,
  RedisCommandSender,
} from './client.ts';
export type { RedisConnection, RedisMaster } from './durability/connection.ts';
export { RedisStore, type RedisStoreOptions } from './redis-store.ts';
