/**
 * A session that makes its history shorter by itself.
 *
 * @module
 */
import type {
  AgentInputItem,
  OpenAIResponsesCompactionArgs,
  OpenAIResponsesCompactionOwnershipAwareSession,
  OpenAIResponsesCompactionResult,
  RunContext,
} from '@openai/agents-core';

import { AsyncScope } from '../async-scope.ts';
import { InvalidInputError } from '../errors.ts';
import { compactHistory } from '../session/rewriting/compaction.ts';
import { checkArguments, checkFunction } from '../session/input-validation.ts';
import type { CallOptions } from '../session/call-options.ts';
import type { WriteOptions } from '../session/writing/caller-operation.ts';
import { toItems } from '../session/item-selection.ts';
import { itemEntries } from '../session/writing/new-entries.ts';
import { JSONSession } from '../session/session.ts';
import type { JSONSessionOptions } from '../session/opening/session-options.ts';
import { partsOf } from '../session/session-parts.ts';
import type { EntrySelection, NewEntry, SessionSnapshot } from '../store.ts';
import { noteUsage } from '../tracking/untracked-usage.ts';
import { withoutHalves } from '../windows/whole-items.ts';
import {
  candidatesOf,
  checkOutcome,
  type CompactFunction,
  hasManyCandidates,
  type ShouldCompact,
} from './compact-function.ts';
import { takeApartToCompact } from './compactable.ts';
import { CompactionCost } from './compaction-usage.ts';
import { HistoryReceipts } from './history-receipts.ts';
import { type ModelExchange, wasSeen } from './seen-by-model.ts';

const WHOLE_HISTORY: EntrySelection = { kind: 'all', within: 'history' };

/**
 * The sessions whose `compact` is at work. One scope for all: up to Node 22 each that was ever used
 * slows every promise of the process down.
 */
const compacting = new AsyncScope<ReadonlySet<object>>();

/**
 * Options of `CompactingSession`.
 */
export interface CompactingSessionOptions extends JSONSessionOptions {
  /** Makes something shorter of a history; `compactWithOpenAI` gives such a function. */
  compact: CompactFunction;
  /**
   * Decides whether the history is compacted now; asked after every turn of a run.
   *
   * @defaultValue as the SDK's own: when at least ten items are no message of the user and no
   * compaction item
   */
  shouldCompact?: ShouldCompact | undefined;
}

/** A call of `runCompaction`. */
interface Request {
  readonly args: OpenAIResponsesCompactionArgs;
  readonly runContext: RunContext | undefined;
  readonly ownership: object | null | undefined;
  /** None from releases of the SDK that know of no exchange; undefined where there was none. */
  readonly exchange: readonly (ModelExchange | undefined)[];
}

/** A history that was read to be compacted. */
interface History {
  readonly snapshot: SessionSnapshot;
  readonly settled: AgentInputItem[];
  readonly waiting: AgentInputItem[];
}

/**
 * A session whose history is compacted after the turns of a run, once it has grown: the model sees what
 * is shorter, `getMessages()` still gives everything that was said.
 *
 * The history is replaced only if it still is what was compacted. What other processes have added in
 * the meantime stays behind it; if they have changed or removed anything, the history stays as it is.
 * What a compaction took is written down in the same step, among the usage of the session.
 *
 * @example
 * ```ts
 * import { Agent, run } from '@openai/agents';
 * import { CompactingSession, compactWithOpenAI } from 'agents-json-session';
 *
 * const agent = new Agent({ name: 'Assistant' });
 * const session = await CompactingSession.open({
 *   sessionId: 'chat-1',
 *   compact: compactWithOpenAI({ model: 'gpt-5.2' }),
 *   shouldCompact: ({ sessionItems }) => sessionItems.length > 40,
 * });
 * await run(agent, 'Where were we?', { session });
 * ```
 */
