/**
 * The port between the session and the places where sessions are kept.
 *
 * A store knows one session by its key and changes it in atomic steps; it knows nothing of the SDK.
 * What is not in the contract: connections, commands and SQL.
 *
 * @module
 */
import type {
  DocumentHead,
  Handoff,
  JsonObject,
  JsonValue,
  MessageEntry,
  MessageRole,
  SessionDocument,
} from './document/document.ts';
import type { DirectoryStore } from './directory-store.ts';
import type { DiagnoseParams, StoreDiagnosis } from './doctor/diagnosis.ts';
import type { EntrySelection } from './entry-selection.ts';
import type { LockParams, UnlockParams } from './locking.ts';
import type { AppliedOperation, Operation } from './operation.ts';
import type { ReplaceParams, ReplaceResult } from './replacement.ts';
import type { SessionAddress, SessionExpectation } from './session-address.ts';
import type { QueryParams, QueryResult } from './query-path.ts';
import type { WatchSession } from './watch.ts';
import type { RunRecord } from './spending.ts';
import type { StoreSystem } from './store-system.ts';

export type { EntrySelection, EntryVisitor } from './entry-selection.ts';
export type { LockParams, UnlockParams } from './locking.ts';
export type { AppliedOperation, Operation } from './operation.ts';
export type { ReplaceParams, ReplaceResult } from './replacement.ts';
export type { SessionAddress, SessionExpectation } from './session-address.ts';
export type { AgentUsage, RunRecord, UsageCounts } from './spending.ts';
export type { DiagnoseParams, StoreDiagnosis } from './doctor/diagnosis.ts';
export type { StoreSystem } from './store-system.ts';
export type {
  QueryComparison,
  QueryCondition,
  QueryLiteral,
  QueryParams,
  QueryResult,
  QuerySegment,
  QuerySelector,
} from './query-path.ts';
export type { WatchSession } from './watch.ts';

/**
 * What a session begins with.
 */
export interface NewSession {
  readonly userId: string;
  /** 32 hexadecimal digits, random. */
  readonly incarnation: string;
}

/**
 * A new entry of `messages`. The store adds `timestamp` from its own clock.
 */
export interface NewEntry {
  readonly id: string;
  readonly role: MessageRole;
  readonly content: string;
  readonly agent: string | null;
  readonly tokens: number | null;
  readonly item?: JsonValue;
  readonly handoff?: Handoff;
  readonly compaction?: true;
  readonly failed?: true;
}

/**
 * Parameters of {@link SessionStore.create}.
 */
export interface CreateParams extends SessionAddress {
  readonly session: NewSession;
  /** Seconds, or null to keep the session until it is deleted. */
  readonly ttl: number | null;
  /** As {@link RepeatableParams.repeats}: a session that the first one has created is a success. */
  readonly repeats?: string | undefined;
}

/**
 * Parameters of {@link SessionStore.read}.
 */
export interface ReadParams extends SessionAddress {
  readonly entries: EntrySelection;
  /** Id of an operation to look up; see {@link SessionSnapshot.operation}. */
  readonly operationId?: string;
  /**
   * Whether the caller looks at `user_id`, `created_at`, `metadata` and `state` of the head only. The
   * other fields may then be as in a document that lacks them. Default: false.
   */
  readonly briefHead?: boolean;
  /**
   * Whether the head must have every field of the document: `operations` too, and those that are not
   * known here. Default: false.
   */
  readonly wholeHead?: boolean;
}

/**
 * A consistent view of one session: everything in it was there at one moment.
 */
export interface SessionSnapshot {
  /** Identifies this life of the session; see {@link SessionExpectation.incarnation}. */
  readonly incarnation: string;
  /** See {@link ReadParams.briefHead}. */
  readonly head: DocumentHead;
  /** The number of entries of `messages`; known where the selection was `none` or `all`. */
  readonly length: number | null;
  /** The selected entries, oldest first. Values of `messages` that are no entries are left out. */
  readonly entries: MessageEntry[];
  /** How many of `entries`, counted from the newest, the model still sees. */
  readonly inHistory: number;
  /** What is known of the operation that the read asked for; null if it was not applied. */
  readonly operation: AppliedOperation | null;
  /** The end of the history that was read, or null where it is empty or none of it was read. */
  readonly tail: HistoryTail | null;
  /**
   * How many values of `messages` the read looked at, counted from the end, without the one that a
   * visitor stopped before.
   */
  readonly visited: number;
  /**
   * Seconds until the session expires by itself, or null where it does not; told where the whole head
   * was asked for.
   */
  readonly expiresIn?: number | null;
}

