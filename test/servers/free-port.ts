/**
 * A TCP port that nobody listens on at the moment.
 *
 * @module
 */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

// Below the ports that systems hand to outgoing connections (from 32768): a client that reconnects
// while its server is down could otherwise be given that very port and connect to itself. A
// cluster node also listens 10,000 higher, which stays below as well.
const LOWEST_PORT = 10_000;
const HIGHEST_PORT = 22_000;

/**
 * Finds a free port on 127.0.0.1. Another process may take it before the caller does.
 *
 * @returns The port number.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
