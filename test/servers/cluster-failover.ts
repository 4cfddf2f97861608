/**
 * Masters of a cluster that die, and replicas that take over.
 *
 * @module
 */
import { untilInfo } from './info.ts';
import type { RedisCluster } from './redis-cluster.ts';
import type { RedisServer } from './redis-server.ts';

/**
 * Cuts a master off from its replicas: it goes on alone, and they stay at what they have.
 *
 * @param master - The master.
 * @param replicas - Its replicas.
 */
export async function cutReplicas(
  master: RedisServer,
  replicas: readonly RedisServer[],
): Promise<void> {
  await master.cli('ACL', 'SETUSER', 'default', '-psync', '-sync');
  await master.cli('CLIENT', 'KILL', 'TYPE', 'replica');
  await Promise.all(
    replicas.map((replica) => untilInfo(replica, 'replication', ['master_link_status:down'])),
  );
}

/**
 * Kills a master with SIGKILL and waits until the cluster has put its replica in its place.
 *
 * @param cluster - The cluster.
 * @param master - A master with a replica.
 * @returns The replica, which is the master now.
 */
export async function failOver(cluster: RedisCluster, master: RedisServer): Promise<RedisServer> {
  const [replica] = cluster.replicas.get(master) ?? [];
  if (replica === undefined) throw new Error('The master has no replica.');
  master.kill('SIGKILL');
  await replica.cli('CONFIG', 'SET', 'cluster-replica-no-failover', 'no');
  await untilInfo(replica, 'replication', ['role:master']);
  return replica;
}
