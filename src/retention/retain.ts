/**
 * Trimming sessions in the background, again and again.
 *
 * @module
 */
import { checkSignal } from '../deadline.ts';
import { checkArguments, checkFunction, checkInteger } from '../session/input-validation.ts';
import {
  checkTrimming,
  type RetentionPlace,
  trimSessions,
  type TrimSessionsOptions,
  type TrimSessionsReport,
} from './trim-sessions.ts';

/** The longest that a timer waits. */
const MOST_MS = 2 ** 31 - 1;

/**
 * Options of {@link retain}.
 */
export interface RetainOptions extends TrimSessionsOptions {
  /**
   * Milliseconds from the end of a round to the beginning of the next one.
   *
   * @defaultValue 3600000, an hour
   */
  intervalMs?: number | undefined;
  /** Ends it, also in the middle of a round. */
  signal?: AbortSignal | undefined;
  /** Gets the error of a round that could not be ended; the next one begins after the usual time. */
  onError: (error: unknown) => void;
  /** Gets the report of each round, with the sessions that could not be trimmed. */
  onRound?: ((report: TrimSessionsReport) => void) | undefined;
}

/**
 * What {@link retain} gives.
 */
export interface Retention extends AsyncDisposable {
  /** Ends it, also in the middle of a round, and waits until nothing of it is left. */
  stop(): Promise<void>;
}

/**
 * Trims sessions in rounds, of which the first begins at once, until it is stopped. It does not keep the
 * process alive. One process is enough; where several do it, they do the same work more than once, and
 * nothing is lost by that. A session that was created longer than `maxAge` ago is read in each round.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong.
 *
 * @example
 * ```ts
 * import { retain } from 'agents-json-session/retention';
 *
 * const place = { url: 'redis://localhost:6379' };
 * const retention = retain(place, {
 *   maxMessages: 2000,
 *   maxAge: 90 * 86_400,
 *   onRound: ({ trimmed, failed }) => console.log(`trimmed ${trimmed}`, failed),
 *   onError: (error) => console.error(error),
 * });
 * process.once('SIGTERM', () => void retention.stop());
 * ```
 */
export function retain(place: RetentionPlace, options: RetainOptions): Retention {
  const {
    intervalMs = 3_600_000,
    signal,
    onError,
    onRound,
    ...rest
  } = checkArguments(options, 'options');
  checkInteger(intervalMs, 'intervalMs', 1, MOST_MS);
  checkTrimming(place, rest);
  checkFunction(onError, 'onError');
  if (onRound !== undefined) checkFunction(onRound, 'onRound');
  const end = new AbortController();
  const ends = [end.signal, checkSignal(signal), place.signal].filter((one) => one !== undefined);
  const until = AbortSignal.any(ends);
  const round = async (): Promise<void> => {
    try {
      const report = await trimSessions(place, { ...rest, signal: until });
      onRound?.(report);
    } catch (error) {
      if (!until.aborted) onError(error);
    }
  };
  const rounds = repeat(round, intervalMs, until);
  const stop = async (): Promise<void> => {
    end.abort();
    await rounds;
  };
  return { stop, [Symbol.asyncDispose]: stop };
}

async function repeat(
  round: () => Promise<void>,
  intervalMs: number,
  until: AbortSignal,
): Promise<void> {
  while (!until.aborted) {
    await round();
    await pause(intervalMs, until);
  }
}

/** A pause that keeps no process alive. */
async function pause(milliseconds: number, until: AbortSignal): Promise<void> {
  if (until.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  // Where there is no Node, a timer is a number.
  if (typeof timer === 'object') timer.unref();
  until.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}
