/**
 * Sessions as native JSON documents in Redis: every write is one script on one session.
 *
 * @module
 */
import type { JsonObject, JsonValue, MessageEntry } from '../../document/document.ts';
import { checkTimeout, Deadline } from '../../deadline.ts';
import { checkDurability, type Durability } from '../../durability.ts';
import type { DiagnoseParams, StoreDiagnosis } from '../../doctor/diagnosis.ts';
import { ConflictError, InvalidInputError, StoreClosedError } from '../../errors.ts';
import { mergePatch } from '../../document/merge-patch.ts';
import { fullRecord } from '../../document/run-record.ts';
import type {
  AppendParams,
  CreateParams,
  ExistingParams,
  LockParams,
  NewEntry,
  ReadParams,
  RewriteParams,
  SessionAddress,
  SessionSnapshot,
  SessionStore,
  UnlockParams,
  WriteParams,
  WriteResult,
} from '../../store.ts';
import { type RedisClientLike, toSender } from './client.ts';
import { RedisCommander } from './commander.ts';
import { diagnoseRedis } from './diagnosis/diagnose-redis.ts';
import { DocumentReader } from './document-reader.ts';
import { hexadecimal } from './hexadecimal.ts';
import { replyJson, replyText } from './reply.ts';
import * as scripts from './scripts.generated.ts';
import { ScriptWriter } from './script-writer.ts';
import { deletedLivesKey, emptyTrash, trashKey } from './trash.ts';
import { createdIncarnation } from './write-ids.ts';
import { UrlConnection } from './url-connection.ts';

const DEFAULT_CACHE_BYTES = 8 * 1024 * 1024;

/** How often a merge of attributes is tried while other writers change them too. */
const MERGE_ATTEMPTS = 20;

/**
 * Options of {@link RedisStore}.
 */
