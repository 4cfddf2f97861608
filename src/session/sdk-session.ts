/**
 * What the Agents SDK calls of a session.
 *
 * @module
 */
import type {
  AgentInputItem,
  RunContext,
  RunContextAwareSession,
  SessionHistoryRewriteArgs,
  SessionHistoryRewriteAwareSession,
  SessionHistoryTransactionArgs,
  SessionHistoryTransactionAwareSession,
} from '@openai/agents-core';

import { hasCode, InvalidInputError, SessionExpiredError } from '../errors.ts';
import { canonicalItem } from '../items/item-codec.ts';
import { itemJson } from '../items/item-equality.ts';
import type { CallOptions } from './call-options.ts';
import { beginWrite, type WriteOptions } from './writing/caller-operation.ts';
import { compactHistory } from './rewriting/compaction.ts';
import { beginsWithResult, selectItems, toItems } from './item-selection.ts';
import { applyMutations, checkMutations, mutationsJson } from './rewriting/mutation.ts';
import { itemEntries } from './writing/new-entries.ts';
import { writeWithOrigin } from './writing/origin.ts';
import { popNewestItem, removeAll } from './removal/removal.ts';
import type { ResolvedOptions } from './opening/session-options.ts';
import { equip, partsOf } from './session-parts.ts';
import { applyTransaction, operationOf } from './rewriting/transaction.ts';
import { checkTransaction } from './rewriting/transaction-arguments.ts';
import { noteUsage } from '../tracking/untracked-usage.ts';

/**
 * The part of `JSONSession` that the SDK knows: the items of one conversation.
 */
