/**
 * Conversation memory for the OpenAI Agents SDK: one session is one JSON document in Redis, or rows of
 * an embedded SQLite file.
 *
 * @module
 */
export type {
  DocumentHead,
  DocumentMetadata,
  DocumentState,
  Handoff,
  JsonObject,
  JsonValue,
  MessageEntry,
  MessageRole,
  StoredUsage,
  StoredUsageCounts,
} from './document/document.ts';
export {
  type AnySessionError,
  ConflictError,
  CorruptDocumentError,
  InvalidInputError,
  ItemTooLargeError,
  JsonNotSupportedError,
  OperationConflictError,
  OutcomeUnknownError,
  OutOfMemoryError,
  SessionError,
  type SessionErrorCode,
  type SessionErrorOptions,
  SessionExistsError,
  SessionExpiredError,
  SessionNotFoundError,
  StoreClosedError,
  StoreUnavailableError,
  UnsupportedSchemaError,
  WrongKeyTypeError,
} from './errors.ts';
export type { OversizedItem } from './items/item-codec.ts';
export type { Message, SessionMetadata, SessionUsage } from './session/message.ts';
export type { MessageFilter } from './session/message-filter.ts';
export { closeStores, defaultStoreUrl } from './open-store.ts';
export type { NewMessage } from './session/new-entries.ts';
export { JSONSession } from './session/session.ts';
export type { Turn } from './session/turn.ts';
export type { JSONSessionOptions } from './session/session-options.ts';
export type {
  AgentUsage,
  AppendParams,
  CreateParams,
  EntrySelection,
  EntryVisitor,
  ExistingParams,
  HeadChanges,
  HistoryTail,
  NewEntry,
  NewSession,
  Operation,
  ReadParams,
  RewriteParams,
  RunRecord,
  SessionAddress,
  SessionExpectation,
  SessionSnapshot,
  SessionStore,
  UsageCounts,
  WriteParams,
  WriteResult,
} from './store.ts';
export { newestItems } from './windows/newest-items.ts';
export { newestTurns } from './windows/newest-turns.ts';
export { tokenBudget, type TokenBudgetOptions } from './windows/token-budget.ts';
