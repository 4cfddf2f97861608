/**
 * Finding sessions: `SessionDirectory`, and what a store does for it.
 *
 * @module
 */
export type {
  DirectoryParams,
  DirectoryStore,
  EntryFilter,
  FilterParams,
  FoundEntry,
  ListCursor,
  ListedSummary,
  ListParams,
  ProjectionParams,
  ProjectionReport,
  SearchParams,
  SessionFilter,
  SessionOrder,
  SessionSummary,
  SummaryPage,
} from '../directory-store.ts';
export type { DeletionFailure, DeletionReport, DeleteUserOptions } from './delete-user.ts';
export type { ListedSession, WalkedSession } from './listed-session.ts';
export type { ListOptions, QueryOptions, SessionQuery } from './query-options.ts';
export type { SnippetPart } from '../search/snippet.ts';
export type { SearchOptions } from './search-options.ts';
export type { FoundMessage, SearchResults } from './search-results.ts';
export {
  type ProjectionOptions,
  SessionDirectory,
  type SessionDirectoryOptions,
} from './session-directory.ts';
export type { SessionList } from './session-list.ts';
export type {
  AgentStatistics,
  DirectoryStatistics,
  SessionCounts,
  StatisticsOptions,
} from './statistics.ts';
