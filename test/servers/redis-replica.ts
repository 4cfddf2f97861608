/**
 * A real master with a replica that follows it.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type RedisServer, startRedis } from './redis-server.ts';

const LINK_DEADLINE_MS = 30_000;
const POLL_MS = 20;

/**
 * Two servers.
 */
export interface ReplicatedRedis {
  readonly master: RedisServer;
  readonly replica: RedisServer;
  /** Ends both. */
  stop(): Promise<void>;
}

/**
 * Starts both, with JSON.
 *
 * @param args - More arguments of both servers.
 * @param via - Gives the port by which the replica reaches the master's; else it is the master's own.
 * @returns Both, once the replica has everything and follows.
 */
export async function startReplicated(
  args: string[] = [],
  via: (port: number) => Promise<number> = async (port) => port,
): Promise<ReplicatedRedis> {
  // A master waits five seconds for more replicas before it sends what it has.
  const own = ['--repl-diskless-sync-delay', '0', ...args];
  const master = await startRedis({ modules: 'json', args: own });
  const follow = ['--replicaof', '127.0.0.1', String(await via(master.port))];
  const replica = await startRedis({ modules: 'json', args: [...own, ...follow] });
  await untilLinked(replica);
  return {
    master,
    replica,
    stop: async () => {
      await Promise.all([master.stop(), replica.stop()]);
    },
  };
}

async function untilLinked(replica: RedisServer): Promise<void> {
  const deadline = Date.now() + LINK_DEADLINE_MS;
  for (;;) {
    const info = await replica.cli('INFO', 'replication');
    if (info.includes('master_link_status:up')) return;
    if (Date.now() > deadline) throw new Error(`The replica does not follow:\n${info}`);
    await delay(POLL_MS);
  }
}
