/**
 * Which master has a key, for each kind of client.
 *
 * @module
 */
import slotOf from 'cluster-key-slot';

import { NotSentError, type RedisMaster } from './connection.ts';
import {
  connectIORedis,
  connectNodeRedis,
  type IORedisOriginal,
  type NodeRedisOriginal,
} from './own-connections.ts';
import { watchKey } from '../clients/watching.ts';

/** Finds the master of a key. */
export type FindMaster = (key: string) => RedisMaster;

interface NodeRedisShards {
  readonly slots: readonly ({ readonly master: { readonly address: string } } | undefined)[];
  nodeClient(node: unknown): Promise<NodeRedisOriginal>;
}

interface NodeRedisPool {
  execute<T>(task: (client: NodeRedisOriginal) => Promise<T>): Promise<T>;
}

/** No other call of a sentinel gives the client of the node itself. */
const EXECUTE = '_execute';

interface NodeRedisSentinelClient {
  getMasterNode(): { readonly host: string; readonly port: number } | undefined;
  [EXECUTE]<T>(isReadonly: boolean, task: (client: NodeRedisOriginal) => Promise<T>): Promise<T>;
}

interface IORedisShards {
  /** Addresses by slot, the master first. */
  readonly slots: readonly (readonly string[] | undefined)[];
  nodes(role: 'master'): (IORedisOriginal & { options: { host?: string; port?: number } })[];
}

/**
 * Gives the way to find masters through a client, or undefined where it shows none.
 */
export function findMasterOf(client: object): FindMaster | undefined {
  if ('nodeClient' in client) return nodeRedisShard(client as NodeRedisShards);
  if ('getMasterNode' in client) return nodeRedisMaster(client as NodeRedisSentinelClient);
  if ('call' in client && 'nodes' in client)
    return ioredisShard(client as unknown as IORedisShards);
  if ('call' in client) {
    const original = client as unknown as IORedisOriginal;
    return () => ({ name: '', connect: (ms) => connectIORedis(original, ms) });
  }
  if ('execute' in client) {
    const pool = client as NodeRedisPool;
    return () => nodeRedisServer('', async (task) => pool.execute(task));
  }
  if (!('duplicate' in client)) return undefined;
  const original = client as unknown as NodeRedisOriginal;
  return () => nodeRedisServer('', async (task) => task(original));
}

/**
 * Gives a server that a client of node-redis leads to.
 *
 * @param reach - Does something with a client of that server.
 */
export function nodeRedisServer(
  name: string,
  reach: <T>(task: (client: NodeRedisOriginal) => Promise<T>) => Promise<T>,
): RedisMaster {
  return {
    name,
    connect: async (timeoutMs) => reach((client) => connectNodeRedis(client, timeoutMs)),
    watch: async (watch, timeoutMs) => reach((client) => watchKey(client, watch, timeoutMs)),
  };
}

function nodeRedisShard(cluster: NodeRedisShards): FindMaster {
  return (key) => {
    const master = cluster.slots[slotOf(key)]?.master;
    if (master === undefined) throw new NotSentError('not connected');
    return nodeRedisServer(master.address, async (task) => task(await cluster.nodeClient(master)));
  };
}

/** Its own leases would connect again, to another server too. */
function nodeRedisMaster(sentinel: NodeRedisSentinelClient): FindMaster | undefined {
  if (typeof sentinel[EXECUTE] !== 'function') return undefined;
  return () => {
    const { host, port } = sentinel.getMasterNode() ?? {};
    return nodeRedisServer(`${host}:${port}`, async (task) => sentinel[EXECUTE](false, task));
  };
}

function ioredisShard(cluster: IORedisShards): FindMaster {
  return (key) => {
    const [address] = cluster.slots[slotOf(key)] ?? [];
    const node = cluster
      .nodes('master')
      .find(({ options: { host = '', port = 0 } }) => `${host}:${port}` === address);
    if (address === undefined || node === undefined) throw new NotSentError('not connected');
    return { name: address, connect: (timeoutMs) => connectIORedis(node, timeoutMs) };
  };
}
