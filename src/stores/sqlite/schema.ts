/**
 * Tables of the SQLite file.
 *
 * @module
 */

/** Version of the tables, kept in `user_version`. */
export const FORMAT = 1;

/**
 * Creates the tables. A session is one row with the document's head, its messages are a row each; the
 * view puts the document together as it would stand in Redis.
 */
export const SCHEMA_SQL: string = `
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  head TEXT NOT NULL,
  expires_at REAL
) STRICT;
CREATE INDEX sessions_by_expiry ON sessions (expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE entries (
  session INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
  position INTEGER NOT NULL,
  entry TEXT NOT NULL,
  PRIMARY KEY (session, position)
) STRICT, WITHOUT ROWID;
CREATE VIEW documents AS
  SELECT key, expires_at, json_set(head, '$.messages', json((
    SELECT json_group_array(json(entry) ORDER BY position) FROM entries WHERE session = sessions.id
  ))) AS document FROM sessions;
PRAGMA user_version = ${FORMAT};
`;
