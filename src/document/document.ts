/**
 * The stored document: what one session looks like in every store, field for field.
 *
 * The Python class `JSONSession` of `redis-openai-agents` reads and writes the same documents; its
 * fields keep their names, types and meanings.
 *
 * @module
 */

/**
 * Any value that JSON can hold.
 */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;

/**
 * A JSON object.
 */
export interface JsonObject {
  [key: string]: JsonValue;
}

/**
 * Who an entry of the transcript comes from: `tool` stands for results of tool calls.
 */
export type MessageRole = 'user' | 'assistant' | 'system' | 'tool';

/**
 * The roles that an entry of `messages` can have.
 */
export const MESSAGE_ROLES: readonly MessageRole[] = ['user', 'assistant', 'system', 'tool'];

/**
 * One agent handing the conversation over to another.
 */
export interface Handoff {
  from: string;
  to: string;
}

/**
 * One entry of `messages` as it is stored.
 */
export interface MessageEntry {
  /** 16 hexadecimal digits, unique in the session. */
  id: string;
  role: MessageRole;
  /** The text that a person would read; always a string. */
  content: string;
  /** Unix time in seconds, by the store's clock. */
  timestamp: number;
  agent: string | null;
  tokens: number | null;
  /** What an SDK item holds beyond role and content; see `item-codec.ts`. */
  item?: JsonValue;
  /** On the entry that completes a handoff, or else on the first of the agent that took over. */
  handoff?: Handoff;
  /** Whether a compaction wrote the entry: nobody said it. */
  compaction?: true;
  /** Whether it was kept of a run that failed. */
  failed?: true;
  /** Fields of other programs and later releases. */
  [field: string]: unknown;
}

/**
 * The counters and agents of a session, as the Python class keeps them.
 */
export interface DocumentMetadata {
  current_agent: string | null;
  agents_used: string[];
  message_count: number;
  total_tokens: number;
}

/**
 * Who alone may write to a session, and how long.
 */
export interface SessionLock {
  /** 32 hexadecimal digits, known to those who may write. */
  token: string;
  /** Unix time in seconds by the store's clock; past it, the lock counts no more. */
  until: number;
}

/**
 * What only the stores need to know. Absent in documents of the Python class.
 */
export interface DocumentState {
  /** Version of the document's shape. A newer one is read and never written. */
  schema: number;
  /** 128 random bits: one life of the session id, from create to delete or expiry. */
  incarnation: string;
  /** Seconds that every write sets the expiry to, or null. */
  ttl: number | null;
  /** Changes when existing entries or their order change; appends leave it. */
  generation: number;
  /** The last 16 such changes: generation, lowest index touched. */
  changes: [generation: number, lowestIndex: number][];
  /** Where the model's view of the history begins, or null for the start. */
  history_start: { index: number; id: string } | null;
  /** The last write of each recent writer, by which a resend is recognised. */
  writers: string;
  /** Who alone may write at present, or null for anyone. */
  lock: SessionLock | null;
  /** About how much the entries take as JSON text; absent in documents from before it was counted. */
  bytes?: number;
}

/**
 * Requests to models and the tokens that they took, as they are stored.
 */
export interface StoredUsageCounts {
  requests?: number;
  input_tokens?: number;
  output_tokens?: number;
  total_tokens?: number;
  /** Of the input tokens, those that the provider had cached. */
  cached_tokens?: number;
  /** Of the output tokens, those that went into reasoning. */
  reasoning_tokens?: number;
}

/**
 * What runs have spent: in all, and by the name of the agent.
 */
export interface StoredUsage extends StoredUsageCounts {
  agents?: Record<string, StoredUsageCounts>;
  /** What recent writes of runs recorded: `evidence:nonce:counts…;` each, see `run-mark.ts`. */
  marks?: string;
}

/**
 * Where a session branched off from another one.
 */
export interface ForkPoint {
  /** Id of the session that it was forked from. */
  session_id: string;
  /** The life of that session. */
  incarnation: string;
  /** How many messages were taken over: those before this index. */
  index: number;
  /** Id of the last of them, or null where there were none. */
  message_id: string | null;
  /** Unix time in seconds, by the store's clock. */
  time: number;
}

/**
 * What a session was imported or copied from.
 */
export interface ImportOrigin {
  /** SHA-256 of what was exported, in hexadecimal; in an encrypted session it is enciphered. */
  checksum: string;
  /** The life of the session that was exported. */
  incarnation: string;
}

/**
 * Everything of a document but its messages.
 */
export interface DocumentHead {
  session_id: string;
  user_id: string | null;
  /** Unix time in seconds. */
  created_at: number;
  /** Unix time in seconds. */
  updated_at: number;
  metadata: DocumentMetadata;
  handoff_context: JsonValue;
  state?: DocumentState;
  operations?: JsonObject;
  attributes?: JsonObject;
  usage?: StoredUsage;
  /** Absent in sessions that are no forks. */
  fork?: ForkPoint;
  /** Absent in sessions that were not imported. */
  import?: ImportOrigin;
}

/**
 * The whole stored document.
 */
export interface SessionDocument extends DocumentHead {
  messages: MessageEntry[];
}

/** The schema that this release writes. */
export const SCHEMA = 1;

/** Deepest nesting of an item, context or attributes that is stored as native JSON. */
export const MAX_NATIVE_DEPTH = 48;

/**
 * Gives the state of a document that this release writes for the first time.
 */
export function newState(incarnation: string, ttl: number | null): DocumentState {
  return {
    schema: SCHEMA,
    incarnation,
    ttl,
    generation: 0,
    changes: [],
    history_start: null,
    writers: '',
    lock: null,
    bytes: 0,
  };
}
