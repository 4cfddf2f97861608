/**
 * Messages and metadata as callers see them.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import type {
  DocumentHead,
  ForkPoint,
  Handoff,
  JsonObject,
  MessageEntry,
  MessageRole,
} from '../document/document.ts';
import { usageCounts } from '../document/run-record.ts';
import { decodeItem } from '../items/item-codec.ts';
import type { SessionSnapshot, UsageCounts } from '../store.ts';

/**
 * One entry of a session's transcript.
 */
export interface Message {
  /** 16 hexadecimal digits, unique in the session. */
  id: string;
  role: MessageRole;
  /** The text that a person would read; empty for items that have none. */
  content: string;
  /** When the message was stored, by the store's clock. */
  timestamp: Date;
  /** The agent that the message came from, as far as it was told. */
  agent: string | null;
  /**
   * Tokens as they were told with the message. Of a tracked run: all that its agent has spent, input
   * included, since it began or was last stored, on the last of what it produced.
   */
  tokens: number | null;
  /** The handoff that this message completes, where a run was tracked. */
  handoff?: Handoff;
  /** Whether the model still sees it: not once a compaction has put something else in its place. */
  inHistory: boolean;
  /** True where a compaction wrote it; left out by `getMessages` unless asked for. */
  compaction?: true;
  /** True where it was kept of a run that failed, see `tracked`. */
  failed?: true;
  /** The SDK item, or absent where the entry is transcript only (role `tool` by `addMessage`). */
  item?: AgentInputItem;
}

/**
 * Requests to models and the tokens that they took: of all runs, and of each agent that a tracked run
 * has named.
 */
export interface SessionUsage extends UsageCounts {
  agents: Record<string, UsageCounts>;
}

/**
 * What is known of a session beside its messages.
 */
export interface SessionMetadata {
  sessionId: string;
  /** The owner, or null in a document of another program that names none. */
  userId: string | null;
  createdAt: Date;
  /** The last write of any process. */
  updatedAt: Date;
  /** The agent that answered last in a tracked run, or that `trackAgent` named last. */
  currentAgent: string | null;
  /** Every agent of tracked runs, or that `trackAgent` named, in order of first use. */
  agentsUsed: string[];
  messageCount: number;
  /** Tokens spent: they do not go down when messages are removed one by one. */
  totalTokens: number;
  /** What runs have spent, in all and by the name of the agent. */
  usage: SessionUsage;
  /** What `setAttributes` has set. */
  attributes: JsonObject;
  /** Seconds that the session is kept after a write, or null for ever. */
  ttl: number | null;
  /** Where it branched off; absent in a session that is no fork. */
  fork?: Fork;
}

/**
 * Where a session branched off from another one.
 */
export interface Fork {
  /** The session that it was forked from. */
  sessionId: string;
  /** How many messages were taken over. */
  index: number;
  /** Id of the last of them, or null where there were none. */
  messageId: string | null;
  /** When, by the store's clock. */
  time: Date;
}

/**
 * Gives an entry as callers see it.
 *
 * @param isVisible - Whether it stands in the part of the transcript that the model sees.
 */
export function toMessage(entry: MessageEntry, isVisible: boolean): Message {
  const { id, role, content, timestamp, agent, tokens, handoff, compaction, failed } = entry;
  const item = decodeItem(entry);
  return {
    id,
    role,
    content,
    // Another program can have left the time out.
    timestamp: toDate(typeof timestamp === 'number' ? timestamp : 0),
    agent: typeof agent === 'string' ? agent : null,
    tokens: typeof tokens === 'number' ? tokens : null,
    ...(isHandoff(handoff) ? { handoff: { from: handoff.from, to: handoff.to } } : {}),
    inHistory: isVisible && item !== undefined,
    ...(compaction === true ? { compaction } : {}),
    ...(failed === true ? { failed } : {}),
    ...(item === undefined ? {} : { item }),
  };
}

/**
 * Gives the entries of a snapshot as callers see them.
 */
export function toMessages({
  entries,
  inHistory,
}: Pick<SessionSnapshot, 'entries' | 'inHistory'>): Message[] {
  const hidden = entries.length - inHistory;
  return entries.map((entry, index) => toMessage(entry, index >= hidden));
}

/**
 * Gives what people and agents have said, without what compactions wrote.
 */
export function withoutCompaction(messages: readonly Message[]): Message[] {
  return messages.filter(({ compaction }) => compaction !== true);
}

/**
 * Tells whether the `handoff` of an entry is one: another program can have written anything there.
 */
export function isHandoff(value: unknown): value is Handoff {
  const { from, to } = (value ?? {}) as Partial<Handoff>;
  return typeof from === 'string' && typeof to === 'string';
}

/**
 * Gives the head of a document, with the true number of its messages, as callers see it.
 */
export function toMetadata(head: DocumentHead, length: number): SessionMetadata {
  const { metadata } = head;
  return {
    sessionId: head.session_id,
    userId: head.user_id,
    createdAt: toDate(head.created_at),
    updatedAt: toDate(head.updated_at),
    currentAgent: metadata.current_agent,
    agentsUsed: metadata.agents_used,
    messageCount: length,
    totalTokens: metadata.total_tokens,
    usage: toUsage(head),
    attributes: head.attributes ?? {},
    ttl: head.state?.ttl ?? null,
    ...(head.fork && { fork: toFork(head.fork) }),
  };
}

/**
 * Gives where a session branched off as callers see it.
 */
export function toFork({
  session_id: sessionId,
  index,
  message_id: messageId,
  time,
}: ForkPoint): Fork {
  return { sessionId, index, messageId, time: toDate(time) };
}

/**
 * Gives the usage of a document as callers see it.
 */
export function toUsage({ usage }: Pick<DocumentHead, 'usage'>): SessionUsage {
  const agents = Object.entries(usage?.agents ?? {});
  return {
    ...usageCounts(usage),
    // Not an object literal: an agent can have the name of a prototype's member.
    agents: Object.fromEntries(agents.map(([name, counts]) => [name, usageCounts(counts)])),
  };
}

/**
 * Gives a stored time as callers see it.
 */
export function toDate(seconds: number): Date {
  return new Date(seconds * 1000);
}
