/**
 * The session: one conversation, kept in a store.
 *
 * @module
 */
import type { AgentInputItem, Session } from '@openai/agents-core';
import type { JsonValue } from '../document/document.ts';
import { hasCode, SessionExpiredError, SessionNotFoundError } from '../errors.ts';
import { checkJson, checkJsonObject, checkName } from './input-validation.ts';
import { canonicalItem } from '../items/item-codec.ts';
import { beginsWithResult, selectItems, toItems } from './item-selection.ts';
import { type Message, type SessionMetadata, toMessage, toMetadata } from './message.ts';
import { type MessageFilter, MessageSelection } from './message-filter.ts';
import { itemEntries, messageEntry, type NewMessage } from './new-entries.ts';
import { popNewestItem, removeAll } from './removal.ts';
import { SessionHandle } from './session-handle.ts';
import {
  type JSONSessionOptions,
  type ResolvedOptions,
  resolveOptions,
} from './session-options.ts';

/**
 * One conversation, kept in Redis as one JSON document or in an embedded SQLite file.
 *
 * Pass it to the SDK as `run(agent, input, { session })`, or keep messages in it yourself. Every write
 * is one atomic step. Without {@link JSONSession.create}, the first write creates the session.
 *
 * Every method that reaches the store can also fail with `SessionExpiredError` (`session_expired`)
 * when the session that this handle has used is gone, `StoreUnavailableError` (`store_unavailable`),
 * `StoreClosedError` (`store_closed`), `WrongKeyTypeError` (`wrong_key_type`) and
 * `CorruptDocumentError` (`corrupt_document`); every write with `OutcomeUnknownError`
 * (`outcome_unknown`), `OutOfMemoryError` (`out_of_memory`) and `UnsupportedSchemaError`
 * (`unsupported_schema`).
 *
 * @example
 * ```ts
 * import { Agent, run } from '@openai/agents';
 * import { JSONSession } from 'agents-json-session';
 *
 * const agent = new Agent({ name: 'Assistant', instructions: 'Answer briefly.' });
 * const session = new JSONSession({ sessionId: 'chat-1', userId: 'user-1', ttl: 86_400 });
 *
 * await run(agent, 'My name is Ada.', { session });
 * const result = await run(agent, 'What is my name?', { session });
 * console.log(result.finalOutput);
 * await session.close();
 * ```
 */
export class JSONSession implements Session {
  readonly #options: ResolvedOptions;
  readonly #handle: SessionHandle;

  /**
   * Makes a handle; nothing is read or written yet.
   *
   * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong.
   */
  constructor(options: JSONSessionOptions = {}) {
    this.#options = resolveOptions(options);
    this.#handle = new SessionHandle(this.#options);
  }

  /**
   * Creates a session.
   *
   * @throws `SessionExistsError` (`session_exists`) when there is one with this id.
   * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong.
   *
   * @example
   * ```ts
   * import { JSONSession } from 'agents-json-session';
   *
   * const session = await JSONSession.create({ sessionId: 'chat-1', userId: 'user-1', ttl: 3600 });
   * ```
   */
  static async create<S extends JSONSession>(
    this: new (options: JSONSessionOptions) => S,
    options: JSONSessionOptions = {},
  ): Promise<S> {
    return readySession(new this(options), (session) => session.create());
  }

