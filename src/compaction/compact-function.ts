/**
 * What makes a history shorter, and what decides when.
 *
 * @module
 */
import type {
  AgentInputItem,
  OpenAIResponsesCompactionArgs,
  RequestUsage,
  RunContext,
  Usage,
} from '@openai/agents-core';

import { InvalidInputError } from '../errors.ts';

/**
 * What is known of a compaction beside the history.
 */
export interface CompactionDetails {
  readonly sessionId: string;
  /** What `runCompaction` was called with: by the SDK, the id and the storing of the last response. */
  readonly args: OpenAIResponsesCompactionArgs;
  /** The SDK's run context, where a run is under way. */
  readonly runContext: RunContext | undefined;
}

/**
 * What a decision is made by. The first four are those of the `shouldTriggerCompaction` of the SDK's
 * `OpenAIResponsesCompactionSession`, so that one function serves both.
 */
export interface CompactionDecision extends CompactionDetails {
  /** The id of the model's last response, where it has one. */
  readonly responseId: string | undefined;
  /** The history itself is compacted, and not what a server keeps of it. */
  readonly compactionMode: 'input';
  /** Items of the history that are no messages of the user and no compaction items. */
  readonly compactionCandidateItems: AgentInputItem[];
  /** All items of the history. */
  readonly sessionItems: AgentInputItem[];
}

/**
 * What a compaction took: of one request, as the SDK or OpenAI's client tells it, or of a run of the
 * SDK (`result.state.usage`).
 */
export type CompactionUsage =
  | NonNullable<ConstructorParameters<typeof RequestUsage>[0]>
  | Readonly<Usage>;

/**
 * What takes the place of a history: the items, with or without what they took. Null leaves the
 * history as it is.
 */
export type CompactionOutcome =
  | AgentInputItem[]
  | { readonly items: AgentInputItem[]; readonly usage?: CompactionUsage | null | undefined }
  | null;

/**
 * Makes something shorter of a history. It gets copies of the items that the model is sent, without
 * calls that wait for their results: those stay in the history, behind what it gives.
 */
export type CompactFunction = (
  items: AgentInputItem[],
  details: CompactionDetails,
) => CompactionOutcome | Promise<CompactionOutcome>;

/**
 * Decides whether a history is compacted now.
 */
export type ShouldCompact = (decision: CompactionDecision) => boolean | Promise<boolean>;

/** The SDK's own number of candidates. */
const FEWEST_CANDIDATES = 10;

/**
 * Decides as the SDK does: when at least ten items are no message of the user and no compaction item.
 */
export function hasManyCandidates({ compactionCandidateItems }: CompactionDecision): boolean {
  return compactionCandidateItems.length >= FEWEST_CANDIDATES;
}

/**
 * Gives the items that count for a decision, as the SDK picks them.
 */
export function candidatesOf(items: readonly AgentInputItem[]): AgentInputItem[] {
  return items.filter(
    (item) => item.type !== 'compaction' && !(item.type === 'message' && item.role === 'user'),
  );
}

/**
 * What a compaction gave, in one form.
 */
export interface CheckedOutcome {
  readonly items: readonly AgentInputItem[];
  readonly usage: CompactionUsage | undefined;
}

/**
 * Checks what a function has given.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) when these are no items.
 */
export function checkOutcome(outcome: CompactionOutcome): CheckedOutcome | null {
  if (outcome === null) return null;
  if (Array.isArray(outcome)) return { items: outcome, usage: undefined };
  // A function that is not type-checked can give anything.
  const items: unknown = (outcome as typeof outcome | undefined)?.items;
  if (!Array.isArray(items)) throw new InvalidInputError('compact', 'must give items or null');
  return { items: items as AgentInputItem[], usage: outcome.usage ?? undefined };
}
