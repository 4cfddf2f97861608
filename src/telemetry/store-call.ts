/**
 * What is told of a call to a store: how it went and how large it was, never what it was about.
 *
 * @module
 */
import type { StoreSystem } from '../store-system.ts';

/**
 * What became of a call that did not fail: `'done'`; `'repeated'` where an earlier call had done it
 * already; `'none'` where there was no session to read or delete, or another version than the one that
 * was to be rewritten.
 */
export type StoreCallResult = 'done' | 'repeated' | 'none';

/**
 * One call to a store, as subscribers of `tracing:agents-json-session:call:*` are told of it. It holds
 * no text, no name of an agent, no key and no owner.
 *
 * @example
 * ```ts
 * import { tracingChannel } from 'node:diagnostics_channel';
 * import type { StoreCall } from 'agents-json-session';
 *
 * const log = (message: unknown): void => {
 *   const { method, durationMs, error } = message as StoreCall;
 *   console.log(method, durationMs, error?.code ?? 'ok');
 * };
 * tracingChannel('agents-json-session:call').asyncEnd.subscribe(log);
 * ```
 */
export interface StoreCall {
  /** The method of the store: `'append'`, `'read'`, … */
  readonly method: string;
  /** What the store runs on; the name is `'other'` where it does not tell. */
  readonly system: StoreSystem;
  /**
   * The session that it is about, or undefined for a call about none. Session ids can say something
   * about a person, so this property is not enumerable: who writes down whole objects does not write it
   * down by accident.
   */
  readonly sessionId: string | undefined;
  /** How many entries were written, from the start on, or read, at the end; else left out. */
  readonly entries?: number;
  /** How often the store has tried something again so far: a command, or a file that was locked. */
  readonly retries: number;
  /** Milliseconds that it took, at the end. */
  readonly durationMs?: number;
  /** About how many bytes of JSON the entries of the session take after a write, where known. */
  readonly sessionBytes?: number;
  /** At the end of a call that did not fail. */
  readonly result?: StoreCallResult;
  /** At the end of a call that has failed. */
  readonly error?: StoreCallFailure;
}

/** What looks like the name of something, and not like a text. */
const NAME = /^\w{1,64}$/;

/**
 * What is told of a failure. What the caller gets, whose message can name the session, is another error.
 *
 * @example
 * ```ts
 * import type { StoreCall } from 'agents-json-session';
 *
 * export function failureOf({ error }: StoreCall): string | null {
 *   return error === undefined ? null : error.code;
 * }
 * ```
 */
export class StoreCallFailure extends Error {
  override readonly name: string;
  /** The `code` of the error, else the name of its class. */
  readonly code: string;

  /** @param error - What the call has failed with. */
  constructor(error: unknown) {
    const className = error instanceof Error ? nameOf(error.constructor.name) : null;
    const { code } = (error ?? {}) as { code?: unknown };
    const shown = nameOf(code) ?? className ?? 'Error';
    super(shown);
    this.name = className ?? 'Error';
    this.code = shown;
  }
}

function nameOf(value: unknown): string | null {
  return typeof value === 'string' && NAME.test(value) ? value : null;
}
