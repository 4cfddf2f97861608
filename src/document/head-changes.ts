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
import { randomHex } from '../random-ids.ts';
import type { AppendParams, NewSession, Operation, RewriteParams } from '../store.ts';

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
 * Gives a head with everything that ours have, and with the ttl where one is given.
 */
export function completeHead(head: DocumentHead, ttl: number | null): CompleteHead {
  const state = head.state ?? newState(randomHex(16), ttl);
  return {
    operations: {},
    attributes: {},
    usage: {},
    ...head,
    state: ttl === null ? state : { ...state, ttl },
  };
}

/**
 * What a write added.
 */
export interface Added {
  /** How many entries there are now. */
  readonly length: number;
  /** What those that were added take as JSON text. */
  readonly bytes: number;
}

/**
 * Gives a head after an append. Fields that are not ours stay.
 */
export function headAfterAppend(
  head: CompleteHead,
  { changes }: Pick<AppendParams, 'changes'>,
  { length, bytes }: Added,
  now: number,
): CompleteHead {
  const { handoffContext, attributes } = changes;
  return {
    ...head,
    updated_at: now,
    metadata: { ...head.metadata, message_count: length },
    state: { ...head.state, bytes: bytesOf(head) + bytes },
    ...(handoffContext === undefined ? {} : { handoff_context: handoffContext }),
    ...(attributes === undefined ? {} : { attributes: mergePatch(head.attributes, attributes) }),
  };
}

/**
 * What a rewrite did to the entries.
 */
export interface Rewritten extends Added {
  /** How many entries there were before. */
  readonly before: number;
  /** How many of them were kept. */
  readonly kept: number;
  /** Where the model's view begins now; undefined where it begins where it did. */
  readonly historyStart: DocumentState['history_start'] | undefined;
}

/**
 * Gives a head after a rewrite.
 */
export function headAfterRewrite(
  head: CompleteHead,
  { before, kept, length, bytes, historyStart }: Rewritten,
  options: Pick<RewriteParams, 'forgetOperations' | 'resetTokens'>,
  now: number,
): CompleteHead {
  const { metadata, state } = head;
  const isChanged = kept < before || historyStart !== undefined;
  return {
    ...head,
    updated_at: now,
    metadata: {
      ...metadata,
      message_count: length,
      total_tokens: options.resetTokens ? 0 : metadata.total_tokens,
    },
    state: {
      ...state,
      ...(isChanged && changedVersion(head, kept, now)),
      ...(historyStart !== undefined && { history_start: historyStart }),
      // About, as what goes is not read.
      bytes: Math.floor(before > 0 ? (bytesOf(head) * kept) / before : 0) + bytes,
    },
    operations: options.forgetOperations ? {} : head.operations,
    usage: options.resetTokens ? clearedUsage(head.usage) : head.usage,
  };
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

function bytesOf({ state }: CompleteHead): number {
  return typeof state.bytes === 'number' ? state.bytes : 0;
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
