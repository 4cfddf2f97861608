/**
 * Conversation memory for the OpenAI Agents SDK: one session is one JSON document in Redis, or rows of
 * an embedded SQLite file.
 *
 * @module
 */
export {
  compactWithOpenAI,
  type CompactWithOpenAIOptions,
  type OpenAICompactionClient,
  type OpenAIResponsesEndpoint,
} from './compaction/compact-with-openai.ts';
export type {
  CompactFunction,
  CompactionDecision,
  CompactionDetails,
  CompactionOutcome,
  CompactionUsage,
  ShouldCompact,
} from './compaction/compact-function.ts';
export {
  CompactingSession,
  type CompactingSessionOptions,
} from './compaction/compacting-session.ts';
export type { ModelExchange } from './compaction/seen-by-model.ts';
export type {
  DocumentHead,
  DocumentMetadata,
  DocumentState,
  ForkPoint,
  Handoff,
  ImportOrigin,
  JsonObject,
  JsonValue,
  MessageEntry,
  MessageRole,
  SessionDocument,
  SessionLock,
  StoredUsage,
  StoredUsageCounts,
} from './document/document.ts';
export type {
  DiagnoseParams,
  Finding,
  FindingKind,
  FindingSeverity,
  ServerFacts,
  StoreDiagnosis,
} from './doctor/diagnosis.ts';
export type { Durability } from './durability.ts';
export { doctor } from './doctor/doctor.ts';
export type { DoctorOptions, DoctorReport } from './doctor/examination.ts';
export {
  type AnySessionError,
  CallAbortedError,
  ConflictError,
  CorruptDocumentError,
  DecryptionError,
  type DecryptionFailure,
  type DecryptionProblem,
  InvalidInputError,
  ItemTooLargeError,
  JsonNotSupportedError,
  LeaseLostError,
  OperationAppliedError,
  OperationConflictError,
  OutcomeUnknownError,
  NotDurableError,
  OutOfMemoryError,
  SessionError,
  type SessionErrorCode,
  type SessionErrorOptions,
  SessionExistsError,
  SessionExpiredError,
  SessionLockedError,
  SessionNotFoundError,
  StoreClosedError,
  StoreUnavailableError,
  UnsupportedError,
  UnsupportedSchemaError,
  WrongKeyTypeError,
} from './errors.ts';
export type { OversizedItem } from './items/item-codec.ts';
export { itemText } from './items/readable-text.ts';
export type { Fork, Message, SessionMetadata, SessionUsage } from './session/message.ts';
export type { MessageFilter } from './session/message-filter.ts';
export { closeStores, defaultStoreUrl } from './open-store.ts';
export type { NewMessage } from './session/writing/new-entries.ts';
export type { CallOptions } from './session/call-options.ts';
export type { RepeatableOptions, WriteOptions } from './session/writing/caller-operation.ts';
export type { NamedAgent } from './session/current-agent.ts';
export type { ExclusiveOptions, HeldLease } from './session/exclusive/exclusive.ts';
export type { ForkOptions } from './session/fork-options.ts';
export type { JobOutcome, JobTurn } from './session/jobs/once.ts';
export { JSONSession } from './session/session.ts';
export type { LoadArguments, SessionClass } from './session/opening/session-class.ts';
export type { Turn } from './session/turn.ts';
export type { JSONSessionOptions } from './session/opening/session-options.ts';
export type {
  AgentUsage,
  AppendParams,
  AppliedOperation,
  CreateParams,
  EntrySelection,
  EntryVisitor,
  ExistingParams,
  HeadChanges,
  HistoryTail,
  LockParams,
  NewEntry,
  NewSession,
  Operation,
  QueryComparison,
  QueryCondition,
  QueryLiteral,
  QueryParams,
  QueryResult,
  QuerySegment,
  QuerySelector,
  ReadParams,
  RepeatableParams,
  ReplaceParams,
  ReplaceResult,
  RestorableDocument,
  RestoreParams,
  RewriteParams,
  RunRecord,
  SessionAddress,
  SessionExpectation,
  SessionSnapshot,
  SessionStore,
  StoreSystem,
  UnlockParams,
  UsageCounts,
  WriteParams,
  WriteResult,
} from './store.ts';
export type { StoreCall, StoreCallFailure, StoreCallResult } from './telemetry/store-call.ts';
export type { RetentionLimits, TrimOptions, TrimResult } from './retention/trim.ts';
export { run } from './runs/run.ts';
export { tracked, type TrackingOptions } from './runs/tracked.ts';
export { newestItems } from './windows/newest-items.ts';
export { newestTurns } from './windows/newest-turns.ts';
export { tokenBudget, type TokenBudgetOptions } from './windows/token-budget.ts';
export type { WatchParams, WatchSession } from './watch.ts';
