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
  type DocumentMetadata,
} from './document.ts';
import { CHANGES_KEPT, recordedChanges } from './changes.ts';
import { withOperation } from './operations.ts';
import { mergePatch } from './merge-patch.ts';
import { randomHex } from '../random-ids.ts';
import type { AppendParams, NewSession, Operation } from '../store.ts';

/**
 * A head with everything that ours have, whoever made the document.
 */
export type CompleteHead = DocumentHead & {
  state: DocumentState;
  operations: JsonObject;
  attributes: JsonObject;
  usage: JsonObject;
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
 * Gives a head after an append that left `length` entries. Fields that are not ours stay.
 */
export function headAfterAppend(
  head: CompleteHead,
  { tokens, changes }: Pick<AppendParams, 'tokens' | 'changes'>,
  length: number,
  now: number,
): CompleteHead {
  const { currentAgent, handoffContext, attributes } = changes;
  const { metadata } = head;
  return {
    ...head,
    updated_at: now,
    metadata: {
      ...metadata,
      ...(currentAgent === undefined ? {} : trackedAgent(metadata.agents_used, currentAgent)),
      message_count: length,
      total_tokens: metadata.total_tokens + tokens,
    },
    ...(handoffContext === undefined ? {} : { handoff_context: handoffContext }),
    ...(attributes === undefined ? {} : { attributes: mergePatch(head.attributes, attributes) }),
  };
}

/**
 * Gives a head after a rewrite that touched entries from the index `lowest` on, or none, and left
 * `length` entries.
 */
export function headAfterRewrite(
  head: CompleteHead,
  options: { lowest: number | null; forgetOperations: boolean; resetTokens: boolean },
  length: number,
  now: number,
): CompleteHead {
  const { metadata, state } = head;
  // As in Redis, where a plain counter could reach the same number on two masters.
  const generation = Math.max(state.generation + 1, Math.round(now * 1e6));
  const changes: DocumentState['changes'] = [
    ...recordedChanges(head),
    [generation, options.lowest ?? length],
  ];
  return {
    ...head,
    updated_at: now,
    metadata: {
      ...metadata,
      message_count: length,
      total_tokens: options.resetTokens ? 0 : metadata.total_tokens,
    },
    state:
      options.lowest !== null
        ? { ...state, generation, changes: changes.slice(-CHANGES_KEPT) }
        : state,
    operations: options.forgetOperations ? {} : head.operations,
  };
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

function trackedAgent(
  used: readonly string[],
  name: string,
): Pick<DocumentMetadata, 'current_agent' | 'agents_used'> {
  return { current_agent: name, agents_used: used.includes(name) ? [...used] : [...used, name] };
}
