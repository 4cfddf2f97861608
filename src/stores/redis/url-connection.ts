/**
 * The connection that a store makes for itself from a URL.
 *
 * @module
 */
import { createClient } from 'redis';
import { InvalidInputError, StoreClosedError } from '../../errors.ts';
import type { RedisCommand, RedisCommandSender } from './client.ts';

const LONGEST_RECONNECT_MS = 500;

type Client = ReturnType<typeof newClient>;

/**
 * One connection, made when it is needed. It keeps the process alive only while a command waits for
 * its answer, and reconnects only then.
 */
export class UrlConnection implements RedisCommandSender {
  readonly #url: string;
  #client: Client | null = null;
  #pending = 0;
  #closed = false;

  /**
   * @throws {@link InvalidInputError} (`invalid_input`) when it is no address of a Redis server.
   */
  constructor(url: string) {
    this.#url = url;
    try {
      newClient(url, () => false);
    } catch {
      // The error of a URL that cannot be parsed holds it whole, password included.
      throw new InvalidInputError('url', 'is not a valid redis:// or rediss:// address');
    }
  }

  /** Begins to connect where there is no connection. */
  isReady(): boolean {
    return this.#connect().isReady;
  }

  async send({ args }: RedisCommand): Promise<unknown> {
    const client = this.#connect();
    this.#pending += 1;
    client.ref();
    try {
      return await client.sendCommand([...args]);
    } finally {
      this.#pending -= 1;
      if (this.#pending === 0) client.unref();
    }
  }

  /** Ends the connection; what still waits for an answer fails. */
  close(): void {
    this.#closed = true;
    this.#drop();
  }

  #connect(): Client {
    if (this.#closed) throw new StoreClosedError('The store is closed');
    if (this.#client !== null) return this.#client;
    const client = newClient(this.#url, (retries) =>
      this.#pending === 0 ? false : Math.min(2 ** retries * 10, LONGEST_RECONNECT_MS),
    );
    this.#client = client;
    // Every failure reaches the caller of a command; without a listener it would end the process.
    client.on('error', () => {});
    client.on('terminated', () => this.#drop(client));
    client.connect().then(
      () => this.#pending === 0 && client.unref(),
      () => this.#drop(client),
    );
    return client;
  }

  #drop(client = this.#client): void {
    client?.destroy();
    if (client !== this.#client) return;
    this.#client = null;
  }
}

function newClient(url: string, reconnectStrategy: (retries: number) => number | false) {
  return createClient({ url, socket: { reconnectStrategy } });
}
