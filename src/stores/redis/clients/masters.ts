/**
 * The servers behind a client.
 *
 * @module
 */
import { type RedisClientLike, type RedisCommandSender, toSender } from './client.ts';

/**
 * One server, and what to call it where there are several.
 */
export interface Master {
  readonly name: string;
  readonly sender: RedisCommandSender;
}

/** A cluster of node-redis. */
interface NodeRedisMasters {
  readonly masters: readonly { readonly address: string }[];
  nodeClient(node: unknown): Promise<RedisClientLike>;
}

/** A cluster of ioredis. */
interface IORedisMasters {
  readonly status: string;
  nodes(role: 'master'): (RedisClientLike & { options: { host?: string; port?: number } })[];
}

/**
 * Gives the masters of a cluster that the client is connected to, else the one server.
 */
export function mastersOf(client: RedisClientLike): Master[] {
  const masters = clusterMasters(client);
  return masters.length > 0 ? masters : [{ name: 'server', sender: toSender(client) }];
}

/**
 * Says whether the client is that of a cluster and connected: each master can then be asked by itself.
 */
export function knowsMasters(client: RedisClientLike): boolean {
  // Until ioredis is ready, it has the addresses that it was given.
  const isReady = !isIORedisCluster(client) || client.status === 'ready';
  return isReady && clusterMasters(client).length > 0;
}

/**
 * Says whether the client finds the node of each key.
 */
export function isClusterClient(client: RedisClientLike): boolean {
  return 'nodeClient' in client || isIORedisCluster(client);
}

function clusterMasters(client: RedisClientLike): Master[] {
  if (isIORedisCluster(client)) {
    return client.nodes('master').map((node) => {
      const { host = '', port = 0 } = node.options;
      return { name: `${host}:${port}`, sender: toSender(node) };
    });
  }
  if (!('nodeClient' in client)) return [];
  const cluster = client as unknown as NodeRedisMasters;
  return cluster.masters.map((node) => ({
    name: node.address,
    // It may have to connect first, which has no end where the node does not answer.
    sender: { send: async (command) => toSender(await cluster.nodeClient(node)).send(command) },
  }));
}

function isIORedisCluster(client: object): client is IORedisMasters & RedisClientLike {
  return 'nodes' in client && typeof client.nodes === 'function';
}
