/**
 * Sessions as lines of JSON.
 *
 * @module
 */
import { hasCode, SessionNotFoundError } from '../errors.ts';
import type { CallOptions } from '../session/call-options.ts';
import { asExported, toLine } from './line.ts';
import { type SessionSource, withHandle } from './source.ts';

/**
 * Options of `exportSessions`.
 */
export interface ExportSessionsOptions extends CallOptions {
  /**
   * What happens where a session is not there: an error, or nothing, as it may have expired since it was
   * listed.
   *
   * @defaultValue `'error'`
   */
  missing?: 'error' | 'skip' | undefined;
}

/**
 * Gives a session as one line of JSON, without a line break: its document as it was at one moment, the
 * seconds that it still lives, the version of the format, and a checksum over all of it. The lock of the
 * session and what it knows of its writers are left out.
 *
 * @param source - The session, or its id and where it is kept.
 * @throws `SessionNotFoundError` (`session_not_found`) when there is no such session;
 * `UnsupportedSchemaError` (`unsupported_schema`) when a newer release has written it; else what reads
 * of the session throw.
 *
 * @example
 * ```ts
 * import { appendFileSync } from 'node:fs';
 * import { JSONSession } from 'agents-json-session';
 * import { exportSession } from 'agents-json-session/transfer';
 *
 * await using session = await JSONSession.load('chat-1');
 * appendFileSync('sessions.jsonl', `${await exportSession(session)}\n`);
 * ```
 */
export async function exportSession(
  source: SessionSource,
  options: CallOptions = {},
): Promise<string> {
  return withHandle(source, async (handle) => {
    const found = await handle.readWhole(handle.newDeadline(options));
    if (found === null) throw new SessionNotFoundError(source.sessionId);
    return toLine(await asExported(found));
  });
}

/**
 * Gives sessions as lines of JSON, one after the other: each is read when its line is asked for.
 *
 * @yields what `exportSession` gives, for each session that is there.
 * @throws as `exportSession` does.
 *
 * @example
 * ```ts
 * import { createWriteStream } from 'node:fs';
 * import { Readable } from 'node:stream';
 * import { pipeline } from 'node:stream/promises';
 * import { exportSessions } from 'agents-json-session/transfer';
 *
 * async function* lines() {
 *   const sources = ['chat-1', 'chat-2'].map((sessionId) => ({ sessionId }));
 *   for await (const line of exportSessions(sources)) yield `${line}\n`;
 * }
 * await pipeline(Readable.from(lines()), createWriteStream('sessions.jsonl'));
 * ```
 */
export async function* exportSessions(
  sources: Iterable<SessionSource> | AsyncIterable<SessionSource>,
  { missing = 'error', ...options }: ExportSessionsOptions = {},
): AsyncGenerator<string> {
  for await (const source of sources) {
    try {
      yield await exportSession(source, options);
    } catch (error) {
      if (missing === 'error' || !hasCode(error, 'session_not_found')) throw error;
    }
  }
}
