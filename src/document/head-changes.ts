/**
 * What a write does to the head of a document, for stores that keep the head as a value. The scripts
 * of the Redis store do the same on the server; the contract suite holds both to it.
 *
 * @module
 */
import {
  type DocumentHead,
  type DocumentState,
  type JsonObject,
  newState,
  type StoredUsage,
} from './document.ts';
import { CHANGES_KEPT, recordedChanges } from './changes.ts';
import { withOperation } from './operations.ts';
import { clearedUsage } from './run-record.ts';
import { mergePatch } from './merge-patch.ts';
import { canonicalText } from '../items/canonical-text.ts';
import { randomHex } from '../random-ids.ts';
import type { HeadChanges, NewSession, Operation, ReplaceParams, RewriteParams } from '../store.ts';

/**
 * A head with everything that ours have, whoever made the document.
 */
export type CompleteHead = DocumentHead & {
  state: DocumentState;
  operations: JsonObject;
  attributes: JsonObject;
  usage: StoredUsage;
};

/**
 * Gives the head of a new document.
 */
export function newHead(
  sessionId: string,
  session: NewSession,
  ttl: number | null,
  now: number,
): CompleteHead {
  return {
    session_id: sessionId,
    user_id: session.userId,
    created_at: now,
    updated_at: now,
    metadata: { current_agent: null, agents_used: [], message_count: 0, total_tokens: 0 },
    handoff_context: null,
    state: newState(session.incarnation, ttl),
    operations: {},
    attributes: {},
    usage: {},
  };
}

/**
 * Gives a head with everything that ours have, and with the ttl where one is given. One that has all
 * that already is given as it is.
 */
export function completeHead(head: DocumentHead, ttl: number | null): CompleteHead {
  if (isComplete(head) && (ttl === null || head.state.ttl === ttl)) return head;
  const state = head.state ?? newState(randomHex(16), ttl);
  return {
    operations: {},
    attributes: {},
    usage: {},
    ...head,
    state: ttl === null ? state : { ...state, ttl },
  };
}

function isComplete(head: DocumentHead): head is CompleteHead {
  const { state, operations, attributes, usage } = head;
  return [state, operations, attributes, usage].every((part) => part !== undefined);
}

/**
 * Gives a head with what a caller changes. Fields that are not ours stay; where nothing is changed it
 * is given as it is.
 */
export function headAfterChanges(head: CompleteHead, changes: HeadChanges): CompleteHead {
  const { handoffContext, attributes } = changes;
  if (handoffContext === undefined && attributes === undefined) return head;
  return {
    ...head,
    ...(handoffContext !== undefined && { handoff_context: handoffContext }),
    ...(attributes !== undefined && { attributes: mergePatch(head.attributes, attributes) }),
  };
}

/**
 * What the entries of a session come to.
 */
export interface EntryTotals {
  /** How many there are. */
  readonly length: number;
  /** About what they take as JSON text. */
  readonly bytes: number;
}

/**
 * What the entries come to by what the head says, and by how many there are.
 */
export function entryTotals({ state }: CompleteHead, length: number): EntryTotals {
  return { length, bytes: typeof state.bytes === 'number' ? state.bytes : 0 };
}

/**
 * Gives the time and the counters of a write to a head.
 */
export function headAfterAppend(
  head: CompleteHead,
  { length, bytes }: EntryTotals,
  now: number,
): CompleteHead {
  return {
    ...head,
    updated_at: now,
    metadata: { ...head.metadata, message_count: length },
    state: { ...head.state, bytes },
  };
}

/**
 * What a rewrite did to the entries.
 */
export interface Rewritten {
  /** What there was before. */
  readonly before: EntryTotals;
  /** How many of them were kept. */
  readonly kept: number;
  /** What there is now. */
  readonly after: EntryTotals;
  /** Where the model's view begins now; undefined where it begins where it did. */
  readonly historyStart: DocumentState['history_start'] | undefined;
}

