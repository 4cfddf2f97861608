/**
 * Sessions as native JSON documents in Redis: every write is one script on one session.
 *
 * @module
 */
import { Deadline } from '../../deadline.ts';
import type { Durability } from '../../durability.ts';
import { StoreClosedError } from '../../errors.ts';
import type {
  AppendParams,
  CreateParams,
  DiagnoseParams,
  ExistingParams,
  LockParams,
  QueryParams,
  QueryResult,
  ReadParams,
  ReplaceParams,
  ReplaceResult,
  RestoreParams,
  RewriteParams,
  SessionAddress,
  SessionSnapshot,
  SessionStore,
  StoreDiagnosis,
  StoreSystem,
  UnlockParams,
  WatchSession,
  WriteParams,
  WriteResult,
} from '../../store.ts';
import { canWatch, type RedisClientLike, toSender } from './clients/client.ts';
import { RedisCommander } from './clients/commander.ts';
import { diagnoseRedis } from './diagnosis/diagnose-redis.ts';
import { RedisDirectory } from './directory/redis-directory.ts';
import { createSession } from './writing/creating.ts';
import { DocumentReader } from './reading/document-reader.ts';
import { checkOptions, type RedisStoreOptions } from './redis-store-options.ts';
import { restoreDocument } from './writing/restoring.ts';
import {
  appendEntries,
  applied,
  rewriteEntries,
  type WriteParts,
} from './writing/history-writes.ts';
import * as scripts from './scripts.generated.ts';
import { ScriptWriter } from './writing/script-writer.ts';
import { MessageProjection, type Written } from './search/message-projection.ts';
import { systemOf } from './system.ts';
import { deletedLivesKey, emptyTrash, trashKey } from './writing/trash.ts';
import { WriteKeys } from './writing/write-keys.ts';
import { UrlConnection } from './clients/url-connection.ts';

/**
 * Keeps each session as one RedisJSON document at the key of the session.
 *
 * It needs Redis 8, Redis Stack, or another server with the `JSON.*` commands and Lua scripts. The
 * client is yours: connect it before, give it an `error` listener, and close it yourself.
 *
 * @example
 * ```ts
 * import { JSONSession } from 'agents-json-session';
 * import { RedisStore } from 'agents-json-session/redis';
 * import { createClient } from 'redis';
 *
 * const client = createClient({ url: 'redis://localhost:6379' });
 * client.on('error', (error: Error) => console.error(error.message));
 * await client.connect();
 *
 * const store = new RedisStore(client);
 * const session = await JSONSession.open({ sessionId: 'chat-1', userId: 'user-1', store });
 * await session.addMessage({ role: 'user', content: 'Hello' });
 * client.destroy();
 * ```
 */
export class RedisStore implements SessionStore {
  readonly timeoutMs: number;
  /**
   * Tells when a session may have changed, through a connection of its own to the master that has it.
   * Left out where the client cannot: those of ioredis, and senders of your own that give no master. It
   * fails with `StoreUnavailableError` (`store_unavailable`) where the server or its user may not track.
   */
  readonly watch?: WatchSession;
  /** Finds sessions. */
  readonly directory: NonNullable<SessionStore['directory']>;
  // A function: who prints a store must not see its address.
  readonly system = (): StoreSystem => systemOf(this.#client);
  readonly #client: RedisClientLike;
  readonly #durability: Durability;
  readonly #commander: RedisCommander;
  readonly #reader: DocumentReader;
  readonly #writer: ScriptWriter;
  readonly #keys: WriteKeys;
  /** Null where messages are not searched. */
  readonly #messages: MessageProjection | null;
  #connection: UrlConnection | null = null;
  readonly #inFlight = new Set<Promise<unknown>>();
  #closed = false;

  /**
   * @param client - A client, pool, cluster or sentinel of node-redis, or a client or cluster of
   * ioredis. It is never closed by the store.
   * @throws `InvalidInputError` (`invalid_input`) when it is no such client, or an ioredis
   * client with a `keyPrefix`, or an option is out of range, or the client gives no connections for a
   * `durability`.
   */
  constructor(client: RedisClientLike, options: RedisStoreOptions = {}) {
    const { timeoutMs, durability, cacheBytes, isProjected, isSearched } = checkOptions(options);
    this.timeoutMs = timeoutMs;
    this.#client = client;
    this.#durability = durability;
    this.#commander = new RedisCommander(toSender(client), durability);
    if (canWatch(client)) {
      this.watch = async (params) =>
        this.#call(params, (deadline) => this.#commander.watch(params, deadline));
    }
    this.#reader = new DocumentReader(this.#commander, cacheBytes);
    this.#writer = new ScriptWriter(this.#commander);
    this.#keys = new WriteKeys({ isProjected, isSearched });
    this.#messages = isSearched ? new MessageProjection(this.#commander) : null;
    this.directory = new RedisDirectory({
      client,
      commander: this.#commander,
      isProjected,
      messages: this.#messages,
      call: async (limits, work) => this.#call(limits, work),
    });
  }

  /**
   * Gives a store with a connection of its own, which it makes with its first call, keeps from holding
   * the process alive, and closes with {@link RedisStore.close}.
   *
   * @param url - `redis://` or `rediss://` (TLS) address, with user, password and database.
   * @throws `InvalidInputError` (`invalid_input`) when the address or an option is no good.
   */
  static open(url: string, options: RedisStoreOptions = {}): RedisStore {
    const connection = new UrlConnection(url);
    const store = new RedisStore(connection, options);
    store.#connection = connection;
    return store;
  }

  async create(params: CreateParams): Promise<WriteResult> {
    return this.#call(params, (deadline) => createSession(this.#parts, params, deadline));
  }

  async read(params: ReadParams): Promise<SessionSnapshot | null> {
    return this.#call(params, (deadline) => this.#reader.read(params, deadline));
  }

  async query(params: QueryParams): Promise<QueryResult | 'read-all' | null> {
    return this.#call(params, (deadline) => this.#reader.query(params, deadline));
  }

  async append(params: AppendParams): Promise<WriteResult> {
    const { entries } = params;
    return this.#write(params, { entries, isAppend: true }, (deadline) =>
      appendEntries(this.#parts, params, deadline),
    );
  }

  async rewrite(params: RewriteParams): Promise<WriteResult | null> {
    const { entries = [], drop } = params;
    return this.#write(params, { entries }, async (deadline) => {
      const done = await rewriteEntries(this.#parts, params, deadline);
      if (done !== null && drop === 'all') this.#reader.forget(params.key);
      return done;
    });
  }

