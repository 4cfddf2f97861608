/**
 * Makes connections as a client of node-redis or ioredis makes its own: same server, same login.
 *
 * @module
 */
import { argsAndOptions, type NodeRedisSendOptions } from '../clients/node-redis-command.ts';
import type { RedisConnection } from './connection.ts';

/**
 * What is used of a client of node-redis.
 */
export interface NodeRedisOriginal {
  readonly options?: { readonly socket?: object };
  duplicate(overrides: object): NodeRedisDuplicate;
}

/** One that is not connected yet. */
interface NodeRedisDuplicate {
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  sendCommand(args: string[], options?: NodeRedisSendOptions): Promise<unknown>;
  on(event: string, listener: (value: unknown) => void): unknown;
  unref(): void;
  destroy(): void;
}

/**
 * What is used of a client of ioredis.
 */
export interface IORedisOriginal {
  readonly options: object;
  duplicate(overrides: object): IORedisDuplicate;
}

interface IORedisDuplicate {
  readonly status: string;
  readonly stream?: { unref?(): void };
  connect(): Promise<unknown>;
  call(command: string, ...args: string[]): Promise<unknown>;
  on(event: 'error', listener: () => void): unknown;
  disconnect(): void;
}

const ignore = (): void => {};

/**
 * What a connection has beside what all have.
 */
export interface NodeRedisAdditions {
  readonly overrides: object;
  /** By the name of the event. */
  readonly listeners: Readonly<Record<string, (value: unknown) => void>>;
}

const NOTHING: NodeRedisAdditions = { overrides: {}, listeners: {} };

/**
 * Connects as a client of node-redis does.
 */
export async function connectNodeRedis(
  original: NodeRedisOriginal,
  timeoutMs: number,
  { overrides, listeners }: NodeRedisAdditions = NOTHING,
): Promise<RedisConnection> {
  const client = original.duplicate({
    socket: { ...original.options?.socket, reconnectStrategy: false, connectTimeout: timeoutMs },
    disableOfflineQueue: true,
    clientSideCache: undefined,
    // Would move the connection to another server.
    maintNotifications: 'disabled',
    ...overrides,
  });
  // Every failure reaches the caller of a command; without a listener it would end the process.
  client.on('error', ignore);
  for (const [event, listener] of Object.entries(listeners)) client.on(event, listener);
  client.unref();
  await within(client.connect(), timeoutMs, () => client.destroy());
  return {
    get isOpen() {
      return client.isReady;
    },
    send: async (args) => client.sendCommand(...argsAndOptions({ args })),
    close: () => client.destroy(),
  };
}

/**
 * Connects as a client of ioredis does.
 */
export async function connectIORedis(
  original: IORedisOriginal,
  timeoutMs: number,
): Promise<RedisConnection> {
  const client = original.duplicate({
    lazyConnect: true,
    retryStrategy: null,
    reconnectOnError: null,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    enableAutoPipelining: false,
    connectTimeout: timeoutMs,
    // A wait takes as long as the call may take.
    commandTimeout: undefined,
  });
  client.on('error', ignore);
  await within(client.connect(), timeoutMs, () => client.disconnect());
  client.stream?.unref?.();
  return {
    get isOpen() {
      return client.status === 'ready';
    },
    async send(args) {
      const [name = '', ...rest] = args;
      return client.call(name, ...rest);
    },
    close: () => client.disconnect(),
  };
}

/** A server can accept a connection and never answer on it. */
async function within(work: Promise<unknown>, milliseconds: number, end: () => void) {
  const timer = setTimeout(end, milliseconds);
  try {
    await work;
  } finally {
    clearTimeout(timer);
  }
}
