/**
 * What a store needs of a Redis client: to send one command. Both client libraries and all their
 * forms fit, and so can a client that speaks HTTP.
 *
 * @module
 */
import { InvalidInputError } from '../../../errors.ts';
import type { StoreSystem } from '../../../store-system.ts';
import type { RedisMaster } from '../durability/connection.ts';
import { findMasterOf } from '../durability/key-master.ts';
import { argsAndOptions, type NodeRedisSendOptions } from './node-redis-command.ts';

/**
 * One Redis command with what a router needs to know of it.
 */
export interface RedisCommand {
  /** Name and arguments. */
  readonly args: readonly string[];
  /** The key of the command, which is also among the arguments; what stands beside it has its slot. */
  readonly key: string;
  /** Whether the command changes nothing. Reads for a run still belong to the primary. */
  readonly readOnly: boolean;
  /** Is aborted when nobody waits for the reply any more: what was not sent by then need not be. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends one command and gives its reply, as RESP2 shapes it: text as string or Buffer, numbers,
 * arrays and null.
 */
export interface RedisCommandSender {
  /** Gives the reply, or fails with the server's error or that of the connection. */
  send(command: RedisCommand): Promise<unknown>;
  /**
   * Whether a command would be sent at once, so that one which never was can be told from one without
   * an answer. It may begin to connect, and fails where that is hopeless. Left out where it is not
   * known.
   */
  isReady?(): boolean;
  /** Names what kept it from getting ready. */
  lastFailure?(): string | null;
  /** Is told when a call has had no answer in its time. */
  onUnanswered?(): void;
  /**
   * Gives the master that has a key, to connect to. Needed with `durability` only; fails where it is not
   * known yet.
   */
  masterOf?(key: string): RedisMaster;
  /** Says what it leads to, for those who watch calls to the store. */
  system?(): StoreSystem;
}

/**
 * `createClient()` and `createClientPool()` of node-redis.
 */
export interface NodeRedisClient {
  /** Sends one command. */
  sendCommand(args: string[], options?: NodeRedisSendOptions): Promise<unknown>;
  readonly isReady?: boolean;
}

/**
 * `createCluster()` of node-redis.
 */
export interface NodeRedisCluster {
  /** Sends one command to the node that has the key. */
  sendCommand(
    firstKey: string | undefined,
    isReadonly: boolean | undefined,
    args: string[],
    options?: NodeRedisSendOptions,
  ): Promise<unknown>;
  readonly masters: unknown;
}

/**
 * `createSentinel()` of node-redis.
 */
export interface NodeRedisSentinel {
  /** Sends one command to the master. */
  sendCommand(
    isReadonly: boolean | undefined,
    args: string[],
    options?: NodeRedisSendOptions,
  ): Promise<unknown>;
  /** Tells a sentinel from the other clients. */
  getMasterNode(): unknown;
}

/**
 * `new Redis()` and `new Redis.Cluster()` of ioredis.
 */
export interface IORedisClient {
  /** Sends one command. */
  call(command: string, ...args: string[]): Promise<unknown>;
  readonly options: object;
  readonly status: string;
}

/**
 * Every client that {@link RedisStore} takes: of node-redis a client, pool, cluster or sentinel, of
 * ioredis a client or cluster, or anything that can send one command.
 */
export type RedisClientLike =
  | NodeRedisClient
  | NodeRedisCluster
  | NodeRedisSentinel
  | IORedisClient
  | RedisCommandSender;

/**
 * Gives one way to send commands through any of the clients.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) when it is no such client, or an ioredis client
 * with a `keyPrefix`.
 */
export function toSender(client: RedisClientLike): RedisCommandSender {
  if (typeof client !== 'object' || client === null) throw notAClient();
  if (has<RedisCommandSender>(client, 'send')) return client;
  const masterOf = findMasterOf(client);
  return { ...clientSender(client), ...(masterOf && { masterOf }) };
}

/**
 * Tells whether the master of a key can be watched through a client. Those of ioredis do not pass on what
 * a server tells of keys.
 */
export function canWatch(client: RedisClientLike): boolean {
  if (has<RedisCommandSender>(client, 'send')) return typeof client.masterOf === 'function';
  return !has<IORedisClient>(client, 'call') && findMasterOf(client) !== undefined;
}

function clientSender(client: RedisClientLike): RedisCommandSender {
  if (has<IORedisClient>(client, 'call')) return ioredisSender(client);
  if (!has<NodeRedisClient>(client, 'sendCommand')) throw notAClient();
  if (has<NodeRedisSentinel>(client, 'getMasterNode')) {
    return { send: (command) => client.sendCommand(false, ...argsAndOptions(command)) };
  }
  if ('masters' in client) {
    const cluster = client as object as NodeRedisCluster;
    return {
      send: (command) => cluster.sendCommand(command.key, false, ...argsAndOptions(command)),
    };
  }
  const single = client;
  return {
    send: (command) => single.sendCommand(...argsAndOptions(command)),
    // A pool has no such property.
    isReady: () => single.isReady ?? true,
  };
}

function ioredisSender(client: IORedisClient): RedisCommandSender {
  // ioredis prefixes the keys of commands that it knows: those of EVALSHA, but not of JSON.GET.
  const options = client.options as { keyPrefix?: string; redisOptions?: { keyPrefix?: string } };
  const prefix = options.keyPrefix ?? options.redisOptions?.keyPrefix ?? '';
  if (prefix !== '') {
    throw new InvalidInputError(
      'client',
      'has the ioredis option keyPrefix; use the option keyPrefix of the session instead',
    );
  }
  return {
    send({ args }): Promise<unknown> {
      const [name = '', ...rest] = args;
      return client.call(name, ...rest);
    },
    // With `lazyConnect` the first command makes it connect.
    isReady: () => client.status === 'ready' || client.status === 'wait',
  };
}

function has<T>(client: object, method: keyof T): client is T & object {
  return typeof (client as T)[method] === 'function';
}

function notAClient(): InvalidInputError {
  return new InvalidInputError('client', 'must be a client of node-redis or ioredis');
}