/**
 * What every write takes.
 */
export interface WriteParams extends SessionAddress {
  readonly expect: SessionExpectation;
  /** Seconds to set the document's ttl to, or null to leave it (and, for a new session, have none). */
  readonly ttl: number | null;
  /** Of the lock that the caller holds; see {@link SessionStore.lock}. */
  readonly lockToken?: string | undefined;
}

/**
 * Changes to the head of a document. A field that is absent stays as it is.
 */
export interface HeadChanges {
  /** Becomes the current agent and joins the agents used. */
  readonly currentAgent?: string;
  readonly handoffContext?: JsonValue;
  /** Merged into the attributes as an RFC 7396 merge patch. */
  readonly attributes?: JsonObject;
}

/**
 * What writes take that can be sent once more.
 */
export interface RepeatableParams extends WriteParams {
  /**
   * Names the write. One that was applied in this life of the session is not applied again; one of
   * the same name that did something else fails with `OperationConflictError`. Remembered for a day,
   * the newest 4,096 of them, until the history is cleared; a clear's own name stays.
   */
  readonly operation?: Operation | undefined;
  /**
   * The id that an `OutcomeUnknownError` of this store gave to a write, in whichever process: this is
   * that write once more, and applied only if it was not. When that cannot be known any more, it fails
   * with `OutcomeUnknownError` again.
   */
  readonly repeats?: string | undefined;
}

/**
 * Parameters of {@link SessionStore.append}.
 */
export interface AppendParams extends RepeatableParams {
  /** Added at the end, in this order. */
  readonly entries: readonly NewEntry[];
  /** Added to the tokens spent. */
  readonly tokens: number;
  readonly changes: HeadChanges;
  readonly run?: RunRecord;
  /**
   * What to create when there is no session, or null to fail with `SessionNotFoundError`. Where its
   * incarnation is also the one that is expected, the write is for the session that it creates itself,
   * and for no other.
   */
  readonly create: NewSession | null;
}

/**
 * What a write did.
 */
export interface WriteResult {
  /** True where an earlier call had done it already; the time is that of the earlier one. */
  readonly repeated?: true;
  readonly incarnation: string;
  /** Unix time in seconds of the write, by the store's clock; the timestamp of its entries. */
  readonly time: number;
  /** About how many bytes of JSON the entries of the session take; left out where that is not known. */
  readonly bytes?: number;
}

/**
 * Parameters of {@link SessionStore.rewrite}.
 */
export interface RewriteParams extends RepeatableParams {
  /** The version that the history must still have, or null to rewrite whatever is there. */
  readonly version: HistoryTail | null;
  /** How many of the newest entries to drop. */
  readonly drop: number | 'all';
  /**
   * How many of the oldest entries to drop; then `drop` is 0, and there are no entries. The model's view
   * begins behind the same entry as before, or at the start when that one is dropped. Default: 0.
   */
  readonly dropOldest?: number;
  /**
   * Entries to append in the place of those dropped; default none. One with a timestamp is put back as
   * it is.
   */
  readonly entries?: readonly (NewEntry | MessageEntry)[];
  /**
   * `'kept'` begins the model's view behind the entries that are kept. Left out, it begins where it
   * began, or at the start when the entry that it begins behind is dropped.
   */
  readonly historyStart?: 'kept';
  readonly run?: RunRecord;
  /** Whether to forget operation ids, as a clear does. */
  readonly forgetOperations: boolean;
  /** Whether to set the tokens spent and the usage to zero, as the Python class's clear does. */
  readonly resetTokens: boolean;
}

/**
 * Names a version of a history by its end: no entry before the last one can change without the
 * generation changing too.
 */
export interface HistoryTail {
  readonly generation: number;
  /** Id of the newest entry, or empty where that value has none. */
  readonly lastId: string;
}

/**
 * Parameters of {@link SessionStore.delete}.
 */
export interface ExistingParams extends SessionAddress {
  readonly expect: SessionExpectation;
  /** Of the lock that the caller holds. */
  readonly lockToken?: string | undefined;
  /** As {@link RepeatableParams.repeats}: that the session is gone is a success. */
  readonly repeats?: string | undefined;
}

/**
 * Parameters of {@link SessionStore.restore}.
 */
