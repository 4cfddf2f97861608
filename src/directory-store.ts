/**
 * The port for finding sessions: what a store can do beside keeping each one under its key.
 *
 * @module
 */
import type {
  ForkPoint,
  JsonObject,
  MessageEntry,
  MessageRole,
  StoredUsage,
} from './document/document.ts';
import type { SessionAddress } from './store.ts';

/**
 * What is known of a session without its messages. Times are Unix seconds by the store's clock.
 */
export interface SessionSummary {
  /** The key in the store: prefix and session id. */
  readonly key: string;
  readonly sessionId: string;
  /** This life of the session, as `SessionSnapshot.incarnation`. */
  readonly incarnation: string;
  readonly userId: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** As the document counts its messages. */
  readonly messageCount: number;
  readonly totalTokens: number;
  readonly currentAgent: string | null;
  readonly agentsUsed: readonly string[];
  readonly attributes: JsonObject;
  /** What runs have spent, in all and by agent, as it is stored. */
  readonly usage: StoredUsage;
  /** As it is stored; null for a session that was not forked off another one. */
  readonly fork: ForkPoint | null;
}

/**
 * A session in a list.
 */
export interface ListedSummary extends SessionSummary {
  /** Unix time in seconds, or null for a session that stays until it is deleted. */
  readonly expiresAt: number | null;
}

/**
 * Which sessions are meant: those that match everything that is given.
 */
export interface SessionFilter {
  readonly userId?: string | undefined;
  /** Among the agents used. */
  readonly agent?: string | undefined;
  /** Each member must be in the session's attributes: objects in part, anything else as a whole. */
  readonly attributes?: JsonObject | undefined;
  /** Unix time in seconds: written then or later. */
  readonly updatedSince?: number | undefined;
  /** Id of the session that they were forked off. */
  readonly parentId?: string | undefined;
}

/**
 * By what sessions are put in order; those alike in that, by their ids.
 */
export type SessionOrder = 'updated' | 'created' | 'id';

/**
 * A place in a list: that of one session in the order of the list.
 */
export interface ListCursor {
  /** Time of that session in the order; left out with the order by id. */
  readonly time?: number | undefined;
  readonly sessionId: string;
}

/**
 * What calls about all sessions of a prefix take.
 */
export interface DirectoryParams extends Pick<SessionAddress, 'timeoutMs' | 'signal'> {
  /** What the keys of the sessions begin with. */
  readonly keyPrefix: string;
}

/**
 * Parameters of {@link DirectoryStore.count} and {@link DirectoryStore.walk}.
 */
export interface FilterParams extends DirectoryParams, SessionFilter {}

/**
 * Parameters of {@link DirectoryStore.list}.
 */
export interface ListParams extends FilterParams {
  readonly orderBy: SessionOrder;
  readonly descending: boolean;
  /** The most sessions of the page. */
  readonly limit: number;
  /** Only sessions behind it. */
  readonly cursor?: ListCursor | undefined;
}

/**
 * A page of a list.
 */
export interface SummaryPage {
  readonly sessions: readonly ListedSummary[];
  /** Where the next page begins, or null behind the last one. */
  readonly next: ListCursor | null;
}

/**
 * Finds sessions. What has not the shape of a session is passed over.
 *
 * Calls fail as those of `SessionStore` do.
 */
export interface DirectoryStore {
  /**
   * Gives a page of sessions in order. A session that others write to meanwhile can change its place in
   * the order; every other one that matches is on one page.
   */
  list(params: ListParams): Promise<SummaryPage>;

  /**
   * Counts sessions.
   */
  count(params: FilterParams): Promise<number>;

  /**
   * Gives every session that is there from the beginning to the end once, in no order, some at a time.
   * `timeoutMs` is for each step.
   */
  walk(params: FilterParams): AsyncIterable<readonly SessionSummary[]>;

  /**
   * Compares what sessions are found by with the sessions themselves, and can mend it. Left out where
   * they are found by nothing but themselves. `timeoutMs` is for each step.
   */
  checkProjection?(params: ProjectionParams): Promise<ProjectionReport>;

  /**
   * Finds messages, the newest first; or gives null where the messages have to be looked at one by one.
   * Left out where it is not switched on.
   */
  search?(params: SearchParams): Promise<readonly FoundEntry[] | null>;
}

/**
 * Which messages a search is about: those that match everything that is given.
 */
export interface EntryFilter {
  /** As `wordsOf` gives them, at least one; a message must have all of them. */
  readonly words: ReadonlySet<string>;
  readonly role?: MessageRole | undefined;
  readonly agent?: string | undefined;
  /** Unix time in seconds: stored then or later. */
  readonly since?: number | undefined;
}

/**
 * Parameters of {@link DirectoryStore.search}.
 */
export interface SearchParams extends DirectoryParams, EntryFilter {
  /** The owner of the session. */
  readonly userId?: string | undefined;
  readonly limit: number;
}

/**
 * A message that was found.
 */
export interface FoundEntry extends Pick<SessionSummary, 'key' | 'sessionId' | 'userId'> {
  /** Its place in `messages`. */
  readonly index: number;
  readonly entry: MessageEntry;
}

/**
 * Parameters of {@link DirectoryStore.checkProjection}.
 */
export interface ProjectionParams extends DirectoryParams {
  /** Whether what differs is made anew. */
  readonly repair: boolean;
}

/**
 * What was found of that which sessions are found by.
 */
export interface ProjectionReport {
  /** Sessions that were looked at. */
  readonly sessions: number;
  /** Sessions of which nothing is kept: others have made them, or it was not switched on yet. */
  readonly missing: number;
  /** Sessions of which something else is kept than they have. */
  readonly stale: number;
  /** Sessions that are gone, and of which something is kept. */
  readonly orphaned: number;
}
