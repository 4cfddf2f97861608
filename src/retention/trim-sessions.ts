/**
 * Removing what is old, or too much, from many sessions.
 *
 * @module
 */
import { codeOfOne } from '../errors/code-of-one.ts';
import type { WalkedSession } from '../directory/listed-session.ts';
import { checkQuery, type SessionQuery } from '../directory/query-options.ts';
import { SessionDirectory, type SessionDirectoryOptions } from '../directory/session-directory.ts';
import type { SessionErrorCode } from '../errors.ts';
import type { CallOptions } from '../session/call-options.ts';
import {
  checkArguments,
  checkBoolean,
  checkProgressListener,
} from '../session/input-validation.ts';
import { JSONSession } from '../session/session.ts';
import { checkRetention, type RetentionLimits, type TrimOptions } from './trim.ts';

/** What is no failure: the session has ended since it was found. */
const GONE: ReadonlySet<SessionErrorCode> = new Set(['session_not_found', 'session_expired']);

/**
 * Where the sessions are kept: as for `SessionDirectory`.
 */
export type RetentionPlace = SessionDirectoryOptions;

/**
 * How much is kept of which sessions, and what each step may take. Without a query all sessions of the
 * prefix are meant.
 */
export interface TrimSessionsOptions extends RetentionLimits, SessionQuery, CallOptions {
  /**
   * Milliseconds that each step may take: finding some sessions, trimming one.
   *
   * @defaultValue that of the place
   */
  timeoutMs?: number | undefined;
  /**
   * Whether it only says what would be removed.
   *
   * @defaultValue `false`
   */
  dryRun?: boolean | undefined;
  /** Told after each session how many were found so far. */
  onProgress?: ((found: number) => void) | undefined;
}

/**
 * A session that could not be trimmed.
 */
export interface TrimFailure {
  sessionId: string;
  /** The code of the error, for example `session_locked`. */
  code: string;
}

/**
 * What has become of the sessions.
 */
export interface TrimSessionsReport {
  /** Sessions that were there. */
  found: number;
  /** Sessions of which something was removed. */
  trimmed: number;
  /** Messages that were removed. */
  removed: number;
  failed: TrimFailure[];
}

/**
 * Trims every session that is there when it begins, one after the other, as `session.trim` does. A session
 * that cannot be trimmed, for example as it is locked, is in the report, and the others are trimmed all
 * the same. Of a session that cannot have too much, by its number of messages and its creation, no message
 * is read.
 *
 * @throws `InvalidInputError` (`invalid_input`) when neither limit is given, or an option is wrong;
 * `UnsupportedError` (`unsupported`) when the store cannot find sessions; `StoreUnavailableError`
 * (`store_unavailable`), `CallAbortedError` (`aborted`), `StoreClosedError` (`store_closed`): what was
 * trimmed by then stays trimmed, and another call goes on.
 *
 * @example
 * ```ts
 * import { trimSessions } from 'agents-json-session/retention';
 *
 * const place = { url: 'redis://localhost:6379' };
 * const { trimmed, failed } = await trimSessions(place, { maxAge: 90 * 86_400, agent: 'Support' });
 * console.log(`${trimmed} sessions are shorter now`, failed);
 * ```
 */
export async function trimSessions(
  place: RetentionPlace,
  options: TrimSessionsOptions,
): Promise<TrimSessionsReport> {
  const { limits, query, directory, dryRun } = checkTrimming(place, options);
  const { timeoutMs, signal } = query;
  const onProgress = checkProgressListener(options.onProgress);
  const report: TrimSessionsReport = { found: 0, trimmed: 0, removed: 0, failed: [] };
  await using opened = directory;
  for await (const session of opened.walk(query)) {
    report.found += 1;
    if (mayHaveTooMuch(session, limits)) {
      await trimOne(report, place, session.sessionId, {
        limits,
        call: { timeoutMs, signal, dryRun },
      });
    }
    onProgress(report.found);
  }
  return report;
}

/**
 * Checks what a trimming takes. The directory has opened nothing yet.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong.
 */
export function checkTrimming(
  place: RetentionPlace,
  options: TrimSessionsOptions,
): {
  readonly limits: RetentionLimits;
  readonly query: SessionQuery & CallOptions;
  readonly directory: SessionDirectory;
  readonly dryRun: boolean;
} {
  const { maxMessages, maxAge, dryRun = false, ...query } = checkArguments(options, 'options');
  const limits = checkRetention({ maxMessages, maxAge });
  checkQuery(query);
  return {
    limits,
    query,
    directory: new SessionDirectory(place),
    dryRun: checkBoolean(dryRun, 'dryRun'),
  };
}

async function trimOne(
  report: TrimSessionsReport,
  place: RetentionPlace,
  sessionId: string,
  { limits, call }: { readonly limits: RetentionLimits; readonly call: TrimOptions },
): Promise<void> {
  await using session = new JSONSession({ ...place, sessionId });
  try {
    const { removed } = await session.trim(limits, call);
    report.removed += removed;
    if (removed > 0) report.trimmed += 1;
  } catch (error) {
    const code = codeOfOne(error);
    if (!GONE.has(code)) report.failed.push({ sessionId, code });
  }
}

/** A fork has messages that are older than it is; of others the creation is the first of all times. */
function mayHaveTooMuch(
  { messageCount, createdAt, fork }: WalkedSession,
  { maxMessages, maxAge }: RetentionLimits,
): boolean {
  if (maxMessages !== undefined && messageCount > maxMessages) return true;
  return (
    maxAge !== undefined && (fork !== null || createdAt.getTime() < Date.now() - maxAge * 1000)
  );
}
