/**
 * The session: one conversation, kept in a store.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import type { JsonValue } from '../document/document.ts';
import { SessionNotFoundError } from '../errors.ts';
import type { EntrySelection, HeadChanges, SessionSnapshot } from '../store.ts';
import { checkJson, checkJsonObject, checkName } from './input-validation.ts';
import {
  type Message,
  type SessionMetadata,
  toMessage,
  toMessages,
  toMetadata,
  withoutCompaction,
} from './message.ts';
import { toTurns, type Turn } from './turn.ts';
import { type MessageFilter, MessageSelection } from './message-filter.ts';
import { messageEntry, messageItem, type NewMessage } from './writing/new-entries.ts';
import { popNewestTurn, removeAll, removeFrom } from './removal/removal.ts';
import { checkUnsealed } from '../encryption/is-sealed.ts';
import { DocumentSession } from './document-session.ts';
import { type LoadArguments, newSession, type SessionClass } from './opening/session-class.ts';
import { loadOrCreate, readySession } from './opening/session-opening.ts';
import { type JSONSessionOptions, resolveOptions } from './opening/session-options.ts';
import type { CallOptions } from './call-options.ts';
import { beginWrite, repeatedId, withIdOf, type WriteOptions } from './writing/caller-operation.ts';
import { findRepeated } from './writing/repeated-message.ts';
import { partsOf } from './session-parts.ts';

const HEAD_ONLY: EntrySelection = { kind: 'none' };

/**
 * One conversation, kept in Redis as one JSON document or in an embedded SQLite file.
 *
 * Pass it to the SDK as `run(agent, input, { session })`, or keep messages in it yourself. Every write
 * is one atomic step. Without {@link JSONSession.create}, the first write creates the session.
 *
 * A class that extends this one can override any method: the SDK calls it, and `getTurns` goes through
 * `getMessages`, `toAgentInputs` through `getItems`, `currentAgent` through `getMetadata`, the static
 * `create` and `open` through `create`, and `await using` through `close`. As every write is a step of
 * its own, no write goes through another method. Items on all ways into the history go through
 * `prepareItems`.
 *
 * Every method that reaches the store can also fail with `SessionExpiredError` (`session_expired`)
 * when the session that this handle has used is gone, `StoreUnavailableError` (`store_unavailable`),
 * `StoreClosedError` (`store_closed`), `WrongKeyTypeError` (`wrong_key_type`) and
 * `CorruptDocumentError` (`corrupt_document`); every write with `OutcomeUnknownError`
 * (`outcome_unknown`), with a `durability` `NotDurableError` (`not_durable`), `OutOfMemoryError` (`out_of_memory`), `UnsupportedSchemaError`
 * (`unsupported_schema`) and, while somebody has the session to themselves ({@link
 * JSONSession.exclusive}), `SessionLockedError` (`session_locked`) or `LeaseLostError` (`lease_lost`).
 *
 * All of them take options as the last parameter: `timeoutMs` and a `signal` for that call alone, and
 * writes an `operationId`, under which they can be repeated ({@link WriteOptions}). Used for something
 * else than before, an id gets `OperationConflictError` (`operation_conflict`).
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
export class JSONSession extends DocumentSession {
  /**
   * Makes a handle; nothing is read or written yet.
   *
   * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong.
   */
  constructor(options: JSONSessionOptions = {}) {
    super(resolveOptions(options));
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
  static async create<C extends SessionClass<JSONSession>>(
    this: C,
    ...options: ConstructorParameters<C>
  ): Promise<InstanceType<C>> {
    return readySession(newSession(this, options), (session: JSONSession) => session.create());
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
  static async load<C extends SessionClass<JSONSession>>(
    this: C,
    sessionId: string,
    ...[options]: LoadArguments<C>
  ): Promise<InstanceType<C>> {
    return readySession(newSession(this, [{ ...options, sessionId }]), async (session) => {
      const { handle } = partsOf(session);
      if (!(await handle.load(handle.newDeadline()))) throw new SessionNotFoundError(sessionId);
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
  static async open<C extends SessionClass<JSONSession>>(
    this: C,
    ...options: ConstructorParameters<C>
  ): Promise<InstanceType<C>> {
    return readySession(newSession(this, options), loadOrCreate);
  }

  /** The id of the session. */
  get sessionId(): string {
    return partsOf(this).options.sessionId;
  }

  /** The owner: as given, else as the session that was loaded has it, else `anonymous`. */
  get userId(): string {
    return partsOf(this).handle.userId;
  }

  /**
   * Creates the session that the constructor named. Repeated under the id of its unknown outcome, it is
   * a success where the first one has created it; an id of your own has no effect.
   *
   * @throws `SessionExistsError` (`session_exists`) when there is one with this id.
   */
  async create(options: WriteOptions = {}): Promise<void> {
    const { handle } = partsOf(this);
    await handle.create(handle.newDeadline(options), repeatedId(options));
  }

  /**
   * Adds one message and gives it as it was stored.
   *
   * @param writeOptions - The operation id can stand in the message or here.
   * @throws `InvalidInputError` (`invalid_input`) naming the field that is wrong.
   * @throws `ItemTooLargeError` (`item_too_large`) when it is larger than `maxItemBytes`.
   * @throws `OperationConflictError` (`operation_conflict`) when the operation id was used for another
   * message.
   */
  async addMessage(message: NewMessage, writeOptions: WriteOptions = {}): Promise<Message> {
    const { handle, options, prepare } = partsOf(this);
    const [item] = prepare([messageItem(message, options.codec)]);
    const entry = messageEntry(message, item, options.codec);
    const said = ['message', entry.role, message.content, entry.agent, entry.tokens];
    const named = withIdOf(message, writeOptions);
    const { deadline, once } = await beginWrite(handle, named, () => said);
    const addition = { entries: [entry], tokens: entry.tokens ?? 0, ...once };
    const { time, repeated } = await handle.append(addition, deadline);
    if (repeated) return findRepeated(handle, entry, { time, deadline });
    return toMessage({ ...entry, timestamp: time }, true);
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
  async getMessages(filter: MessageFilter = {}, options: CallOptions = {}): Promise<Message[]> {
    const selection = new MessageSelection(filter);
    const snapshot = await this.#read(options, selection.entries);
    selection.assertFound();
    return snapshot === null ? [] : toMessages(snapshot);
  }

  /**
   * Makes an agent the current one and adds it to the agents used. Repeated under one operation id, it
   * leaves an agent that became the current one since.
   *
   * @throws `InvalidInputError` (`invalid_input`) when the name is not a string or empty.
   */
  async trackAgent(name: string, options: WriteOptions = {}): Promise<void> {
    const currentAgent = checkName(name, 'name');
    await this.#change({ currentAgent }, options, () => ['track_agent', currentAgent]);
  }

  /**
   * Gives what is known of the session beside its messages.
   *
   * @throws {@link SessionNotFoundError} (`session_not_found`) when it was never created.
   */
  async getMetadata(options: CallOptions = {}): Promise<SessionMetadata> {
    const snapshot = await this.#read(options);
    if (snapshot === null) throw new SessionNotFoundError(this.sessionId);
    return toMetadata(snapshot.head, snapshot.length ?? 0);
  }

  /**
   * Gives the whole history as items for the SDK, the same as {@link JSONSession.getItems}.
   */
  async toAgentInputs(options: CallOptions = {}): Promise<AgentInputItem[]> {
    return this.getItems(undefined, undefined, options);
  }

  /**
   * Keeps a JSON value for the agent that takes over; it replaces the one before. Numbers keep 15
   * significant digits: RedisJSON rounds what has more. Repeated under one operation id, it leaves a
   * value that was set since.
   *
   * @throws `InvalidInputError` (`invalid_input`) when JSON cannot hold the value, or it has the key
   * `$sealed`, which marks an encrypted one.
   */
  async setHandoffContext(context: unknown, options: WriteOptions = {}): Promise<void> {
    const handoffContext = checkUnsealed(checkJson(context, 'context'), 'context');
    await this.#change({ handoffContext }, options, () => ['handoff_context', handoffContext]);
  }

  /**
   * Gives the JSON value that {@link JSONSession.setHandoffContext} kept, or null.
   */
  async getHandoffContext(options: CallOptions = {}): Promise<JsonValue> {
    const snapshot = await this.#read(options);
    return snapshot?.head.handoff_context ?? null;
  }

  /**
   * Merges attributes of your own (title, tags, tenant) into the session's, as an RFC 7396 merge patch:
   * null removes a member, objects are merged, everything else is replaced. Numbers keep 15 significant
   * digits: RedisJSON rounds what has more. Repeated under one operation id, it leaves what was merged
   * since.
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
  async setAttributes(attributes: object, options: WriteOptions = {}): Promise<void> {
    const patch = checkJsonObject(attributes, 'attributes');
    await this.#change({ attributes: patch }, options, () => ['attributes', patch]);
  }

  /**
   * Starts the session's time to live again, without any other change. It can be repeated as it is: an
   * operation id has no effect.
   *
   * @throws {@link SessionNotFoundError} (`session_not_found`) when it was never created.
   */
  async touch(options: WriteOptions = {}): Promise<void> {
    const { handle } = partsOf(this);
    repeatedId(options);
    await handle.touch(handle.newDeadline(options));
  }

  /**
   * Gives the turns of the conversation, oldest first. A turn is the user and system messages in a row
   * and all up to the next user message; what is before the first user message is a turn, too.
   */
  async getTurns(options: CallOptions = {}): Promise<Turn[]> {
    return toTurns(await this.getMessages({}, options));
  }

  /**
   * Removes the newest turn, with its tool calls and handoffs, in one step, and gives its messages;
   * none when there is no message. Repeated under one operation id, it is as `popItem` is.
   *
   * @throws `ConflictError` (`conflict`) when other writers kept changing the end of the history.
   * @throws `OperationAppliedError` (`operation_applied`) as `popItem` does.
   *
   * @example
   * ```ts
   * import { JSONSession } from 'agents-json-session';
   *
   * const session = await JSONSession.load('chat-1');
   * const [question] = await session.popTurn();
   * console.log(`Ask again: ${question?.content}`);
   * ```
   */
  async popTurn(options: WriteOptions = {}): Promise<Message[]> {
    const { handle } = partsOf(this);
    const call = await beginWrite(handle, options, () => ['pop_turn']);
    return withoutCompaction(toMessages(await popNewestTurn(handle, call)));
  }

  /**
   * Removes a message and everything behind it in one step, to retry or edit it, and gives what was
   * removed, oldest first. Repeated under one operation id, it is as `popItem` is.
   *
   * @throws `InvalidInputError` (`invalid_input`) when there is no message with this id.
   * @throws `ConflictError` (`conflict`) when other writers kept changing the end of the history.
   * @throws `OperationAppliedError` (`operation_applied`) as `popItem` does.
   */
  async undoTo(messageId: string, options: WriteOptions = {}): Promise<Message[]> {
    const { handle } = partsOf(this);
    const id = checkName(messageId, 'messageId');
    const call = await beginWrite(handle, options, () => ['undo_to', id]);
    return withoutCompaction(toMessages(await removeFrom(handle, id, call)));
  }

  /**
   * Removes all messages and sets the counters to zero. Agents, attributes and the handoff context
   * stay, as in the Python class. All operation ids but its own are forgotten: repeated under that, it
   * leaves what was added since.
   */
  async clear(options: WriteOptions = {}): Promise<void> {
    const { handle } = partsOf(this);
    await removeAll(handle, await beginWrite(handle, options, () => ['clear']), true);
  }

  /**
   * Deletes the session and says whether it was there. This handle then gets `SessionExpiredError`,
   * unless it creates the session anew. Repeated under the id of its unknown outcome, it says that the
   * session was there; an id of your own has no effect.
   */
  async delete(options: WriteOptions = {}): Promise<boolean> {
    const { handle } = partsOf(this);
    return handle.delete(handle.newDeadline(options), repeatedId(options));
  }

  /**
   * Gives the connection back. The session itself stays; this handle is not usable any more.
   */
  async close(): Promise<void> {
    await partsOf(this).handle.close();
  }

  /**
   * The same as {@link JSONSession.close}, for `await using`.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #read(
    options: CallOptions,
    entries: EntrySelection = HEAD_ONLY,
  ): Promise<SessionSnapshot | null> {
    const { handle } = partsOf(this);
    return handle.read(entries, handle.newDeadline(options));
  }

  async #change(changes: HeadChanges, options: WriteOptions, body: () => JsonValue): Promise<void> {
    const { handle } = partsOf(this);
    const { deadline, once } = await beginWrite(handle, options, body);
    await handle.append({ changes, ...once }, deadline);
  }
}
