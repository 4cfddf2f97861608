/**
 * A way to a Redis server on which one command is held for good, so that who sent it can be stopped there.
 *
 * @module
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

import { frames } from '../faults/resp-frames.ts';

/**
 * Which command is held: the n-th with a text, before the server has it or behind its answer.
 */
export interface HeldCommand {
  readonly text: string;
  readonly count: number;
  readonly where: 'before' | 'behind';
}

/**
 * A proxy that ends with the test.
 */
export class HoldingProxy {
  /** When the command is held. */
  readonly held: Promise<void>;
  readonly #listener: Server;
  readonly #sockets = new Set<Socket>();
  readonly #command: HeldCommand;
  readonly #onHeld: () => void;
  #seen = 0;

  private constructor(listener: Server, command: HeldCommand) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.held = promise;
    this.#onHeld = resolve;
    this.#listener = listener;
    this.#command = command;
  }

  /** Starts one on 127.0.0.1 that leads to the server of a URL. */
  static async start(url: string, command: HeldCommand): Promise<HoldingProxy> {
    const { port } = new URL(url);
    const listener = createServer();
    const proxy = new HoldingProxy(listener, command);
    listener.on('connection', (client) => proxy.#open(client, Number(port)));
    await once(listener.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => proxy.#stop());
    return proxy;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  #open(client: Socket, port: number): void {
    const server = connect(port, '127.0.0.1');
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true).on('error', () => {});
    }
    client.once('close', () => server.destroy());
    server.pipe(client);
    this.#carry(client, server).catch(() => {});
  }

  async #carry(client: Socket, server: Socket): Promise<void> {
    for await (const request of frames(client)) {
      if (!this.#isHeld(request)) {
        server.write(request);
        continue;
      }
      server.unpipe(client);
      if (this.#command.where === 'behind') {
        server.write(request);
        await once(server.resume(), 'data');
      }
      this.#onHeld();
      await once(client, 'close');
      return;
    }
  }

  #isHeld(request: Buffer): boolean {
    const { text, count } = this.#command;
    if (request.includes(text)) this.#seen += 1;
    return request.includes(text) && this.#seen >= count;
  }

  #stop(): void {
    this.#listener.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
