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
export type { RedisConnection, RedisMaster } from './durability/connection.ts';
export type { NodeRedisSendOptions } from './node-redis-command.ts';
export { RedisStore, type RedisStoreOptions } from './redis-store.ts';