export interface RedisStoreOptions {
  /**
   * Milliseconds that one call may take in all, retries included.
   *
   * @defaultValue 5000
   */
  timeoutMs?: number;
  /**
   * What a write must survive before its call succeeds. Other than `'acknowledged'`, each write and its
   * `WAIT` or `WAITAOF` take one of up to 16 connections to the master that the store makes beside the
   * client's, with the options of the client, and keeps from holding the process alive.
   *
   * @defaultValue `'acknowledged'`
   */
  durability?: Durability;
  /**
   * Bytes of JSON text of histories that the store keeps in memory: a history that this process has
   * read before is read on from there, and only what is new is fetched. What was not read for the
   * longest time goes first; 0 keeps nothing. In memory it takes about three times as much.
   *
   * @defaultValue 8388608 (8 MiB)
   */
  historyCacheBytes?: number;
}

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
  readonly #client: RedisClientLike;
  readonly #durability: Durability;
  readonly #commander: RedisCommander;
  readonly #reader: DocumentReader;
  readonly #writer: ScriptWriter;
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
    this.timeoutMs = checkTimeout(options.timeoutMs);
    this.#client = client;
    this.#durability = checkDurability(options.durability);
    this.#commander = new RedisCommander(toSender(client), this.#durability);
    this.#reader = new DocumentReader(this.#commander, checkCacheBytes(options.historyCacheBytes));
    this.#writer = new ScriptWriter(this.#commander);
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
    const { session, ttl, sessionId } = params;
    const incarnation = createdIncarnation(params.repeats) ?? session.incarnation;
    const args = [
      hexadecimal(incarnation, 'session.incarnation'),
      ttl === null ? '' : String(ttl),
      JSON.stringify(sessionId),
      JSON.stringify(session.userId),
    ];
    const besides = [deletedLivesKey(params)];
    return this.#call(params, (deadline) =>
      this.#writer.create(params, {
        script: scripts.create,
        besides,
        args,
        incarnation,
        deadline,
      }),
    );
  }

  async read(params: ReadParams): Promise<SessionSnapshot | null> {
    return this.#call(params, (deadline) => this.#reader.read(params, deadline));
  }

  async append(params: AppendParams): Promise<WriteResult> {
    return this.#call(params, (deadline) => this.#append(params, deadline));
  }

  async rewrite(params: RewriteParams): Promise<WriteResult | null> {
    const { version, drop, forgetOperations, resetTokens, entries = [] } = params;
    const { historyStart, operation, repeats, run } = params;
    const args = [
      version === null ? '' : String(version.generation),
      version === null ? '' : version.lastId,
      String(drop),
      forgetOperations ? '1' : '0',
      resetTokens ? '1' : '0',
      historyStart === 'kept' ? '1' : '0',
      ...entries.map(entryText),
    ];
    const trash = drop === 'all' ? trashKey(params) : null;
    const besides = trash === null ? [] : [trash];
    const record = fullRecord(run);
    const rewrite = { script: scripts.rewrite, besides, args, operation, repeats, record };
    return this.#call(params, async (deadline) => {
      const done = await this.#writer.run(params, { ...rewrite, deadline });
      if (done === null) return null;
      if (drop === 'all') this.#reader.forget(params.key);
      const { hasTrash = false, ...result } = done;
      if (hasTrash && trash !== null) await emptyTrash(this.#commander, trash, deadline);
      return result;
    });
  }

  async touch(params: WriteParams): Promise<WriteResult> {
    const touch = { script: scripts.touch, args: [], numbered: false };
    return this.#call(params, async (deadline) =>
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
    ];
    const incarnation = create?.incarnation;
    const besides = create === null ? [] : [deletedLivesKey(params)];
    const lock = { script: scripts.lock, besides, args, incarnation, numbered: false };
    return this.#call(params, async (deadline) =>
      applied(await this.#writer.run(params, { ...lock, deadline })),
    );
  }

  async unlock(params: UnlockParams): Promise<void> {
    const unlock = { script: scripts.unlock, args: [], numbered: false };
    await this.#call(params, (deadline) => this.#writer.run(params, { ...unlock, deadline }));
  }

  async delete(params: ExistingParams): Promise<boolean> {
    const trash = trashKey(params);
    return this.#call(params, async (deadline) => {
      const besides = [deletedLivesKey(params), trash] as const;
      const { deleted, hasTrash } = await this.#writer.delete(params, deadline, besides);
      this.#reader.forget(params.key);
      if (hasTrash) await emptyTrash(this.#commander, trash, deadline);
      return deleted;
    });
  }

  /** Asks every master that the client leads to. */
  async diagnose(params: DiagnoseParams): Promise<StoreDiagnosis> {
    return this.#call(params, (deadline) =>
      diagnoseRedis(this.#client, {
        keyPrefix: params.keyPrefix,
        deadline,
        durability: this.#durability,
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

  async #append(params: AppendParams, deadline: Deadline): Promise<WriteResult> {
    const { attributes } = params.changes;
    if (attributes === undefined) return applied(await this.#tryAppend(params, deadline, {}));
    if (this.#writer.hasMerge) {
      const patch = JSON.stringify(attributes);
      const after = JSON.stringify(mergePatch({}, attributes));
      const result = await this.#tryAppend(params, deadline, { patch, after });
      if (result !== null) return result;
    }
    return this.#mergeAttributes(params, attributes, deadline);
  }

  /** Gives null when the attributes have changed, or the server cannot merge them. */
  async #tryAppend(
    params: AppendParams,
    deadline: Deadline,
    attributes: { patch?: string; before?: string; after?: string },
  ): Promise<WriteResult | null> {
    const { create, entries, operation, repeats, run } = params;
    const { handoffContext } = params.changes;
    const args = [
      create === null ? '' : JSON.stringify(params.sessionId),
      create === null ? '' : JSON.stringify(create.userId),
      handoffContext === undefined ? '' : JSON.stringify(handoffContext),
      attributes.patch ?? '',
      attributes.before ?? '',
      attributes.after ?? '',
      ...entries.map(entryText),
    ];
    const incarnation = create?.incarnation;
    const record = fullRecord(run, params);
    const besides = create === null ? [] : [deletedLivesKey(params)];
    const append = { script: scripts.append, besides, args, deadline, incarnation };
    const write = { ...append, operation, repeats, record };
    return this.#writer.run(params, write);
  }

  /**
   * Where the server has no JSON.MERGE: reads the attributes, merges, and writes them if they are
   * still the same. A path for each key would put caller text into JSONPath.
   */
  async #mergeAttributes(
    params: AppendParams,
    patch: JsonObject,
    deadline: Deadline,
  ): Promise<WriteResult> {
    const { key } = params;
    for (let attempt = 1; attempt <= MERGE_ATTEMPTS; attempt += 1) {
      const reply = await this.#commander.read(key, ['JSON.GET', key, '$.attributes'], deadline);
      const text = replyText(reply) ?? '[]';
      const before = text === '[]' ? '[{}]' : text;
      const [current] = replyJson(before) as [JsonValue];
      const after = JSON.stringify(mergePatch(current, patch));
      const result = await this.#tryAppend(params, deadline, { before, after });
      if (result !== null) return result;
    }
    throw new ConflictError('Other writers kept changing the attributes');
  }

  async #call<T>(
    { timeoutMs, signal }: Pick<SessionAddress, 'timeoutMs' | 'signal'>,
    work: (deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    if (this.#closed) throw new StoreClosedError('The store is closed');
    const call = work(new Deadline(timeoutMs ?? this.timeoutMs, signal));
    this.#inFlight.add(call);
    try {
      return await call;
    } finally {
      this.#inFlight.delete(call);
    }
  }
}

/** As `entries.lua` takes it. */
function entryText(entry: NewEntry | MessageEntry): string {
  return `${'timestamp' in entry ? '=' : ''}${JSON.stringify(entry)}`;
}

function checkCacheBytes(bytes: number = DEFAULT_CACHE_BYTES): number {
  if (Number.isSafeInteger(bytes) && bytes >= 0) return bytes;
  throw new InvalidInputError('historyCacheBytes', 'must be a whole number of bytes, 0 or more');
}

function applied(result: WriteResult | null): WriteResult {
  if (result === null) throw new ConflictError('The session was changed by another writer');
  return result;
}
