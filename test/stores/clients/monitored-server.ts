/**
 * A server whose commands can be looked at: a private one, so that nobody else's are among them.
 *
 * @module
 */
import { createClient, type RedisClientType } from 'redis';
import { vi } from 'vitest';

import { type RedisServer, startRedis } from '../../servers/redis-server.ts';
import { PATIENCE } from '../../processes/patience.ts';

/**
 * A server of one's own, and all that it is told.
 */
export interface MonitoredServer {
  readonly server: RedisServer;
  readonly client: RedisClientType;
  /** The lines of MONITOR since the last call: what clients have sent and scripts have called. */
  lines(): Promise<string[]>;
  stop(): Promise<void>;
}

/**
 * Starts one.
 */
export async function startMonitored(): Promise<MonitoredServer> {
  const server = await startRedis();
  const client = newClient(server.url);
  const monitor = newClient(server.url);
  let seen: string[] = [];
  await Promise.all([client.connect(), monitor.connect()]);
  await monitor.monitor((line) => seen.push(line));
  return {
    server,
    client,
    async lines() {
      const marker = crypto.randomUUID();
      await client.sendCommand(['ECHO', marker]);
      await vi.waitUntil(() => seen.some((line) => line.includes(marker)), PATIENCE);
      const before = seen.filter((line) => !line.includes('"ECHO"'));
      seen = [];
      return before;
    },
    async stop() {
      client.destroy();
      monitor.destroy();
      await server.stop();
    },
  };
}

/**
 * Gives the words of a line, as they stand there between quotes.
 */
export function wordsOf(line: string): string[] {
  return Array.from(line.matchAll(/"((?:[^"\\]|\\.)*)"/g), ([, text = '']) => text);
}

function newClient(url: string): RedisClientType {
  return createClient({ url, disableClientInfo: true });
}
