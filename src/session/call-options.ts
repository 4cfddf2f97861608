/**
 * What one call may take, and what ends it before.
 *
 * @module
 */
import { checkSignal, checkTimeout, Deadline } from '../deadline.ts';
import { checkArguments } from './input-validation.ts';

/**
 * Options that every call takes which reaches the store.
 */
export interface CallOptions {
  /**
   * Milliseconds that this call may take in all, waiting and retries included.
   *
   * @defaultValue as the session says
   */
  timeoutMs?: number | undefined;
  /**
   * Ends this call: with `CallAbortedError`, or `OutcomeUnknownError` where a write was sent and not
   * answered yet. One that is aborted already sends nothing. That of the session counts too.
   *
   * @defaultValue none
   */
  signal?: AbortSignal | undefined;
}

/** What holds for every call of a handle. */
interface CallDefaults {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Gives the end of a call that begins now.
 *
 * @param outer - The end of the call that this one is part of, if it is.
 * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong.
 */
export function callDeadline(
  options: CallOptions,
  defaults: CallDefaults,
  outer: Deadline | null,
): Deadline {
  const { timeoutMs, signal } = checkArguments(options, 'options');
  const milliseconds = checkTimeout(timeoutMs ?? defaults.timeoutMs);
  const ends = [checkSignal(signal), defaults.signal].filter((end) => end !== undefined);
  if (outer !== null && timeoutMs === undefined && signal === undefined) return outer;
  const most = Math.min(milliseconds, outer?.remaining ?? milliseconds);
  return new Deadline(most, ends.length > 1 ? AbortSignal.any(ends) : ends[0]);
}
