/**
 * What a store tells of itself: facts, and findings with what they mean and what to do.
 *
 * @module
 */

/**
 * - `error`: sessions cannot be used, or get lost in ordinary operation.
 * - `warning`: something is lost, slow or open to others when more happens.
 * - `info`: good to know, or what could not be checked.
 */
export type FindingSeverity = 'error' | 'warning' | 'info';

/**
 * What is the same for every finding of one code.
 */
export interface FindingKind {
  readonly severity: FindingSeverity;
  /** What it means for sessions. */
  readonly meaning: string;
  /** What to do. */
  readonly advice: string;
}

/**
 * Something to know about a store.
 */
export interface Finding<Code extends string = string> extends FindingKind {
  /** Stable, to switch on. */
  readonly code: Code;
  /** What was found. */
  readonly message: string;
}

/**
 * What a store runs on. Null: not known.
 */
export interface ServerFacts {
  /** `Redis`, `Valkey`, `SQLite`, … */
  readonly product: string | null;
  readonly version: string | null;
  /** Whether the server can keep JSON documents. */
  readonly json: boolean | null;
  /** Whether there is a search module; `'per-node'` where it does not search across the cluster. */
  readonly search: boolean | 'per-node' | null;
  /** How many servers were looked at: the masters of a cluster, else 1. */
  readonly nodes: number;
}

/**
 * Parameters of {@link SessionStore.diagnose}.
 */
export interface DiagnoseParams {
  /** What the keys of sessions begin with. */
  readonly keyPrefix: string;
  /** Milliseconds that it may take in all. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What a store found out about itself. It holds no password, no URL and nothing of a session.
 */
export interface StoreDiagnosis {
  readonly server: ServerFacts;
  readonly findings: readonly Finding[];
}

/**
 * Puts a finding together from the catalogue of its store.
 */
export function finding<K extends string>(
  kinds: Readonly<Record<K, FindingKind>>,
  code: K,
  message: string,
): Finding<K> {
  const { severity, meaning, advice } = kinds[code];
  return { code, severity, message, meaning, advice };
}
