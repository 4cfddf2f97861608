/**
 * One call of a session's method, as its caller saw it.
 *
 * @module
 */
import type { Outcome } from '../faults/oracle.ts';

/** What a worker does with a session; `python` is a message of the Python class. */
export type Kind =
  | 'create'
  | 'addMessage'
  | 'addItems'
  | 'append'
  | 'replace'
  | 'run'
  | 'python'
  | 'popItem'
  | 'popTurn'
  | 'undoTo'
  | 'clear'
  | 'clearSession'
  | 'delete'
  | 'getItems'
  | 'getMessages'
  | 'setAttributes'
  | 'setHandoffContext'
  | 'trackAgent'
  | 'touch'
  | 'exclusive';

/** What a read asked for; nothing for a whole history. */
export interface Selection {
  readonly limit?: number;
  readonly role?: 'user' | 'assistant' | 'tool';
  readonly agent?: string;
  /** Only what is newer than a moment, which the judge does not look at. */
  readonly recent?: true;
}

/**
 * A call: what it was to do, and what came of it. Times are milliseconds of one clock that all
 * processes of the machine share.
 */
export interface Call {
  /** One caller, which makes one call after the other. */
  readonly writer: string;
  readonly number: number;
  readonly session: string;
  readonly kind: Kind;
  /** Texts that it adds, in this order; nobody else writes them. */
  readonly texts: readonly string[];
  /** When its handle was made. */
  readonly handleSince: number;
  /** The `exclusive` within which it is made, or null. */
  readonly lock: string | null;
  /** Names it when it is sent again; null until somebody knows. */
  operationId: string | null;
  selection: Selection | null;
  begun: number;
  /** When `exclusive` had the lock, or null. */
  acquired: number | null;
  /** Null in the note of a call that has only begun. */
  ended: number | null;
  /** How long it may take, or null for as long as it likes. */
  limit: number | null;
  /** For how much of its time the process itself stood still. */
  stalled: number;
  outcome: Outcome;
  /** The code of the error, or empty. */
  code: string;
  /** Texts that a read gave. */
  found: readonly string[] | null;
  /** Texts that it removed, or was to replace. */
  removed: readonly string[] | null;
  /** What `delete` said. */
  wasThere: boolean | null;
}

/** What a call is of. */
type Identity = Pick<Call, 'writer' | 'number' | 'session' | 'kind'>;

/**
 * A call that is about to begin, of which nothing is known yet.
 */
export function newCall(given: Identity & Partial<Call>): Call {
  const begun = now();
  return {
    texts: [],
    handleSince: begun,
    lock: null,
    operationId: null,
    selection: null,
    begun,
    acquired: null,
    ended: null,
    limit: null,
    stalled: 0,
    outcome: 'unknown',
    code: '',
    found: null,
    removed: null,
    wasThere: null,
    ...given,
  };
}

/** Calls that add texts. */
export const ADDING: ReadonlySet<Kind> = new Set([
  'addMessage',
  'addItems',
  'append',
  'replace',
  'run',
  'python',
]);

/** Calls that take texts off the end. */
export const POPPING: ReadonlySet<Kind> = new Set(['popItem', 'popTurn', 'undoTo']);

/** How long after its end a call that was not answered may still be applied. */
const LATE_MS = 15_000;

/**
 * The last moment at which a call can have been applied.
 */
export function lastMoment({ outcome, ended }: Call): number {
  const end = ended ?? Number.POSITIVE_INFINITY;
  return outcome === 'unknown' ? end + LATE_MS : end;
}

/** Milliseconds of the clock that all processes of the machine share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