  async replace(params: ReplaceParams): Promise<ReplaceResult | null> {
    const beside = this.#keys.with(params);
    return this.#write(params, {}, async (deadline) =>
      this.#writer.replace(params, deadline, beside),
    );
  }

  async touch(params: WriteParams): Promise<WriteResult> {
    const besides = this.#keys.of(params);
    const touch = { script: scripts.touch, besides, args: [], numbered: false };
    return this.#write(params, {}, async (deadline) =>
      applied(await this.#writer.run(params, { ...touch, deadline })),
    );
  }

  async lock(params: LockParams): Promise<WriteResult> {
    const { leaseMs, keep, create, sessionId } = params;
    const args = [
      String(leaseMs),
      keep ? '1' : '0',
      create === null ? '' : JSON.stringify(sessionId),
      create === null ? '' : JSON.stringify(create.userId),
      create === null ? '' : this.#keys.ofOthers(params),
    ];
    const incarnation = create?.incarnation;
    const besides = this.#keys.creating(params, create);
    const lock = { script: scripts.lock, besides, args, incarnation, numbered: false };
    return this.#call(params, async (deadline) =>
      applied(await this.#writer.run(params, { ...lock, deadline })),
    );
  }

  async unlock(params: UnlockParams): Promise<void> {
    const besides = this.#keys.of(params);
    const unlock = { script: scripts.unlock, besides, args: [], numbered: false };
    await this.#call(params, (deadline) => this.#writer.run(params, { ...unlock, deadline }));
  }

  async delete(params: ExistingParams): Promise<boolean> {
    const trash = trashKey(params);
    return this.#write(params, {}, async (deadline) => {
      const beside = this.#keys.with(params, { lives: deletedLivesKey(params), trash });
      const { deleted, hasTrash } = await this.#writer.delete(params, deadline, beside);
      this.#reader.forget(params.key);
      if (hasTrash) await emptyTrash(this.#commander, trash, deadline);
      return deleted;
    });
  }

  async restore(params: RestoreParams): Promise<WriteResult> {
    const { messages: entries } = params.document;
    return this.#write(params, { entries, isWhole: true }, async (deadline) => {
      const restored = await restoreDocument(this.#parts, params, deadline);
      this.#reader.forget(params.key);
      return restored;
    });
  }

  /** Asks every master that the client leads to. */
  async diagnose(params: DiagnoseParams): Promise<StoreDiagnosis> {
    return this.#call(params, (deadline) =>
      diagnoseRedis(this.#client, {
        keyPrefix: params.keyPrefix,
        deadline,
        durability: this.#durability,
        isProjected: this.#keys.isProjected,
        isSearched: this.#messages !== null,
      }),
    );
  }

  /** Waits for the calls in flight, each of which ends within its own time. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#inFlight);
    this.#commander.close();
    this.#connection?.close();
  }

  get #parts(): WriteParts {
    return { commander: this.#commander, writer: this.#writer, keys: this.#keys };
  }

  async #write<T>(
    params: SessionAddress,
    written: Written,
    work: (deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    return this.#call(params, async (deadline) => {
      try {
        return await work(deadline);
      } finally {
        // Whatever has become of it: it may have been applied, and the documents say what is there.
        await this.#messages?.afterWrite(params, written, deadline);
      }
    });
  }

  async #call<T>(
    { timeoutMs, signal, onRetry }: Pick<SessionAddress, 'timeoutMs' | 'signal' | 'onRetry'>,
    work: (deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    if (this.#closed) throw new StoreClosedError('The store is closed');
    const call = work(new Deadline(timeoutMs ?? this.timeoutMs, signal, onRetry));
    this.#inFlight.add(call);
    try {
      return await call;
    } finally {
      this.#inFlight.delete(call);
    }
  }
}
