/**
 * A Redis of its own, with a proxy before it that some of the workers go through.
 *
 * @module
 */
import { join } from 'node:path';
import type { SessionDocument } from '../../src/document/document.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { CutProxy, type Fault as NetworkFault } from '../faults/cut-proxy.ts';
import { WAYS } from '../faults/ways.ts';
import { startRedis, type RedisServer } from '../servers/redis-server.ts';
import type { Fault, Place } from './place.ts';

const PATIENCE_MS = 20_000;
const LONGEST_OUTAGE_MS = 1500;
const LONGEST_HARM_MS = 3000;
const LONGEST_LIMIT_MS = 1500;
const RAREST_HARM = 20;
/** The library's and the Python class's; and both again while those that broke are dying. */
const CONNECTIONS_OF_WORKER = 4;
const CONNECTIONS_OF_OTHERS = 8;

const NETWORK: readonly NetworkFault[] = [
  'cut-before',
  'cut-after',
  'reset',
  'half-reply',
  'delay',
  'black-hole',
];

/**
 * Starts one.
 */
export async function openRedisPlace(folder: string, processes: number): Promise<Place> {
  const server = await startRedis({
    dir: join(folder, 'redis'),
    // What was written survives a SIGKILL; with an fsync under way Redis may answer before it writes.
    args: ['--appendonly', 'yes', '--appendfsync', 'no', '--auto-aof-rewrite-min-size', '8mb'],
  });
  const proxy = await CutProxy.start(server.port);
  const store = RedisStore.open(server.url, { timeoutMs: PATIENCE_MS });
  return {
    name: 'redis',
    store,
    faults: [...serverFaults(server), ...NETWORK.map((fault) => networkFault(proxy, fault))],
    mostConnections: processes * CONNECTIONS_OF_WORKER + CONNECTIONS_OF_OTHERS,
    addressOf: (worker) => ({
      url: worker % 2 === 0 ? proxy.url : server.url,
      way: Math.floor(worker / 2) % WAYS.length,
    }),
    async heal() {
      await proxy.heal();
      await server.cli('CONFIG', 'SET', 'maxmemory', '0');
    },
    async document(key) {
      return JSON.parse(await server.cli('JSON.GET', key)) as SessionDocument | null;
    },
    async connections() {
      // While the server is down nobody is connected.
      const list = await server.cli('CLIENT', 'LIST').catch(() => null);
      return list === null ? null : list.trim().split('\n').length - 1;
    },
    async wipe() {
      await server.cli('FLUSHALL');
      return [];
    },
    async stop() {
      await store.close();
      await proxy.stop();
      await server.stop();
    },
  };
}

function serverFaults(server: RedisServer): Fault[] {
  return [
    {
      name: 'server SIGKILL',
      async inflict({ amount }, hold) {
        server.kill('SIGKILL');
        await hold(amount * LONGEST_OUTAGE_MS);
        await server.restart();
      },
    },
    {
      name: 'SCRIPT FLUSH',
      async inflict() {
        await server.cli('SCRIPT', 'FLUSH');
      },
    },
    {
      name: 'CLIENT KILL',
      async inflict() {
        await server.cli('CLIENT', 'KILL', 'TYPE', 'normal');
      },
    },
    {
      name: 'memory limit',
      async inflict({ amount }, hold) {
        await server.cli('CONFIG', 'SET', 'maxmemory', '1mb');
        await hold(amount * LONGEST_LIMIT_MS);
        await server.cli('CONFIG', 'SET', 'maxmemory', '0');
      },
    },
    {
      name: 'file rewrite',
      async inflict() {
        // One may be under way already.
        await server.cli('BGREWRITEAOF').catch(() => {});
      },
    },
  ];
}

function networkFault(proxy: CutProxy, fault: NetworkFault): Fault {
  return {
    name: `network ${fault}`,
    async inflict({ amount, whom }, hold) {
      proxy.harm(fault, 1 + Math.floor(whom * RAREST_HARM));
      await hold(amount * LONGEST_HARM_MS);
      await proxy.heal();
    },
  };
}
