/**
 * Waits for what a server says of itself.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { RedisServer } from './redis-server.ts';

const DEADLINE_MS = 30_000;
const POLL_MS = 100;

/**
 * Waits until a server's information has all of some lines.
 *
 * @param server - The server.
 * @param section - A section of INFO, or `cluster` for that of CLUSTER INFO.
 * @param lines - The lines, each as a whole.
 * @throws Error with the last information after 30 seconds.
 */
export async function untilInfo(
  server: RedisServer,
  section: string,
  lines: readonly string[],
): Promise<void> {
  const command = section === 'cluster' ? ['CLUSTER', 'INFO'] : ['INFO', section];
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const info = await server.cli(...command).catch(String);
    if (lines.every((line) => info.includes(`${line}\r\n`))) return;
    if (Date.now() > deadline) throw new Error(`Not within time: ${lines.join(', ')}\n${info}`);
    await delay(POLL_MS);
  }
}
