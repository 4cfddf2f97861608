/**
 * Messages and metadata as callers see them.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import type { DocumentHead, JsonObject, MessageEntry, MessageRole } from '../document/document.ts';
import { decodeItem } from '../items/item-codec.ts';

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
  /** The tokens that the message cost, as far as they were told. */
  tokens: number | null;
  /** The SDK item, or absent where the entry is transcript only (role `tool` by `addMessage`). */
  item?: AgentInputItem;
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
  /** The agent that `trackAgent` named last. */
  currentAgent: string | null;
  /** Every agent that `trackAgent` named, in order of first use. */
  agentsUsed: string[];
  messageCount: number;
  /** Tokens spent: they do not go down when messages are removed one by one. */
  totalTokens: number;
  /** What `setAttributes` has set. */
  attributes: JsonObject;
  /** Seconds that the session is kept after a write, or null for ever. */
  ttl: number | null;
}

/**
 * Gives an entry as callers see it.
 */
export function toMessage(entry: MessageEntry): Message {
  const { id, role, content, timestamp, agent, tokens } = entry;
  const item = decodeItem(entry);
  return {
    id,
    role,
    content,
    // Another program can have left the time out.
    timestamp: toDate(typeof timestamp === 'number' ? timestamp : 0),
    agent: typeof agent === 'string' ? agent : null,
    tokens: typeof tokens === 'number' ? tokens : null,
    ...(item === undefined ? {} : { item }),
  };
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
    attributes: head.attributes ?? {},
    ttl: head.state?.ttl ?? null,
  };
}

function toDate(seconds: number): Date {
  return new Date(seconds * 1000);
}
