/**
 * The embedded store: sessions in one SQLite file.
 *
 * @module
 */
export { pythonSqliteSessions } from './python-sessions.ts';
export { SqliteStore, type SqliteStoreOptions } from './sqlite-store.ts';
