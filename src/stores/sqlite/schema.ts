/**
 * Tables of the SQLite file.
 *
 * @module
 */

/** Version of the tables, kept in `user_version`. */
export const FORMAT = 2;

/**
 * Every session, with its newest entry where it has one.
 */
export const SESSIONS_AND_NEWEST_ENTRIES = `sessions LEFT JOIN entries ON entries.id = (
    SELECT id FROM entries WHERE id >= sessions.id << 32 AND id < sessions.id + 1 << 32
    ORDER BY id DESC LIMIT 1
  )`;

/**
 * Creates the tables of the first format. A session is one row with the document's head, its messages are a row each, in
 * the order of one number made of both, which SQLite finds and appends faster than two columns. The
 * view puts the document together as it would stand in Redis.
 *
 * An append that changes nothing but the time and the counters writes only the rows of its entries.
 * The last of them has the new values: `written_at`, the time of the write, and `bytes`, what the
 * entries up to there take. It counts for more than the head, which has those of the last write that
 * changed it.
 */
const SESSIONS_SQL = `
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  head TEXT NOT NULL,
  expires_at REAL
) STRICT;
CREATE INDEX sessions_by_expiry ON sessions (expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE entries (
  id INTEGER PRIMARY KEY,
  entry TEXT NOT NULL,
  written_at REAL,
  bytes INTEGER,
  session INTEGER GENERATED ALWAYS AS (id >> 32),
  position INTEGER GENERATED ALWAYS AS (id & 0xffffffff)
) STRICT;
CREATE TRIGGER entries_of_session AFTER DELETE ON sessions BEGIN
  DELETE FROM entries WHERE id >= old.id << 32 AND id < old.id + 1 << 32;
END;
CREATE VIEW current_sessions AS
  SELECT sessions.id, key, head, expires_at, written_at, bytes, ifnull(position + 1, 0) AS length
  FROM ${SESSIONS_AND_NEWEST_ENTRIES};
CREATE VIEW documents AS
  SELECT key, expires_at, json_set(
    iif(written_at IS NULL, head, json_set(
      head,
      '$.updated_at', max(written_at, ifnull(head ->> '$.updated_at', 0)),
      '$.metadata.message_count', length,
      '$.state.bytes', bytes
    )),
    '$.messages', json((
      SELECT json_group_array(json(entry) ORDER BY id) FROM entries
      WHERE id >= current_sessions.id << 32 AND id < current_sessions.id + 1 << 32
    ))
  ) AS document FROM current_sessions;
`;

/**
 * Adds what sessions are found by. Each is taken out of the head, whoever has written it: another
 * program can have put anything there, also what is no JSON.
 *
 * `updated_at` is that of the last write that changed the head, at most {@link HEAD_SECONDS} before the
 * last write to the session.
 */
const DIRECTORY_SQL = `
ALTER TABLE sessions ADD COLUMN user_id ANY GENERATED ALWAYS AS
  (iif(json_valid(head), head ->> '$.user_id', NULL));
ALTER TABLE sessions ADD COLUMN created_at ANY GENERATED ALWAYS AS
  (iif(json_valid(head), head ->> '$.created_at', NULL));
ALTER TABLE sessions ADD COLUMN updated_at ANY GENERATED ALWAYS AS (iif(json_valid(head), iif(
  typeof(head ->> '$.updated_at') IN ('integer', 'real'), head ->> '$.updated_at', head ->> '$.created_at'
), NULL));
ALTER TABLE sessions ADD COLUMN parent_id ANY GENERATED ALWAYS AS
  (iif(json_valid(head), head ->> '$.fork.session_id', NULL));
CREATE INDEX sessions_by_update ON sessions (updated_at);
CREATE INDEX sessions_by_creation ON sessions (created_at);
CREATE INDEX sessions_by_user ON sessions (user_id, updated_at);
CREATE INDEX sessions_by_parent ON sessions (parent_id) WHERE parent_id IS NOT NULL;
`;

/**
 * How old the head of a session can get, in seconds, before an append writes it though nothing but its
 * time has changed.
 */
export const HEAD_SECONDS = 60;

/** What makes each format out of the one before it. */
const STEPS = [SESSIONS_SQL, DIRECTORY_SQL];

/**
 * Gives what makes the tables of this release out of those of an earlier format, 0 for an empty file.
 */
export function schemaSql(format: number): string {
  return `${STEPS.slice(format).join('')}PRAGMA user_version = ${FORMAT};`;
}