/**
 * Gives a head after a rewrite.
 */
export function headAfterRewrite(
  head: CompleteHead,
  { before, kept, after, historyStart }: Rewritten,
  options: Pick<RewriteParams, 'forgetOperations' | 'resetTokens'>,
  now: number,
): CompleteHead {
  const { metadata, state } = head;
  const isChanged = kept < before.length || historyStart !== undefined;
  return {
    ...head,
    updated_at: now,
    metadata: {
      ...metadata,
      message_count: after.length,
      total_tokens: options.resetTokens ? 0 : metadata.total_tokens,
    },
    state: {
      ...state,
      ...(isChanged && changedVersion(head, kept, now)),
      ...(historyStart !== undefined && { history_start: historyStart }),
      bytes: after.bytes,
    },
    operations: options.forgetOperations ? {} : head.operations,
    usage: options.resetTokens ? clearedUsage(head.usage) : head.usage,
  };
}

/**
 * Gives a head after the oldest entries were dropped: the model's view begins behind the same entry, or at
 * the start where that one is gone.
 */
export function headAfterDroppingOldest(
  head: CompleteHead,
  { dropped, totals }: { readonly dropped: EntryTotals; readonly totals: EntryTotals },
  now: number,
): CompleteHead {
  const { metadata, state } = head;
  const { history_start: start } = state;
  const isThere = start !== null && start.index > dropped.length;
  return {
    ...head,
    updated_at: now,
    metadata: { ...metadata, message_count: totals.length - dropped.length },
    state: {
      ...state,
      ...changedVersion(head, 0, now),
      history_start: isThere ? { ...start, index: start.index - dropped.length } : null,
      bytes: Math.max(0, totals.bytes - dropped.bytes),
    },
  };
}

/**
 * Tells whether a head has the handoff context that is to be replaced, if one is.
 */
export function holdsContext(
  { handoff_context }: CompleteHead,
  { handoffContext }: Pick<ReplaceParams, 'handoffContext'>,
): boolean {
  if (handoffContext === undefined) return true;
  return canonicalText(handoff_context) === canonicalText(handoffContext.before);
}

/**
 * Gives a head after entries were put in the place of others.
 *
 * @param lowest - The index of the first of them, or null where none was.
 */
export function headAfterReplace(
  head: CompleteHead,
  lowest: number | null,
  after: EntryTotals,
  now: number,
): CompleteHead {
  const changed = headAfterAppend(head, after, now);
  if (lowest === null) return changed;
  return { ...changed, state: { ...changed.state, ...changedVersion(head, lowest, now) } };
}

/**
 * Where the model's view begins after a rewrite that kept so many entries: undefined where it began.
 *
 * @param lastKeptId - The id of the last entry that is kept.
 */
export function movedHistoryStart(
  { state }: CompleteHead,
  { historyStart }: Pick<RewriteParams, 'historyStart'>,
  kept: number,
  lastKeptId: string,
): Rewritten['historyStart'] {
  if (historyStart === 'kept' && kept > 0) return { index: kept, id: lastKeptId };
  if (state.history_start === null) return undefined;
  return historyStart === 'kept' || kept < state.history_start.index ? null : undefined;
}

function changedVersion(
  head: CompleteHead,
  lowest: number,
  now: number,
): Pick<DocumentState, 'generation' | 'changes'> {
  // As in Redis, where a plain counter could reach the same number on two masters.
  const generation = Math.max(head.state.generation + 1, Math.round(now * 1e6));
  const changes: DocumentState['changes'] = [...recordedChanges(head), [generation, lowest]];
  return { generation, changes: changes.slice(-CHANGES_KEPT) };
}

/**
 * Gives a head that remembers an operation, if there is one.
 */
export function headAfterOperation(
  head: CompleteHead,
  operation: Operation | undefined,
  now: number,
): CompleteHead {
  if (operation === undefined) return head;
  return { ...head, operations: withOperation(head.operations, operation, now) };
}
