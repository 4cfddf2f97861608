/**
 * A server of Node that answers with a function.
 *
 * @module
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';

import { InvalidInputError } from '../../errors.ts';

/** Answers a request. */
export type Answer = (request: Request) => Response | Promise<Response>;

/** What is wrong with an option, by the code of the error that a server gives. */
const PROBLEMS: Record<string, [field: string, reason: string]> = {
  EADDRINUSE: ['port', 'is in use'],
  EACCES: ['port', 'may not be used'],
  EADDRNOTAVAIL: ['host', 'is no address of this machine'],
  ENOTFOUND: ['host', 'is not known'],
};

/**
 * A server that can listen.
 */
export class ListeningServer {
  /** What answers; until it is set, nothing does. */
  answer: Answer = unavailable;
  // The program that it runs in may have a Request of its own.
  readonly #server = createAdaptorServer({
    fetch: (request) => this.answer(request),
    overrideGlobalObjects: false,
  }) as Server;

  /** The port that it listens at. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /**
   * Begins to listen.
   *
   * @throws `InvalidInputError` (`invalid_input`) where it cannot be at this host and port.
   */
  async listen(host: string, port: number): Promise<void> {
    try {
      this.#server.listen(port, host);
      await once(this.#server, 'listening');
    } catch (error) {
      const problem = PROBLEMS[(error as NodeJS.ErrnoException).code ?? ''];
      throw problem === undefined ? error : new InvalidInputError(...problem);
    }
  }

  /** Ends it, with all its connections. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

function unavailable(): Response {
  return new Response(null, { status: 503 });
}
