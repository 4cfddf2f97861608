/**
 * A real Redis Cluster: masters, and replicas of each if a test asks for them.
 *
 * @module
 */
import { untilInfo } from './info.ts';
import type { ModuleChoice } from './redis-modules.ts';
import { startRedis, type RedisServer } from './redis-server.ts';

const SLOTS = 16_384;

/**
 * What kind of cluster to start.
 */
export interface ClusterOptions {
  /** How many masters; default 3. They share the slots evenly. */
  masters?: number;
  /** How many replicas each of them has; default 0. They take over when a test says so. */
  replicas?: number;
  /** JSON only when left out: RediSearch of Redis Stack does not search across nodes. */
  modules?: ModuleChoice;
  /** More arguments of every node. */
  args?: readonly string[];
}

/**
 * A running cluster.
 */
export interface RedisCluster {
  /** The nodes that began as masters, in the order of their slots. */
  readonly nodes: readonly RedisServer[];
  /** The replicas that each of them began with. */
  readonly replicas: ReadonlyMap<RedisServer, readonly RedisServer[]>;
  /** Every node. */
  readonly all: readonly RedisServer[];
  /** The URLs of all nodes. */
  readonly urls: readonly string[];
  /** Ends all nodes. */
  stop(): Promise<void>;
}

/**
 * Starts a cluster.
 *
 * @param options - What kind of cluster.
 * @returns The cluster, once every node calls it complete and every replica has its master's data.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<RedisCluster> {
  const { masters = 3, replicas = 0 } = options;
  const all = await startNodes(masters * (1 + replicas), options);
  const stop = async (): Promise<void> => {
    await Promise.all(all.map((node) => node.stop()));
  };
  const nodes = all.slice(0, masters);
  const followers = new Map(
    nodes.map((node, index) => {
      const start = masters + index * replicas;
      return [node, all.slice(start, start + replicas)];
    }),
  );
  try {
    await formCluster(nodes, followers);
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, replicas: followers, all, urls: all.map(({ url }) => url), stop };
}

async function startNodes(count: number, options: ClusterOptions): Promise<RedisServer[]> {
  const starts = await Promise.allSettled(Array.from({ length: count }, () => startNode(options)));
  const nodes = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const failure = starts.find((start) => start.status === 'rejected');
  if (failure === undefined) return nodes;
  await Promise.all(nodes.map((node) => node.stop()));
  throw failure.reason;
}

function startNode({ modules = 'json', args = [] }: ClusterOptions): Promise<RedisServer> {
  return startRedis({
    modules,
    args: [
      ...['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf'],
      ...['--cluster-node-timeout', '2000', '--cluster-announce-ip', '127.0.0.1'],
      // Else a master waits five seconds for more replicas before it sends its data to one.
      ...['--repl-diskless-sync-delay', '0'],
      // On a busy machine a heartbeat can be late: no replica takes over before a test wants it.
      ...['--cluster-replica-no-failover', 'yes'],
      ...args,
    ],
  });
}

async function formCluster(
  masters: readonly RedisServer[],
  replicas: ReadonlyMap<RedisServer, readonly RedisServer[]>,
): Promise<void> {
  const [first] = masters;
  if (first === undefined) throw new Error('A cluster needs at least one master.');
  const pairs = masters.flatMap((master) =>
    (replicas.get(master) ?? []).map((replica) => [master, replica] as const),
  );
  const others = [...masters.slice(1), ...pairs.map(([, replica]) => replica)];
  await Promise.all(masters.map((node, index) => assignSlots(node, index, masters.length)));
  for (const { port } of others) await first.cli('CLUSTER', 'MEET', '127.0.0.1', String(port));
  const complete = [
    'cluster_state:ok',
    `cluster_slots_ok:${SLOTS}`,
    `cluster_known_nodes:${others.length + 1}`,
  ];
  await Promise.all([first, ...others].map((node) => untilInfo(node, 'cluster', complete)));
  await Promise.all(pairs.map(([master, replica]) => follow(master, replica)));
}

/**
 * Gives the master that had a slot when the cluster began.
 *
 * @param cluster - The cluster.
 * @param slot - The slot.
 * @returns One of its nodes.
 */
export function firstMasterOf({ nodes }: RedisCluster, slot: number): RedisServer | undefined {
  return nodes.findLast((_, index) => firstSlot(index, nodes.length) <= slot);
}

function firstSlot(index: number, count: number): number {
  return Math.floor((SLOTS * index) / count);
}

async function assignSlots(node: RedisServer, index: number, count: number): Promise<void> {
  const [start, end] = [firstSlot(index, count), firstSlot(index + 1, count) - 1];
  // Nodes with one epoch would first have to settle whose is the higher.
  await node.cli('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
  await node.cli('CLUSTER', 'ADDSLOTSRANGE', String(start), String(end));
}

async function follow(master: RedisServer, replica: RedisServer): Promise<void> {
  await replica.cli('CLUSTER', 'REPLICATE', await master.cli('CLUSTER', 'MYID'));
  await untilInfo(replica, 'replication', ['role:slave', 'master_link_status:up']);
}
