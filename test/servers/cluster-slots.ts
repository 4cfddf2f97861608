/**
 * Which master of a cluster serves a key, and how a slot goes to another one.
 *
 * @module
 */
import type { RedisCluster } from './redis-cluster.ts';
import type { RedisServer } from './redis-server.ts';

const KEYS_AT_ONCE = 100;
const TIMEOUT_MS = 10_000;

/**
 * Gives the slot of a key.
 *
 * @param cluster - Any of its nodes knows.
 * @param key - The key.
 * @returns The number of the slot.
 */
export async function slotOf({ nodes: [node] }: RedisCluster, key: string): Promise<number> {
  return Number(await node?.cli('CLUSTER', 'KEYSLOT', key));
}

/**
 * Finds the node that serves a slot, by asking each whether it does so itself.
 *
 * @param cluster - The cluster; nodes of it may be down.
 * @param slot - The slot.
 * @returns The node.
 * @throws Error when there is none at the moment.
 */
export async function masterOf({ all }: RedisCluster, slot: number): Promise<RedisServer> {
  const served = await Promise.all(all.map((node) => servesSlot(node, slot)));
  const master = all[served.indexOf(true)];
  if (master === undefined) throw new Error(`Nobody serves slot ${slot}.`);
  return master;
}

async function servesSlot(node: RedisServer, slot: number): Promise<boolean> {
  const table = await node.cli('CLUSTER', 'NODES').catch(() => '');
  const own = table.split('\n').find((line) => line.includes('myself'));
  const [, , flags = '', ...rest] = own?.split(' ') ?? [];
  // Id, address, flags, master, ping, pong, epoch and link; then ranges of slots.
  const ranges = rest.slice(5).filter((range) => !range.startsWith('['));
  return flags.includes('master') && ranges.some((range) => isWithin(slot, range));
}

function isWithin(slot: number, range: string): boolean {
  const [first = '', last = first] = range.split('-');
  return slot >= Number(first) && slot <= Number(last);
}

/**
 * Moves a slot with its keys to another master, as `redis-cli --cluster reshard` does.
 *
 * @param cluster - The cluster.
 * @param slot - The slot.
 * @param way - The master that has it, and the one that takes it.
 * @param meanwhile - Awaited twice: while the keys are still where they were, and when they have
 * moved and the old master sends clients on with ASK.
 */
export async function moveSlot(
  cluster: RedisCluster,
  slot: number,
  { source, target }: { readonly source: RedisServer; readonly target: RedisServer },
  meanwhile: () => Promise<void> = async () => {},
): Promise<void> {
  const [from, to] = await Promise.all([source, target].map((node) => node.cli('CLUSTER', 'MYID')));
  const setSlot = (node: RedisServer, ...change: string[]): Promise<string> =>
    node.cli('CLUSTER', 'SETSLOT', String(slot), ...change);
  await setSlot(target, 'IMPORTING', from ?? '');
  await setSlot(source, 'MIGRATING', to ?? '');
  await meanwhile();
  await moveKeys(source, target, slot);
  await meanwhile();
  // The new one first, so that at no time nobody serves the slot.
  await setSlot(target, 'NODE', to ?? '');
  const others = cluster.nodes.filter((node) => node !== target);
  await Promise.all(others.map((node) => setSlot(node, 'NODE', to ?? '')));
}

async function moveKeys(source: RedisServer, target: RedisServer, slot: number): Promise<void> {
  const address = ['127.0.0.1', String(target.port)];
  for (;;) {
    const found = await source.cli('CLUSTER', 'GETKEYSINSLOT', String(slot), String(KEYS_AT_ONCE));
    const keys = JSON.parse(found) as string[];
    if (keys.length === 0) return;
    await source.cli('MIGRATE', ...address, '', '0', String(TIMEOUT_MS), 'KEYS', ...keys);
  }
}
