/**
 * Documents in a SQLite file, read and written past the store as another program would.
 *
 * @module
 */
import type { DatabaseSync } from 'node:sqlite';

import type { SessionDocument } from '../../src/document/document.ts';

/**
 * Gives the document at a key, put together by the view of the file, or null.
 */
export function readSqliteDocument(database: DatabaseSync, key: string): unknown {
  const sql = 'SELECT document FROM documents WHERE key = ?';
  const row = database.prepare(sql).get(key) as { document: string } | undefined;
  return row === undefined ? null : JSON.parse(row.document);
}

/**
 * Puts a document at a key.
 */
export function writeSqliteDocument(database: DatabaseSync, key: string, document: unknown): void {
  const { messages, ...head } = document as SessionDocument;
  database.exec('BEGIN IMMEDIATE');
  database.prepare('DELETE FROM sessions WHERE key = ?').run(key);
  const { lastInsertRowid } = database
    .prepare('INSERT INTO sessions (key, head) VALUES (?, ?)')
    .run(key, JSON.stringify(head));
  const insert = database.prepare('INSERT INTO entries (id, entry) VALUES (? << 32 | ?, ?)');
  for (const [position, entry] of messages.entries()) {
    insert.run(lastInsertRowid, position, JSON.stringify(entry));
  }
  database.exec('COMMIT');
}