export interface RestoreParams extends SessionAddress {
  /**
   * What becomes the document of the session, word for word. Its state has an incarnation of its own, 32
   * hexadecimal digits, random, by which a repeat is recognised.
   */
  readonly document: RestorableDocument;
  /** Whether the session begins now: its times, and that of its fork, are set to the store's. */
  readonly isNew: boolean;
  /** Seconds after which the session expires, unless it is written to; null: never. */
  readonly expiresIn: number | null;
  /** The life that the document takes the place of, if it is still there; null: none. */
  readonly replaces: string | null;
  /** As {@link RepeatableParams.repeats}: a session that the first one has made is a success. */
  readonly repeats?: string | undefined;
}

/**
 * A document that a store can make a session of.
 */
export type RestorableDocument = SessionDocument & Required<Pick<SessionDocument, 'state'>>;

/**
 * A place where sessions are kept.
 *
 * Every method is one atomic step. Besides what each says, all of them fail with `CallAbortedError`,
 * `WrongKeyTypeError`, `CorruptDocumentError`, `StoreUnavailableError`, `OutcomeUnknownError` (writes
 * only), `StoreClosedError`, and writes with `UnsupportedSchemaError` and `OutOfMemoryError`; a write
 * that fails has changed nothing, except where the outcome is unknown, and with `NotDurableError`: that
 * one was applied and is not where the durability of the store wants it.
 *
 * While a session is locked, `append`, `rewrite`, `replace` and `delete` without the token of the lock
 * fail with `SessionLockedError`. With a token they fail with `LeaseLostError` unless the lock of that
 * token is live. An append with a token creates no session: its lock would be gone with the one before.
 */
export interface SessionStore {
  /** Milliseconds that one call may take in all where the caller does not say; default 5000. */
  readonly timeoutMs?: number;
  /** Finds sessions; left out where the store cannot. */
  readonly directory?: DirectoryStore;

  /** Says what it runs on, for those who watch its calls. */
  readonly system?: () => StoreSystem;

  /**
   * Creates the session.
   *
   * @throws `SessionExistsError` when there is one already.
   */
  create(params: CreateParams): Promise<WriteResult>;

  /**
   * Reads the head and the selected entries, or null when there is no session.
   */
  read(params: ReadParams): Promise<SessionSnapshot | null>;

  /**
   * Adds entries, which may be none, and changes the head; creates the session if asked to.
   */
  append(params: AppendParams): Promise<WriteResult>;

  /**
   * Drops entries from the end, appends others in their place, and can move the start of the model's
   * view. Gives null, with nothing changed, when the version no longer holds.
   */
  rewrite(params: RewriteParams): Promise<WriteResult | null>;

  /**
   * Puts entries in the place of those that have their ids, and a handoff context in the place of
   * another, without any other change: what they mean stays, and how they are kept changes. Gives null,
   * with nothing changed, when something else stands there.
   */
  replace(params: ReplaceParams): Promise<ReplaceResult | null>;

  /**
   * Starts the session's time to live again, without any other change.
   */
  touch(params: WriteParams): Promise<WriteResult>;

  /**
   * Locks the session for those who know a token, or keeps it locked, until a time by the store's
   * clock, and starts the session's time to live again. The lock is kept with the session and ends with
   * it. A lock that the same token holds already is taken once more.
   *
   * @throws `SessionLockedError` when another token holds a live lock; `LeaseLostError` when the lock to
   * be kept is not live any more.
   */
  lock(params: LockParams): Promise<WriteResult>;

  /**
   * Ends the lock of a token, unless it is over already.
   */
  unlock(params: UnlockParams): Promise<void>;

  /**
   * Removes the session and says whether it was there. A session of another life or owner stays.
   */
  delete(params: ExistingParams): Promise<boolean>;

  /**
   * Makes a session of a whole document, however long. Nobody sees a part of it: it is put together out
   * of sight, and appears in one step. What is left of one that failed is never seen, and goes by itself.
   *
   * @throws `SessionExistsError` when there is a session that it may not take the place of.
   */
  restore(params: RestoreParams): Promise<WriteResult>;

  /**
   * Gives what a path names in the document as it is stored, in the order of RFC 9535, or null when there
   * is no session; left out where the store cannot: the whole session is read then.
   *
   * @returns `'read-all'` where this session had better be read as a whole, too: the path would hold up
   * others, or means something else there.
   */
  query?(params: QueryParams): Promise<QueryResult | 'read-all' | null>;

  /**
   * Looks at what the store runs on, for `doctor`, and changes nothing. What it is refused becomes a
   * finding.
   */
  diagnose?(params: DiagnoseParams): Promise<StoreDiagnosis>;

  /** Tells when a session may have changed; left out where the store cannot. */
  readonly watch?: WatchSession;

  /**
   * Releases what the store opened itself. Calls after it fail with `StoreClosedError`.
   */
  close(): Promise<void>;
}
