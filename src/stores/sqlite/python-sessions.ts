/**
 * Sessions that the SDK for Python keeps in a SQLite file, read to be imported.
 *
 * @module
 */
import { Deadline } from '../../deadline.ts';
import type { ForeignSession } from '../../transfer/foreign-session.ts';
import { parseItems } from '../foreign-items.ts';
import { attempt } from './attempt.ts';

const TIMEOUT_MS = 5000;
const SESSIONS = `SELECT session_id AS id, unixepoch(created_at) AS created,
  unixepoch(updated_at) AS updated FROM agent_sessions ORDER BY session_id`;
const MESSAGES = `SELECT message_data AS text, unixepoch(created_at) AS time FROM agent_messages
  WHERE session_id = ? ORDER BY id`;

/**
 * Gives the sessions that the class `SQLiteSession` of the SDK for Python keeps in a file, in its usual
 * tables, one after the other. Nothing is written to the file.
 *
 * @param path - The file.
 * @yields each session, with its items as they were when it was read.
 * @throws `StoreUnavailableError` (`store_unavailable`) when it is no such file, or is busy for 5 seconds.
 *
 * @example
 * ```ts
 * import { pythonSqliteSessions } from 'agents-json-session/sqlite';
 * import { importFrom } from 'agents-json-session/transfer';
 *
 * const url = 'redis://localhost:6379';
 * for await (const result of importFrom(pythonSqliteSessions('conversations.db'), { url })) {
 *   console.log(result.sessionId, result.status);
 * }
 * ```
 */
export async function* pythonSqliteSessions(path: string): AsyncGenerator<ForeignSession> {
  const { DatabaseSync } = await import('node:sqlite');
  const tried = <T>(work: () => T): Promise<T> => attempt(path, new Deadline(TIMEOUT_MS), work);
  const database = await tried(() => new DatabaseSync(path, { readOnly: true }));
  try {
    const [sessions, messages] = await tried(() => [
      database.prepare(SESSIONS).all(),
      database.prepare(MESSAGES),
    ]);
    for (const { id, created, updated } of sessions) {
      const rows = await tried(() => messages.all(String(id)));
      const texts = rows.map(({ text, time }) => ({ text: String(text), time: seconds(time) }));
      yield {
        sessionId: String(id),
        form: 'python',
        ...parseItems(texts),
        createdAt: seconds(created),
        updatedAt: seconds(updated),
        expiresIn: null,
      };
    }
  } finally {
    database.close();
  }
}

function seconds(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
