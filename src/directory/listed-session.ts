/**
 * Sessions as lists show them to callers.
 *
 * @module
 */
import type { ListedSummary, SessionSummary } from '../directory-store.ts';
import type { JsonObject } from '../document/document.ts';
import { type Fork, type SessionUsage, toDate, toFork, toUsage } from '../session/message.ts';

/**
 * A session in a list.
 */
export interface ListedSession {
  sessionId: string;
  /** The owner, or null in a document of another program that names none. */
  userId: string | null;
  createdAt: Date;
  /** The last write of any process. */
  updatedAt: Date;
  /** When it ends by its ttl, unless somebody writes to it, or null for a session that stays. */
  expiresAt: Date | null;
  /** As the session counts them. */
  messageCount: number;
  totalTokens: number;
  currentAgent: string | null;
  /** In order of first use. */
  agentsUsed: string[];
  /** What `setAttributes` has set. */
  attributes: JsonObject;
  /** What runs have spent, in all and by the name of the agent. */
  usage: SessionUsage;
  /** Null for a session that was not forked off another one. */
  fork: Fork | null;
}

/**
 * A session that a walk comes by: as in a list, without when it ends.
 */
export type WalkedSession = Omit<ListedSession, 'expiresAt'>;

/**
 * Gives a session as callers see it.
 */
export function toListedSession(summary: ListedSummary): ListedSession {
  const { expiresAt } = summary;
  return { ...toWalkedSession(summary), expiresAt: expiresAt === null ? null : toDate(expiresAt) };
}

/**
 * Gives a session of a walk as callers see it.
 */
export function toWalkedSession(summary: SessionSummary): WalkedSession {
  const { sessionId, userId, createdAt, updatedAt, fork } = summary;
  const { messageCount, totalTokens, currentAgent, agentsUsed, attributes, usage } = summary;
  return {
    sessionId,
    userId,
    createdAt: toDate(createdAt),
    updatedAt: toDate(updatedAt),
    messageCount,
    totalTokens,
    currentAgent,
    agentsUsed: [...agentsUsed],
    attributes,
    usage: toUsage({ usage }),
    fork: fork && toFork(fork),
  };
}
