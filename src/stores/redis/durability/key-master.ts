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
  if ('call' in client)
    return theOnly((ms) => connectIORedis(client as unknown as IORedisOriginal, ms));
  if ('execute' in client) return nodeRedisPool(client as NodeRedisPool);
  if (!('duplicate' in client)) return undefined;
  return theOnly((ms) => connectNodeRedis(client as unknown as NodeRedisOriginal, ms));
}

function theOnly(connect: RedisMaster['connect']): FindMaster {
  return () => ({ name: '', connect });
}

function nodeRedisShard(cluster: NodeRedisShards): FindMaster {
  return (key) => {
    const master = cluster.slots[slotOf(key)]?.master;
    if (master === undefined) throw new NotSentError('not connected');
    return {
      name: master.address,
      connect: async (timeoutMs) => connectNodeRedis(await cluster.nodeClient(master), timeoutMs),
    };
  };
}

/** Its own leases would connect again, to another server too. */
function nodeRedisMaster(sentinel: NodeRedisSentinelClient): FindMaster | undefined {
  if (typeof sentinel[EXECUTE] !== 'function') return undefined;
  return () => {
    const { host, port } = sentinel.getMasterNode() ?? {};
    return {
      name: `${host}:${port}`,
      connect: async (timeoutMs) =>
        sentinel[EXECUTE](false, (client) => connectNodeRedis(client, timeoutMs)),
    };
  };
}

function nodeRedisPool(pool: NodeRedisPool): FindMaster {
  return theOnly((ms) => pool.execute((client) => connectNodeRedis(client, ms)));
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
