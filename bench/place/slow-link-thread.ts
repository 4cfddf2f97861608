/**
 * The thread of a slow link.
 *
 * @module
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

interface Settings {
  readonly host: string;
  readonly port: number;
  readonly delayMs: number;
}

const { host, port, delayMs } = workerData as Settings;

const listener = createServer((client) => {
  const server = connect(port, host);
  for (const socket of [client, server]) socket.setNoDelay(true).on('error', () => {});
  client.on('close', () => server.destroy());
  server.on('close', () => client.destroy());
  client.pipe(server);
  server.on('data', (reply) => later(client, reply));
});

// Timers of the same length end in the order in which they began, so replies keep theirs.
function later(client: Socket, reply: Buffer): void {
  setTimeout(() => client.write(reply), delayMs);
}

listener.listen(0, '127.0.0.1', () => {
  const { port: ownPort } = listener.address() as AddressInfo;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(ownPort);
});
