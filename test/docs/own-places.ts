/**
 * Gives a process that runs snippets of the documentation places of its own: their Redis is the one of the
 * tests, and their servers take a port that is free. For `node --import`.
 *
 * @module
 */
import { Server, Socket } from 'node:net';

/** What the snippets say. */
const REDIS_PORT = 6379;
const SERVER_PORT = 3000;

interface Address {
  port?: number | string;
  host?: string;
}

const { hostname: host, port } = new URL(process.env['SNIPPETS_REDIS_URL'] ?? '');

/** Changes what a method is called with. */
function changeCalls(
  prototype: object,
  name: string,
  change: (args: unknown[]) => unknown[],
): void {
  const method = Reflect.get(prototype, name) as (...args: unknown[]) => unknown;
  const changed = new Proxy(method, {
    apply: (target, self, args: unknown[]) => Reflect.apply(target, self, change(args)),
  });
  Reflect.set(prototype, name, changed);
}

/** `net.connect` hands over its arguments in a list. */
function addressIn([first]: unknown[]): Address {
  const address: unknown = Array.isArray(first) ? first[0] : first;
  return typeof address === 'object' && address !== null ? address : {};
}

changeCalls(Socket.prototype, 'connect', (args) => {
  const address = addressIn(args);
  if (Number(address.port) === REDIS_PORT) Object.assign(address, { host, port });
  return args;
});

changeCalls(Server.prototype, 'listen', (args) =>
  args.map((arg) => (arg === SERVER_PORT ? 0 : arg)),
);
