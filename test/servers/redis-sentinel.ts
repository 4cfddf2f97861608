/**
 * A real master with a sentinel that watches it.
 *
 * @module
 */
import { findRedis } from './redis-binary.ts';
import { startRedis, type RedisServer } from './redis-server.ts';
import { startProcess, type ServerProcess } from './server-process.ts';

const MASTER_NAME = 'mymaster';

/**
 * A running master with its sentinel.
 */
export interface RedisSentinel {
  /** Where clients ask for the master. */
  readonly sentinels: readonly { host: string; port: number }[];
  /** The name to ask for. */
  readonly masterName: string;
  /** The master. */
  readonly master: RedisServer;
  /** Ends the sentinel and the master. */
  stop(): Promise<void>;
}

/**
 * Starts one master, with JSON and search, and one sentinel.
 *
 * @returns Both, once they answer.
 */
export async function startSentinel(): Promise<RedisSentinel> {
  const master = await startRedis();
  try {
    const sentinel = await startSentinelProcess(master.port);
    return {
      sentinels: [{ host: '127.0.0.1', port: sentinel.port }],
      masterName: MASTER_NAME,
      master,
      stop: async () => {
        await sentinel.stop();
        await master.stop();
      },
    };
  } catch (error) {
    await master.stop();
    throw error;
  }
}

async function startSentinelProcess(masterPort: number): Promise<ServerProcess> {
  const { program } = await findRedis();
  return startProcess({
    program,
    config: [
      `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${masterPort} 1`,
      `sentinel down-after-milliseconds ${MASTER_NAME} 1000`,
      `sentinel failover-timeout ${MASTER_NAME} 3000`,
    ],
    args: ['--sentinel'],
  });
}
