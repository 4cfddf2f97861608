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
} from './clients/client.ts';
export type { RedisConnection, RedisMaster } from './durability/connection.ts';
export type { NodeRedisSendOptions } from './clients/node-redis-command.ts';
export { pythonRedisSessions, type PythonRedisSessionsOptions } from './python-sessions.ts';
export { RedisStore } from './redis-store.ts';
export type { RedisStoreOptions } from './redis-store-options.ts';
export type { KeyWatch } from './clients/watching.ts';