export abstract class SdkSession
  implements
    RunContextAwareSession,
    SessionHistoryRewriteAwareSession,
    SessionHistoryTransactionAwareSession
{
  /** Tells the SDK to hand its run context to the methods that it calls. */
  readonly acceptsRunContext = true as const;
  constructor(options: ResolvedOptions) {
    equip(this, options, (items, runContext) => this.#prepare(items, runContext));
  }

  /**
   * Gives the id of the session, for the SDK.
   */
  async getSessionId(): Promise<string> {
    return partsOf(this).options.sessionId;
  }

  /**
   * Gives items of the history, oldest first, each as it was added.
   *
   * @param limit - How many of the newest; all when left out, none when 0 or less.
   * @throws `InvalidInputError` (`invalid_input`) when the limit is no whole number.
   */
  async getItems(
    limit?: number,
    runContext?: RunContext,
    options: CallOptions = {},
  ): Promise<AgentInputItem[]> {
    const { handle } = partsOf(this);
    const deadline = handle.newDeadline(options);
    if (runContext !== undefined) noteUsage(runContext, handle.place);
    if (runContext !== undefined) handle.noteRead(runContext);
    const snapshot = await handle.read(selectItems(limit), deadline);
    return toItems(snapshot?.entries ?? []);
  }

  /**
   * Adds items of any type to the history, all of them or none.
   *
   * @throws `InvalidInputError` (`invalid_input`) when JSON cannot hold an item (BigInt, cycles).
   * @throws `ItemTooLargeError` (`item_too_large`) when one is larger than `maxItemBytes`.
   * @throws {@link SessionExpiredError} (`session_expired`) when they begin with the result of a call
   * and there is no session which could hold that call.
   * @throws `OperationConflictError` (`operation_conflict`) when the operation id was used for other
   * items.
   */
  async addItems(
    items: AgentInputItem[],
    runContext?: RunContext,
    writeOptions: WriteOptions = {},
  ): Promise<void> {
    if (!Array.isArray(items)) throw new InvalidInputError('items', 'must be an array');
    if (items.length === 0) return;
    const { options, handle } = partsOf(this);
    // Before the first wait, after which the caller may change what it handed over.
    const entries = itemEntries(this.#prepare(items, runContext), options.codec);
    const answersCall = beginsWithResult(entries);
    const given = [...items];
    const { deadline, once } = await beginWrite(handle, writeOptions, () => [
      'items',
      ...given.map(itemJson),
    ]);
    const context = { runContext, kind: 'append', deadline } as const;
    const create = !answersCall;
    try {
      await writeWithOrigin(this, { items: given, entries }, context, async (addition) =>
        handle.append({ ...addition, ...once, create, runContext }, deadline),
      );
    } catch (error) {
      // Of another user's session no more is said than by any other call.
      const isMissing =
        answersCall && hasCode(error, 'session_not_found') && !(await handle.load(deadline));
      throw isMissing ? new SessionExpiredError(options.sessionId) : error;
    }
  }

  /**
   * Removes the newest item and gives it, or undefined when there is none. Messages behind it which
   * are transcript only go with it.
   *
   * Repeated under one operation id, it removes one item, and gives that again in the process that has
   * removed it (for ten minutes, of the newest 100 removals). Where there is no item the id stays free.
   *
   * @throws `ConflictError` (`conflict`) when other writers kept changing the end of the history.
   * @throws `OperationAppliedError` (`operation_applied`) when another process has removed the item
   * under this operation id.
   * @throws `OperationConflictError` (`operation_conflict`) when the operation id was used for something
   * else.
   */
  async popItem(
    _runContext?: RunContext,
    options: WriteOptions = {},
  ): Promise<AgentInputItem | undefined> {
    const { handle } = partsOf(this);
    return popNewestItem(handle, await beginWrite(handle, options, () => ['pop_item']));
  }

  /**
   * Removes all items. The session, its metadata and the tokens spent stay: the SDK clears a session
   * also as the first half of a compaction.
   *
   * It forgets all operation ids but its own: repeated under that, it leaves what was added since.
   *
   * @throws `OperationConflictError` (`operation_conflict`) when the operation id was used for something
   * else.
   */
  async clearSession(_runContext?: RunContext, options: WriteOptions = {}): Promise<void> {
    const { handle } = partsOf(this);
    await removeAll(handle, await beginWrite(handle, options, () => ['clear_session']), false);
  }

  /**
   * Gives items as they come back once stored, for the SDK's comparison of what it sent with what is
   * there.
   */
  prepareHistoryItemsForPersistenceComparison(items: AgentInputItem[]): AgentInputItem[] {
    return this.#prepare(items).map((item, index) =>
      canonicalItem(item, partsOf(this).options.codec, `items[${index}]`),
    );
  }

  /**
   * Applies a change of the history once, however often and from whichever process it is sent. The SDK
   * uses it to keep the effects of tools when an output guardrail blocks the answer.
   *
   * The operation id is remembered for a day, among the newest 4,096, until the history is cleared. It
   * also repeats a transaction whose outcome was unknown.
   *
   * @throws `UserError` of the SDK when the arguments are not valid, the history does not end with the
   * expected items, or the operation id was used for another transaction. Nothing was applied then.
   */
  async applyHistoryTransaction(
    args: SessionHistoryTransactionArgs,
    runContext?: RunContext,
    callOptions: CallOptions = {},
  ): Promise<void> {
    const { options, handle } = partsOf(this);
    const deadline = handle.newDeadline(callOptions);
    const transaction = await checkTransaction(args);
    const operation = await operationOf(transaction);
    const expectedSuffix = this.#prepare(transaction.expectedSuffix, runContext);
    const items = transaction.replacement;
    const entries = itemEntries(this.#prepare(items, runContext), options.codec);
    const kind = transaction.type === 'append_items' ? 'append' : 'replace';
    const context = { runContext, kind, deadline } as const;
    await writeWithOrigin(this, { items, entries }, context, async (addition) =>
      applyTransaction(handle, expectedSuffix, { ...addition, operation, deadline }),
    );
  }

  /**
   * Puts a compacted history in the place of the one that the model sees, in one step. What was said
   * stays in the transcript, see `getMessages`.
   *
   * @throws `ConflictError` (`conflict`) when other writers kept changing the history.
   */
  async replaceHistoryWithCompaction(
    items: AgentInputItem[],
    runContext?: RunContext,
    writeOptions: WriteOptions = {},
  ): Promise<void> {
    if (!Array.isArray(items)) throw new InvalidInputError('items', 'must be an array');
    const { options, handle } = partsOf(this);
    const entries = itemEntries(this.#prepare(items, runContext), options.codec);
    const given = [...items];
    const { deadline, once } = await beginWrite(handle, writeOptions, () => [
      'compaction',
      ...given.map(itemJson),
    ]);
    const context = { runContext, kind: 'compact', deadline } as const;
    await writeWithOrigin(this, { items: given, entries }, context, async (addition) => {
      const compaction = { ...addition, compacted: null, wroteAll: false, once };
      if (await compactHistory(handle, compaction, deadline)) return;
      await handle.append({ ...addition, ...once }, deadline);
    });
  }

  /**
   * Rewrites function calls of the history: the first call with the id is replaced, later ones with
   * the same id are dropped.
   *
   * @throws `InvalidInputError` (`invalid_input`) when the arguments are no list of mutations.
   * @throws `ConflictError` (`conflict`) when other writers kept changing the history.
   */
  async applyHistoryMutations(
    args: SessionHistoryRewriteArgs,
    writeOptions: WriteOptions = {},
  ): Promise<void> {
    const mutations = checkMutations(args);
    if (mutations.length === 0) return;
    const prepared = mutations.map((mutation) => {
      const [replacement] = this.#prepare([mutation.replacement]);
      const { type, callId } = mutation;
      return { type, callId, replacement } as typeof mutation;
    });
    const { handle, options } = partsOf(this);
    const call = await beginWrite(handle, writeOptions, () => mutationsJson(prepared));
    await applyMutations(handle, prepared, { ...call, codec: options.codec });
  }

  /**
   * Sees items on every way into the history, before they are stored; override it to redact them. It
   * must give as many items as it got and change none of those, and give what it gave when it gets
   * that again: the SDK's comparisons of what it sent with what is stored go through it too.
   *
   * @param _runContext - The SDK's run context, where the items come from a run.
   *
   * @example
   * ```ts
   * import type { AgentInputItem } from '@openai/agents';
   * import { JSONSession } from 'agents-json-session';
   *
   * class DiscreetSession extends JSONSession {
   *   protected override prepareItems(items: readonly AgentInputItem[]): AgentInputItem[] {
   *     const text = JSON.stringify(items).replaceAll(/\d{16}/gu, '****');
   *     return JSON.parse(text) as AgentInputItem[];
   *   }
   * }
   * ```
   */
  protected prepareItems(
    items: readonly AgentInputItem[],
    _runContext?: RunContext,
  ): AgentInputItem[] {
    return [...items];
  }

  /** Holes and promises would quietly lose items. */
  #prepare(items: readonly AgentInputItem[], runContext?: RunContext): AgentInputItem[] {
    const prepared = this.prepareItems(items, runContext);
    if (Array.isArray(prepared) && prepared.length === items.length) return prepared;
    throw new InvalidInputError('prepareItems', 'must give an array of as many items as it got');
  }
}
