/**
 * Sums over sessions.
 *
 * @module
 */
import type { SessionSummary } from '../directory-store.ts';
import { usageCounts } from '../document/run-record.ts';
import type { CallOptions } from '../session/call-options.ts';
import type { SessionQuery } from './query-options.ts';

/**
 * Options of `SessionDirectory.stats`.
 */
export interface StatisticsOptions extends SessionQuery, CallOptions {
  /**
   * Milliseconds that each step may take: some hundreds of sessions. The whole takes as long as it
   * takes; a `signal` ends it.
   *
   * @defaultValue that of the directory
   */
  timeoutMs?: number | undefined;
  /** Told after each step how many sessions were summed up so far. */
  onProgress?: ((sessions: number) => void) | undefined;
}

/**
 * How many sessions there are, and what is in them.
 */
export interface SessionCounts {
  sessions: number;
  messages: number;
  /** Tokens spent. */
  tokens: number;
}

/**
 * What an agent has done.
 */
export interface AgentStatistics {
  /** Sessions that it was used in. */
  sessions: number;
  /** Tokens that tracked runs have spent for it. */
  tokens: number;
}

/**
 * Sums over all sessions of a query.
 */
export interface DirectoryStatistics extends SessionCounts {
  /** By the owner; sessions that name none are left out. */
  users: Map<string, SessionCounts>;
  /** By the name of the agent. */
  agents: Map<string, AgentStatistics>;
  /** By the day of UTC on which sessions were created, as `2026-01-31`, the first day first. */
  days: Map<string, SessionCounts>;
}

/**
 * Adds sessions up.
 */
export class StatisticsSum {
  readonly #all = noCounts();
  readonly #users = new Map<string, SessionCounts>();
  readonly #agents = new Map<string, AgentStatistics>();
  readonly #days = new Map<string, SessionCounts>();

  /** Adds a session. */
  add(session: SessionSummary): void {
    const { userId, createdAt, agentsUsed } = session;
    addTo(this.#all, session);
    if (userId !== null) addTo(entryOf(this.#users, userId, noCounts), session);
    addTo(entryOf(this.#days, dayOf(createdAt), noCounts), session);
    const spent = new Map(Object.entries(session.usage.agents ?? {}));
    for (const agent of new Set([...agentsUsed, ...spent.keys()])) {
      const counts = entryOf(this.#agents, agent, () => ({ sessions: 0, tokens: 0 }));
      counts.sessions += 1;
      counts.tokens += usageCounts(spent.get(agent)).totalTokens;
    }
  }

  /** The sums of what was added. */
  get sums(): DirectoryStatistics {
    const days = [...this.#days].toSorted(([one], [other]) => (one < other ? -1 : 1));
    return { ...this.#all, users: this.#users, agents: this.#agents, days: new Map(days) };
  }
}

function noCounts(): SessionCounts {
  return { sessions: 0, messages: 0, tokens: 0 };
}

function addTo(counts: SessionCounts, { messageCount, totalTokens }: SessionSummary): void {
  counts.sessions += 1;
  counts.messages += messageCount;
  counts.tokens += totalTokens;
}

function entryOf<T>(map: Map<string, T>, name: string, create: () => T): T {
  const entry = map.get(name) ?? create();
  map.set(name, entry);
  return entry;
}

/** Another program can have put any number there. */
function dayOf(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? 'unknown' : date.toISOString().slice(0, 10);
}
