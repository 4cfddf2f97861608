/**
 * Looks at the document of a session past the package, as any other program can.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { defaultStoreUrl } from 'agents-json-session';
import { createClient } from 'redis';
import { sqliteFile } from './choices.ts';

/**
 * Commands that show the document.
 */
export function lookCommands(sessionId: string): string[] {
  const demo = `npm run demo -- document ${sessionId}`;
  const cli = `redis-cli -u "$REDIS_URL" JSON.GET session:${sessionId}`;
  return sqliteFile() === undefined ? [demo, cli] : [demo];
}

/**
 * Gives the document, parsed.
 */
export async function readStoredDocument(sessionId: string): Promise<unknown> {
  const key = `session:${sessionId}`;
  const file = sqliteFile();
  const json =
    file === undefined ? await readFromRedis(defaultStoreUrl(), key) : readFromSqlite(file, key);
  if (json === null) throw new Error(`There is no document at ${key}`);
  return JSON.parse(json);
}

/** The view `documents` puts the rows of a session together as the document that Redis would hold. */
function readFromSqlite(file: string, key: string): string | null {
  if (!existsSync(file)) return null;
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const row = database.prepare('SELECT document FROM documents WHERE key = ?').get(key);
    return row === undefined ? null : String(row['document']);
  } finally {
    database.close();
  }
}

async function readFromRedis(url: string, key: string): Promise<string | null> {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on('error', () => {});
  await client.connect();
  try {
    return await client.sendCommand<string | null>(['JSON.GET', key]);
  } finally {
    client.destroy();
  }
}
