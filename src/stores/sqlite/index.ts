/**
 * The embedded store: sessions in one SQLite file.
 *
 * @module
 */
export { SqliteStore, type SqliteStoreOptions } from './sqlite-store.ts';