export class CompactingSession
  extends JSONSession
  implements OpenAIResponsesCompactionOwnershipAwareSession
{
  readonly #compact: CompactFunction;
  readonly #shouldCompact: ShouldCompact;
  readonly #receipts = new HistoryReceipts();
  /** Settles when the compactions that were asked for are done. */
  #underWay: Promise<unknown> = Promise.resolve();
  #compactions = 0;

  /**
   * Makes a handle; nothing is read or written yet.
   *
   * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong.
   */
  constructor(options: CompactingSessionOptions) {
    super(options);
    const { compact, shouldCompact = hasManyCandidates } = checkArguments(options, 'options');
    this.#compact = checkFunction(compact, 'compact');
    this.#shouldCompact = checkFunction(shouldCompact, 'shouldCompact');
  }

  /**
   * Compacts the history, if it is time to. The SDK calls this after it has stored a turn; called by
   * hand, it needs the first argument at most.
   *
   * Gives what it took, or null when the history stays as it is: because it is too short, because the
   * SDK's receipt for it is no longer good or the model was not sent all of it, because others changed
   * it meanwhile, or because another call has just compacted it. Calls that wait for their results are
   * never compacted.
   *
   * @param args - With `force`, `shouldCompact` is not asked.
   * @param ownership - The receipt of {@link CompactingSession.getItemsWithCompactionOwnership}; null
   * compacts nothing; left out, the history is compacted whoever wrote it.
   * @param exchange - What the model was sent and has answered, from the SDK. History which was not
   * part of it is not compacted.
   * @throws whatever the functions in the options throw; `InvalidInputError` (`invalid_input`) when
   * `compact` gives no items, or items that cannot be stored, `ItemTooLargeError` (`item_too_large`).
   * The history stays as it is then. `ConflictError` (`conflict`) when other writers kept changing it.
   */
  async runCompaction(
    args: OpenAIResponsesCompactionArgs = {},
    runContext?: RunContext,
    ownership?: object | null,
    ...exchange: [ModelExchange?]
  ): Promise<OpenAIResponsesCompactionResult | null> {
    // Runs of `compact` with this very session would wait for themselves.
    if (compacting.current?.has(this) === true) return null;
    const seen = this.#compactions;
    const result = this.#underWay.then(() =>
      seen === this.#compactions
        ? this.#runCompaction({ args, runContext, ownership, exchange })
        : null,
    );
    this.#underWay = result.catch(() => {});
    return result;
  }

  /**
   * Gives all items of the history with a receipt, by which `runCompaction` can tell whether anyone but
   * the receipt's holder has changed the history since.
   */
  async getItemsWithCompactionOwnership(
    runContext?: RunContext,
    options: CallOptions = {},
  ): Promise<{ items: AgentInputItem[]; ownership: object }> {
    const { handle } = partsOf(this);
    const deadline = handle.newDeadline(options);
    if (runContext !== undefined) noteUsage(runContext, handle.place);
    if (runContext !== undefined) handle.noteRead(runContext);
    const snapshot = await handle.read(WHOLE_HISTORY, deadline);
    const items = toItems(snapshot?.entries ?? []);
    return { items, ownership: this.#receipts.grant(snapshot) };
  }

  /**
   * Adds items as `addItems` does. A receipt that is still good stays so.
   *
   * @throws as `addItems` does.
   */
  async addItemsWithCompactionOwnership(
    items: AgentInputItem[],
    ownership: object | null,
    runContext?: RunContext,
    ...options: [WriteOptions?]
  ): Promise<void> {
    await this.addItems(items, runContext, ...options);
    this.#receipts.noteAdded(ownership, items.length);
  }

  async #runCompaction(request: Request): Promise<OpenAIResponsesCompactionResult | null> {
    const { args, runContext } = request;
    const history = await this.#readToCompact(request);
    if (history === null) return null;
    const details = { args, runContext, sessionId: this.sessionId };
    const { settled } = history;
    const outcome = checkOutcome(
      await compacting.run(new Set([...(compacting.current ?? []), this]), () =>
        this.#compact(settled, details),
      ),
    );
    if (outcome === null) return null;
    const cost = new CompactionCost(outcome.usage);
    const { handle } = partsOf(this);
    try {
      const entries = this.#entriesFor(outcome.items, history.waiting, runContext);
      const run = cost.record;
      const compacted = history.snapshot.entries;
      const isDone = await compactHistory(handle, { compacted, entries, wroteAll: true, run });
      if (!isDone) await handle.append({ run, create: false });
      cost.noteRecorded(runContext, handle.place);
      if (isDone) this.#compactions += 1;
      else cost.addTo(runContext);
      return isDone ? { usage: cost.usage } : null;
    } catch (error) {
      // It was paid, and the SDK learns of it from a result only.
      cost.addTo(runContext);
      throw error;
    }
  }

  /** Reads the history, or gives null where it is not to be compacted. */
  async #readToCompact(request: Request): Promise<History | null> {
    const snapshot = await partsOf(this).handle.read(WHOLE_HISTORY);
    if (snapshot === null) return null;
    const { settled, waiting } = takeApartToCompact(toItems(snapshot.entries));
    if (settled.length === 0 || !this.#isAllowed(request, snapshot, settled)) return null;
    return (await this.#isTime(request, snapshot)) ? { snapshot, settled, waiting } : null;
  }

  #isAllowed(
    { ownership, exchange, runContext }: Request,
    snapshot: SessionSnapshot,
    settled: readonly AgentInputItem[],
  ): boolean {
    if (ownership === undefined) return true;
    if (!this.#receipts.isGood(ownership, snapshot)) return false;
    if (exchange.length === 0) return true;
    const [last] = exchange;
    const prepare = (items: AgentInputItem[]): AgentInputItem[] =>
      this.prepareItems(items, runContext);
    return last !== undefined && wasSeen(settled, last, prepare);
  }

  async #isTime({ args, runContext }: Request, { entries }: SessionSnapshot): Promise<boolean> {
    if (args.force === true) return true;
    // Items of their own: the function may do with them what it likes.
    const sessionItems = toItems(entries);
    return this.#shouldCompact({
      sessionId: this.sessionId,
      args,
      runContext,
      responseId: args.responseId,
      compactionMode: 'input',
      compactionCandidateItems: candidatesOf(sessionItems),
      sessionItems,
    });
  }

  /** Puts what waits behind what was given: the model sees nothing before a compaction item. */
  #entriesFor(
    given: readonly AgentInputItem[],
    waiting: readonly AgentInputItem[],
    runContext: RunContext | undefined,
  ): NewEntry[] {
    const { options, prepare } = partsOf(this);
    const { codec } = options;
    for (const [index, item] of given.entries()) checkItem(item, `items[${index}]`);
    const items = prepare(withoutHalves(given), runContext);
    return [...itemEntries(items, codec), ...itemEntries(waiting, codec)];
  }
}

function checkItem(item: AgentInputItem, field: string): void {
  checkArguments(item, field);
  // One without its content would make every later run of the SDK fail.
  if (item.type === 'compaction' && typeof item.encrypted_content !== 'string') {
    throw new InvalidInputError(`${field}.encrypted_content`, 'must be a string');
  }
}
