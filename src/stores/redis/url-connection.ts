/**
 * The connection that a store makes for itself from a URL.
 *
 * @module
 */
import { createClient } from 'redis';

import { InvalidInputError, StoreClosedError, StoreUnavailableError } from '../../errors.ts';
import { argsAndOptions, type RedisCommand, type RedisCommandSender } from './client.ts';
import type { RedisMaster } from './durability/connection.ts';
import { connectNodeRedis } from './durability/own-connections.ts';
import { classifyFailure, failureName } from './failure.ts';

/** A connection without any answer for so long is taken for dead when a call gives up on it. */
const SILENCE_MS = 5000;

type Client = ReturnType<typeof newClient>;

/**
 * One connection, made when it is needed.
 *
 * It never keeps the process alive: a call in progress has a timer that does. When it ends, nothing
 * reconnects until the next call, or until the next attempt of a call in progress.
 */
export class UrlConnection implements RedisCommandSender {
  readonly #url: string;
  #client: Client | null = null;
  /** Since when commands have waited for a sign of the server. */
  #silentSince = 0;
  #unanswered = 0;
  #failure: string | null = null;
  #refusal: StoreUnavailableError | null = null;
  #closed = false;

  /**
   * @throws {@link InvalidInputError} (`invalid_input`) when it is no address of a Redis server.
   */
  constructor(url: string) {
    this.#url = url;
    try {
      newClient(url);
    } catch {
      // The error of a URL that cannot be parsed holds it whole, password included.
      throw new InvalidInputError('url', 'is not a valid redis:// or rediss:// address');
    }
  }

  isReady(): boolean {
    const refusal = this.#refusal;
    this.#refusal = null;
    if (refusal !== null) throw refusal;
    return this.#connect().isReady;
  }

  lastFailure(): string | null {
    return this.#failure;
  }

  onUnanswered(): void {
    const isSilent = performance.now() - this.#silentSince > SILENCE_MS;
    if (this.#unanswered > 0 && isSilent) this.#drop();
  }

  async send(command: RedisCommand): Promise<unknown> {
    const client = this.#connect();
    if (this.#unanswered === 0) this.#silentSince = performance.now();
    this.#unanswered += 1;
    try {
      return await client.sendCommand(...argsAndOptions(command));
    } finally {
      this.#unanswered -= 1;
      this.#silentSince = performance.now();
    }
  }

  masterOf(): RedisMaster {
    return {
      name: '',
      connect: (timeoutMs) => connectNodeRedis(newClient(this.#url), timeoutMs),
    };
  }

  /** Ends the connection; what still waits for an answer fails. */
  close(): void {
    this.#closed = true;
    this.#drop();
  }

  #connect(): Client {
    if (this.#closed) throw new StoreClosedError('The store is closed');
    if (this.#client !== null) return this.#client;
    const client = newClient(this.#url);
    this.#client = client;
    this.#silentSince = performance.now();
    client.unref();
    // Every failure reaches the caller of a command; without a listener it would end the process.
    client.on('error', () => {});
    client.on('terminated', () => this.#drop(client));
    client.on('ready', () => {
      this.#failure = null;
    });
    client.connect().catch((error: unknown) => this.#onConnectFailure(client, error));
    return client;
  }

  #onConnectFailure(client: Client, error: unknown): void {
    this.#failure = failureName(error);
    if (classifyFailure(error) === 'refused') {
      this.#refusal = new StoreUnavailableError(
        `The connection to Redis was refused (${this.#failure})`,
      );
    }
    this.#drop(client);
  }

  #drop(client: Client | null = this.#client): void {
    client?.destroy();
    if (client === this.#client) this.#client = null;
  }
}

// The type follows from the options; spelling it out would widen it.
function newClient(url: string) {
  return createClient({ url, socket: { reconnectStrategy: false } });
}
