/**
 * The connection that a store makes for itself from a URL.
 *
 * @module
 */
import { InvalidInputError, StoreClosedError, StoreUnavailableError } from '../../../errors.ts';
import type { StoreSystem } from '../../../store-system.ts';
import type { RedisCommand, RedisCommandSender } from './client.ts';
import { NotSentError, type RedisMaster } from '../durability/connection.ts';
import { nodeRedisServer } from '../durability/key-master.ts';
import { classifyFailure, failureName } from './failure.ts';
import { argsAndOptions } from './node-redis-command.ts';
import { systemOfUrl } from '../system.ts';

/** A connection without any answer for so long is taken for dead when a call gives up on it. */
const SILENCE_MS = 5000;

type Client = Awaited<ReturnType<typeof newClient>>;

/**
 * One connection, made when it is needed.
 *
 * It never keeps the process alive: a call in progress has a timer that does. When it ends, nothing
 * reconnects until the next call, or until the next attempt of a call in progress.
 */
export class UrlConnection implements RedisCommandSender {
  readonly #url: string;
  #client: Client | null = null;
  /** Whether a client is being made. */
  #isOpening = false;
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
    if (!isAddress(url)) {
      throw new InvalidInputError('url', 'is not a valid redis:// or rediss:// address');
    }
  }

  system(): StoreSystem {
    return systemOfUrl(this.#url);
  }

  isReady(): boolean {
    const refusal = this.#refusal;
    this.#refusal = null;
    if (refusal !== null) throw refusal;
    this.#connect();
    return this.#client?.isReady === true;
  }

  lastFailure(): string | null {
    return this.#failure;
  }

  onUnanswered(): void {
    const isSilent = performance.now() - this.#silentSince > SILENCE_MS;
    if (this.#unanswered > 0 && isSilent) this.#drop();
  }

  async send(command: RedisCommand): Promise<unknown> {
    const client = this.#client;
    if (client === null) throw new NotSentError('not connected');
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
    return nodeRedisServer('', async (task) => task(await newClient(this.#url)));
  }

  /** Ends the connection; what still waits for an answer fails. */
  close(): void {
    this.#closed = true;
    this.#drop();
  }

  #connect(): void {
    if (this.#closed) throw new StoreClosedError('The store is closed');
    if (this.#client !== null || this.#isOpening) return;
    this.#isOpening = true;
    newClient(this.#url)
      .then((client) => this.#open(client))
      .catch((error: unknown) => {
        this.#failure = failureName(error);
      })
      .finally(() => {
        this.#isOpening = false;
      });
  }

  #open(client: Client): void {
    if (this.#closed) return;
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

/** What a client would find wrong only when it is made. */
function isAddress(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, username, password, pathname } = new URL(url);
  const isLogin = [username, password].every((text) => isDecodable(text));
  return /^rediss?:$/u.test(protocol) && isLogin && !Number.isNaN(Number(pathname.slice(1)));
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

// Loaded when it is needed, which takes some hundred milliseconds: who brings a client of ioredis never
// pays them. The type follows from the options; spelling it out would widen it.
async function newClient(url: string) {
  const { createClient } = await import('redis');
  return createClient({ url, socket: { reconnectStrategy: false } });
}
