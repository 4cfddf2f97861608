/**
 * A real Redis Cluster, masters only.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ModuleChoice } from './redis-modules.ts';
import { startRedis, type RedisServer } from './redis-server.ts';

const SLOTS = 16_384;
const FORM_DEADLINE_MS = 30_000;
const POLL_MS = 50;

/**
 * A running cluster.
 */
export interface RedisCluster {
  /** The masters, in the order of their slots. */
  readonly nodes: readonly RedisServer[];
  /** The URLs of all nodes. */
  readonly urls: readonly string[];
  /** Ends all nodes. */
  stop(): Promise<void>;
}

/**
 * Starts a cluster in which the masters share the slots evenly.
 *
 * @param masters - How many.
 * @param modules - JSON only when left out: RediSearch of Redis Stack does not search across nodes.
 * @returns The cluster, once every node calls it complete.
 */
export async function startCluster(
  masters = 3,
  modules: ModuleChoice = 'json',
): Promise<RedisCluster> {
  const nodes = await startNodes(masters, modules);
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    await formCluster(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, urls: nodes.map((node) => node.url), stop };
}

async function startNodes(count: number, modules: ModuleChoice): Promise<RedisServer[]> {
  const starts = await Promise.allSettled(Array.from({ length: count }, () => startNode(modules)));
  const nodes = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const failure = starts.find((start) => start.status === 'rejected');
  if (failure === undefined) return nodes;
  await Promise.all(nodes.map((node) => node.stop()));
  throw failure.reason;
}

function startNode(modules: ModuleChoice): Promise<RedisServer> {
  return startRedis({
    modules,
    args: [
      ...['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf'],
      ...['--cluster-node-timeout', '2000', '--cluster-announce-ip', '127.0.0.1'],
    ],
  });
}

async function formCluster(nodes: readonly RedisServer[]): Promise<void> {
  const [first] = nodes;
  if (first === undefined) throw new Error('A cluster needs at least one master.');
  await Promise.all(nodes.map((node, index) => assignSlots(node, index, nodes.length)));
  for (const node of nodes.slice(1)) {
    await first.cli('CLUSTER', 'MEET', '127.0.0.1', String(node.port));
  }
  await Promise.all(nodes.map((node) => untilComplete(node, nodes.length)));
}

async function assignSlots(node: RedisServer, index: number, count: number): Promise<void> {
  const start = Math.floor((SLOTS * index) / count);
  const end = Math.floor((SLOTS * (index + 1)) / count) - 1;
  // Nodes with one epoch would first have to settle whose is the higher.
  await node.cli('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
  await node.cli('CLUSTER', 'ADDSLOTSRANGE', String(start), String(end));
}

async function untilComplete(node: RedisServer, count: number): Promise<void> {
  const expected = [
    'cluster_state:ok',
    `cluster_slots_ok:${SLOTS}`,
    `cluster_known_nodes:${count}`,
  ];
  const deadline = Date.now() + FORM_DEADLINE_MS;
  for (;;) {
    const info = await node.cli('CLUSTER', 'INFO');
    if (expected.every((line) => info.includes(`${line}\r\n`))) return;
    if (Date.now() > deadline) throw new Error(`The cluster did not form:\n${info}`);
    await delay(POLL_MS);
  }
}
