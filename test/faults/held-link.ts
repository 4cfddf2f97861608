/**
 * The line between a master and its replica, which can be held up: what is on it then is lost with it.
 *
 * @module
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A port of 127.0.0.1 that leads to another one.
 */
export class HeldLink {
  readonly #listener: Server;
  readonly #sockets = new Set<Socket>();
  readonly #fromTarget = new Set<Socket>();

  private constructor(listener: Server) {
    this.#listener = listener;
  }

  static async start(target: number): Promise<HeldLink> {
    const listener = createServer();
    const link = new HeldLink(listener);
    listener.on('connection', (client) => link.#open(client, target));
    await once(listener.listen(0, '127.0.0.1'), 'listening');
    return link;
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  /** From now on nothing arrives that the target sends. */
  hold(): void {
    for (const socket of this.#fromTarget) socket.unpipe().pause();
  }

  /** Ends it with all that is on it. */
  stop(): void {
    this.#listener.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #open(client: Socket, port: number): void {
    const target = connect(port, '127.0.0.1');
    this.#fromTarget.add(target);
    for (const socket of [client, target]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true).on('error', () => {});
      socket.once('close', () => this.#sockets.delete(socket));
    }
    client.pipe(target);
    target.pipe(client);
  }
}
