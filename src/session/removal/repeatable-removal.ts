/**
 * One call that removes the end of a history, and gives what it removed also when it is a repeat.
 *
 * @module
 */
import {
  hasCode,
  type NotDurableError,
  OperationAppliedError,
  type OutcomeUnknownError,
} from '../../errors.ts';
import type { EntryVisitor, SessionSnapshot } from '../../store.ts';
import type { WriteCall } from '../writing/caller-operation.ts';
import {
  findRemoval,
  forgetRemoval,
  keepRemoval,
  type KnownRemoval,
  type Removed,
} from './known-removals.ts';
import { CLOCK_SKEW_SECONDS } from '../message-filter.ts';
import { NO_VERSION, type Plan } from '../rewriting/rewriting.ts';
import type { SessionHandle } from '../session-handle.ts';

const NOTHING: Removed = { entries: [], inHistory: 0 };
const SIZE_HINT = 20;

/**
 * A removal that is planned, and sent as it was planned first when this process repeats it: the store
 * then applies the very same one, or says that it was applied, or that it never can be.
 */
export class RepeatableRemoval {
  readonly #handle: SessionHandle;
  readonly #call: WriteCall;
  #sent: { readonly incarnation: string; readonly removal: KnownRemoval } | null = null;

  constructor(handle: SessionHandle, call: WriteCall) {
    this.#handle = handle;
    this.#call = call;
  }

  /**
   * Plans the removal of all that was read, if it is wanted. Null where there is nothing to do.
   *
   * @param isWanted - It can throw, where what is to be removed is not there. Under an operation id
   * that is said only of a removal which was not applied before.
   */
  plan(snapshot: SessionSnapshot, isWanted: () => boolean): Plan<Removed> | null {
    const { incarnation, tail, visited, entries, inHistory } = snapshot;
    const { once } = this.#call;
    const known = once && findRemoval(incarnation, once.repeats);
    const digest = once?.operation.digest ?? null;
    // Another call under the same id plans for itself; one that failed for good has left its id free.
    const isSame = known?.digest === null || known?.digest === digest;
    if (known !== undefined && isSame) return this.#send(incarnation, known);
    const removal = { version: tail, drop: visited, removed: { entries, inHistory }, digest };
    if (once === undefined) return isWanted() ? this.#send(incarnation, removal) : null;
    try {
      return isWanted() ? this.#send(incarnation, removal) : this.#ask(incarnation, () => NOTHING);
    } catch (error) {
      return this.#ask(incarnation, () => {
        throw error;
      });
    }
  }

  /**
   * Takes note of how the call has failed: what was removed may have to be told when it is repeated.
   */
  noteFailure(error: unknown): void {
    const isRepeatable = hasCode(error, 'outcome_unknown') || hasCode(error, 'not_durable');
    if (this.#sent === null || !isRepeatable) return;
    const { incarnation, removal } = this.#sent;
    keepRemoval(incarnation, (error as OutcomeUnknownError | NotDurableError).operationId, removal);
  }

  #send(incarnation: string, removal: KnownRemoval): Plan<Removed> {
    const { once } = this.#call;
    const { version, drop, removed } = removal;
    this.#sent = { incarnation, removal };
    if (once !== undefined) keepRemoval(incarnation, once.repeats, removal);
    return {
      removal: { version, drop, ...once },
      applied: removed,
      repeated: () => this.#removedBefore(incarnation),
      onConflict: () => {
        // Its version never comes back: it was not applied, and cannot be any more.
        if (once !== undefined) forgetRemoval(incarnation, once.repeats, removal);
      },
    };
  }

  /** Changes nothing: a removal that was applied before is recognised, another one is refused. */
  #ask(incarnation: string, otherwise: () => Removed): Plan<Removed> {
    this.#sent = null;
    return {
      removal: { version: NO_VERSION, drop: 0, ...this.#call.once },
      applied: NOTHING,
      repeated: () => this.#removedBefore(incarnation),
      onConflict: otherwise,
    };
  }

  async #removedBefore(incarnation: string): Promise<Removed> {
    const operationId = this.#call.once?.repeats ?? '';
    const known = findRemoval(incarnation, operationId);
    // Another process can have repeated it when there was something else to remove.
    if (known !== undefined && !(await this.#isThere(known.removed))) return known.removed;
    throw new OperationAppliedError(operationId);
  }

  async #isThere({ entries: [oldest] }: Removed): Promise<boolean> {
    if (oldest === undefined) return false;
    const visitor = (): EntryVisitor => (entry) => {
      if (entry.id === oldest.id) return 'last';
      return entry.timestamp < oldest.timestamp - CLOCK_SKEW_SECONDS ? 'stop' : 'skip';
    };
    const selection = { kind: 'walk', visitor, sizeHint: SIZE_HINT } as const;
    const snapshot = await this.#handle.read(selection, this.#call.deadline);
    return (snapshot?.entries.length ?? 0) > 0;
  }
}