  /**
   * Loads a session that is there.
   *
   * @throws {@link SessionNotFoundError} (`session_not_found`) when there is none, or it belongs to
   * another user than the `userId` given.
   * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong.
   *
   * @example
   * ```ts
   * import { JSONSession } from 'agents-json-session';
   *
   * const session = await JSONSession.load('chat-1', { userId: 'user-1' });
   * console.log(await session.getMessages({ limit: 10 }));
   * ```
   */
  static async load<S extends JSONSession>(
    this: new (options: JSONSessionOptions) => S,
    sessionId: string,
    options: Omit<JSONSessionOptions, 'sessionId'> = {},
  ): Promise<S> {
    return readySession(new this({ ...options, sessionId }), async (session) => {
      if (!(await session.#handle.load())) throw new SessionNotFoundError(sessionId);
    });
  }

  /**
   * Loads a session, or creates it when it is not there.
   *
   * @throws {@link SessionNotFoundError} (`session_not_found`) when it belongs to another user than the
   * `userId` given.
   * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong.
   *
   * @example
   * ```ts
   * import { JSONSession } from 'agents-json-session';
   *
   * const session = await JSONSession.open({ sessionId: 'chat-1', userId: 'user-1' });
   * ```
   */
  static async open<S extends JSONSession>(
    this: new (options: JSONSessionOptions) => S,
    options: JSONSessionOptions = {},
  ): Promise<S> {
    return readySession(new this(options), (session) => session.#loadOrCreate());
  }

  /** The id of the session. */
  get sessionId(): string {
    return this.#options.sessionId;
  }

  /** The owner: as given, else as the session that was loaded has it, else `anonymous`. */
  get userId(): string {
    return this.#handle.userId;
  }

  /**
   * Creates the session that the constructor named.
   *
   * @throws `SessionExistsError` (`session_exists`) when there is one with this id.
   */
  async create(): Promise<void> {
    await this.#handle.create();
  }

  /**
   * Adds one message and gives it as it was stored.
   *
   * @throws `InvalidInputError` (`invalid_input`) naming the field that is wrong.
   * @throws `ItemTooLargeError` (`item_too_large`) when it is larger than `maxItemBytes`.
   */
  async addMessage(message: NewMessage): Promise<Message> {
    const entry = messageEntry(message, this.#options.codec);
    const { time } = await this.#handle.append({ entries: [entry], tokens: entry.tokens ?? 0 });
    return toMessage({ ...entry, timestamp: time });
  }

  /**
   * Gives messages, oldest first. All filters that are given apply together.
   *
   * @throws `InvalidInputError` (`invalid_input`) naming the filter that is wrong, or that names a
   * message which is not there.
   *
   * @example
   * ```ts
   * import { JSONSession } from 'agents-json-session';
   *
   * const session = await JSONSession.load('chat-1');
   * const lastHour = new Date(Date.now() - 3_600_000);
   * console.log(await session.getMessages({ role: 'assistant', since: lastHour, limit: 5 }));
   * ```
   */
  async getMessages(filter: MessageFilter = {}): Promise<Message[]> {
    const selection = new MessageSelection(filter);
    const snapshot = await this.#handle.read(selection.entries);
    selection.assertFound();
    return (snapshot?.entries ?? []).map(toMessage);
  }

  /**
   * Makes an agent the current one and adds it to the agents used.
   *
   * @throws `InvalidInputError` (`invalid_input`) when the name is not a string or empty.
   */
  async trackAgent(name: string): Promise<void> {
    const currentAgent = checkName(name, 'name');
    await this.#handle.append({ changes: { currentAgent } });
  }

  /**
   * Gives what is known of the session beside its messages.
   *
   * @throws {@link SessionNotFoundError} (`session_not_found`) when it was never created.
   */
  async getMetadata(): Promise<SessionMetadata> {
    const snapshot = await this.#handle.read({ kind: 'none' });
    if (snapshot === null) throw new SessionNotFoundError(this.sessionId);
    return toMetadata(snapshot.head, snapshot.length ?? 0);
  }

  /**
   * Gives the whole history as items for the SDK, the same as {@link JSONSession.getItems}.
   */
  async toAgentInputs(): Promise<AgentInputItem[]> {
    return this.getItems();
  }

  /**
   * Keeps a JSON value for the agent that takes over; it replaces the one before. Numbers keep 15
   * significant digits: RedisJSON rounds what has more.
   *
   * @throws `InvalidInputError` (`invalid_input`) when JSON cannot hold the value.
   */
  async setHandoffContext(context: unknown): Promise<void> {
    const handoffContext = checkJson(context, 'context');
    await this.#handle.append({ changes: { handoffContext } });
  }

  /**
   * Gives the JSON value that {@link JSONSession.setHandoffContext} kept, or null.
   */
  async getHandoffContext(): Promise<JsonValue> {
    const snapshot = await this.#handle.read({ kind: 'none' });
    return snapshot?.head.handoff_context ?? null;
  }

  /**
   * Merges attributes of your own (title, tags, tenant) into the session's, as an RFC 7396 merge patch:
   * null removes a member, objects are merged, everything else is replaced. Numbers keep 15 significant
   * digits: RedisJSON rounds what has more.
   *
   * @throws `InvalidInputError` (`invalid_input`) when it is not a JSON object.
   * @throws `ConflictError` (`conflict`) when other writers kept changing the attributes.
   *
   * @example
   * ```ts
   * import { JSONSession } from 'agents-json-session';
   *
   * const session = await JSONSession.load('chat-1');
   * await session.setAttributes({ title: 'Trip to Oslo', tags: ['travel'], draft: null });
   * ```
   */
  async setAttributes(attributes: object): Promise<void> {
    const patch = checkJsonObject(attributes, 'attributes');
    await this.#handle.append({ changes: { attributes: patch } });
  }

  /**
   * Starts the session's time to live again, without any other change.
   *
   * @throws {@link SessionNotFoundError} (`session_not_found`) when it was never created.
   */
  async touch(): Promise<void> {
    await this.#handle.touch();
  }

  /**
   * Removes all messages and sets the counters to zero. Agents, attributes and the handoff context
   * stay, as in the Python class.
   */
  async clear(): Promise<void> {
    await removeAll(this.#handle, true);
  }

  /**
   * Deletes the session and says whether it was there. This handle then gets `SessionExpiredError`,
   * unless it creates the session anew.
   */
  async delete(): Promise<boolean> {
    return this.#handle.delete();
  }

  /**
   * Gives the connection back. The session itself stays; this handle is not usable any more.
   */
  async close(): Promise<void> {
    await this.#handle.close();
  }

  /**
   * The same as {@link JSONSession.close}, for `await using`.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * Gives the id of the session, for the SDK.
   */
  async getSessionId(): Promise<string> {
    return this.sessionId;
  }

  /**
   * Gives items of the history, oldest first, each as it was added.
   *
   * @param limit - How many of the newest; all when left out, none when 0 or less.
   * @throws `InvalidInputError` (`invalid_input`) when the limit is no whole number.
   */
  async getItems(limit?: number): Promise<AgentInputItem[]> {
    const snapshot = await this.#handle.read(selectItems(limit));
    return toItems(snapshot?.entries ?? []);
  }

  /**
   * Adds items of any type to the history, all of them or none.
   *
   * @throws `InvalidInputError` (`invalid_input`) when JSON cannot hold an item (BigInt, cycles).
   * @throws `ItemTooLargeError` (`item_too_large`) when one is larger than `maxItemBytes`.
   * @throws {@link SessionExpiredError} (`session_expired`) when they begin with the result of a call
   * and there is no session which could hold that call.
   */
  async addItems(items: AgentInputItem[]): Promise<void> {
    if (Array.isArray(items) && items.length === 0) return;
    const entries = itemEntries(items, this.#options.codec);
    if (!beginsWithResult(entries)) {
      await this.#handle.append({ entries });
      return;
    }
    try {
      await this.#handle.append({ entries, create: false });
    } catch (error) {
      // Of another user's session no more is said than by any other call.
      const isMissing = hasCode(error, 'session_not_found') && !(await this.#handle.load());
      throw isMissing ? new SessionExpiredError(this.sessionId) : error;
    }
  }

  /**
   * Removes the newest item and gives it, or undefined when there is none. Messages behind it which
   * are transcript only go with it.
   *
   * @throws `ConflictError` (`conflict`) when other writers kept changing the end of the history.
   */
  async popItem(): Promise<AgentInputItem | undefined> {
    return popNewestItem(this.#handle);
  }

  /**
   * Removes all items. The session, its metadata and the tokens spent stay: the SDK clears a session
   * also as the first half of a compaction.
   */
  async clearSession(): Promise<void> {
    await removeAll(this.#handle, false);
  }

  /**
   * Gives items as they come back once stored, for the SDK's comparison of what it sent with what is
   * there.
   */
  prepareHistoryItemsForPersistenceComparison(items: AgentInputItem[]): AgentInputItem[] {
    return items.map((item, index) => canonicalItem(item, this.#options.codec, `items[${index}]`));
  }

  async #loadOrCreate(): Promise<void> {
    const deadline = this.#handle.newDeadline();
    if (await this.#handle.load(deadline)) return;
    try {
      await this.#handle.create(deadline);
    } catch (error) {
      if (!hasCode(error, 'session_exists')) throw error;
      // Someone else created it in between.
      if (!(await this.#handle.load(deadline))) throw new SessionExpiredError(this.sessionId);
    }
  }
}

/** A handle that could not be made ready must not hold on to a connection. */
async function readySession<S extends JSONSession>(
  session: S,
  prepare: (session: S) => Promise<void>,
): Promise<S> {
  try {
    await prepare(session);
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}
