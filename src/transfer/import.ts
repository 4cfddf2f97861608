/**
 * Sessions from lines of JSON.
 *
 * @module
 */
import type { CallOptions } from '../session/call-options.ts';
import { checkArguments, checkBoolean, checkId } from '../session/input-validation.ts';
import { InvalidInputError } from '../errors.ts';
import { fromLine } from './line.ts';
import { type PlacingStatus, place } from './placing.ts';
import { type SessionPlace, withHandle } from './source.ts';

/**
 * Options of `importSessions`.
 */
export interface ImportOptions extends SessionPlace, CallOptions {
  /**
   * Whether a session that is there may be replaced; its messages are then gone.
   *
   * @defaultValue `false`: it is an error
   */
  overwrite?: boolean | undefined;
}

/**
 * Options of `importSession`.
 */
export interface ImportSessionOptions extends ImportOptions {
  /**
   * The id that the session gets.
   *
   * @defaultValue the one that it had
   */
  sessionId?: string | undefined;
  /**
   * The number of the line, for errors.
   *
   * @defaultValue 1
   */
  line?: number | undefined;
}

/**
 * What became of a line.
 */
export interface ImportResult {
  readonly sessionId: string;
  /** `'unchanged'` where the line was imported before. */
  readonly status: PlacingStatus;
  /** The messages in the line. */
  readonly messageCount: number;
}

/**
 * Makes a session of a line that `exportSession` gave, in any store. It appears whole or not at all, with
 * a new incarnation, and lives as long as it would have. Imported again, the same line is a success that
 * changes nothing, also where the session has gone on since; with `overwrite` it is then replaced.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the line and the field that is wrong: of another
 * format, changed or cut, or not as the schema of documents says. Nothing is written then.
 * @throws `SessionExistsError` (`session_exists`) where another session is there, without `overwrite`.
 * @throws `SessionLockedError` (`session_locked`) where the one to replace is somebody's for now;
 * `UnsupportedSchemaError` (`unsupported_schema`) where a newer release has written it, or the line.
 *
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs';
 * import { createInterface } from 'node:readline';
 * import { importSession } from 'agents-json-session/transfer';
 *
 * const lines = createInterface({ input: createReadStream('sessions.jsonl') });
 * for await (const line of lines) {
 *   const { sessionId, status } = await importSession(line, { url: 'redis://localhost:6379' });
 *   console.log(sessionId, status);
 * }
 * ```
 */
export async function importSession(
  line: string,
  options: ImportSessionOptions = {},
): Promise<ImportResult> {
  const {
    sessionId: given,
    overwrite: mayReplace = false,
    line: at = 1,
  } = checkArguments(options, 'options');
  const overwrite = checkBoolean(mayReplace, 'overwrite');
  if (typeof line !== 'string') throw new InvalidInputError(`line ${at}`, 'must be a string');
  const exported = await fromLine(line, at);
  const { document } = exported;
  const sessionId = given === undefined ? idIn(document, at) : checkId(given, 'sessionId');
  const { url, store, keyPrefix, durability, lingerMs, encryption, timeoutMs, signal } = options;
  const target = { url, store, keyPrefix, durability, lingerMs, encryption, sessionId };
  return withHandle(target, async (handle) => {
    const deadline = handle.newDeadline({ timeoutMs, signal });
    const status = await place(handle, exported, { sessionId, overwrite, deadline });
    return { sessionId, status, messageCount: document.messages.length };
  });
}

/**
 * Imports lines one after the other; empty ones are passed over. What was imported before an error stays,
 * so the same lines can be imported again.
 *
 * @yields what became of each line.
 * @throws as `importSession` does, with the number of the line.
 *
 * @example
 * ```ts
 * import { SqliteStore } from 'agents-json-session/sqlite';
 * import { exportSessions, importSessions } from 'agents-json-session/transfer';
 *
 * const store = await SqliteStore.open('archive.db');
 * const lines = exportSessions([{ sessionId: 'chat-1' }, { sessionId: 'chat-2' }]);
 * for await (const { sessionId, status } of importSessions(lines, { store })) {
 *   console.log(sessionId, status);
 * }
 * await store.close();
 * ```
 */
export async function* importSessions(
  lines: Iterable<string> | AsyncIterable<string>,
  options: ImportOptions = {},
): AsyncGenerator<ImportResult> {
  let at = 0;
  for await (const line of lines) {
    at += 1;
    if (typeof line !== 'string' || line.trim() !== '') {
      yield await importSession(line, { ...options, line: at });
    }
  }
}

function idIn({ session_id: id }: { session_id: string }, at: number): string {
  return checkId(id, `line ${at}: document.session_id`);
}
