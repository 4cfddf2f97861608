/**
 * Looks at the document of a session past the package, as any other program can.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { createClient } from 'redis';
import { redisUrl, SQLITE_FILE } from './choices.ts';

/**
 * Commands that show the document.
 */
export function lookCommands(sessionId: string): string[] {
  const demo = `npm run demo -- document ${sessionId}`;
  const cli = `redis-cli -u "$REDIS_URL" JSON.GET session:${sessionId}`;
  return redisUrl() === undefined ? [demo] : [demo, cli];
}

/**
 * Gives the document, parsed.
 */
export async function readStoredDocument(sessionId: string): Promise<unknown> {
  const key = `session:${sessionId}`;
  const url = redisUrl();
  const json = url === undefined ? readFromSqlite(key) : await readFromRedis(url, key);
  if (json === null) throw new Error(`There is no document at ${key}`);
  return JSON.parse(json);
}

/** The view `documents` puts the rows of a session together as the document that Redis would hold. */
function readFromSqlite(key: string): string | null {
  if (!existsSync(SQLITE_FILE)) return null;
  const database = new DatabaseSync(SQLITE_FILE, { readOnly: true });
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
