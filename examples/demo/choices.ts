/**
 * Which store the demo uses, and why.
 *
 * @module
 */
import { defaultStoreUrl } from 'agents-json-session';

const SQLITE = 'sqlite:';

/** The SQLite file of the embedded store, or nothing where the session is kept in Redis. */
export function sqliteFile(): string | undefined {
  const url = defaultStoreUrl();
  return url.startsWith(SQLITE) ? url.slice(SQLITE.length) : undefined;
}

/** The package makes this choice itself; this only says it. */
export function chosenStore(): string {
  const file = sqliteFile();
  if (file !== undefined) return `SQLite file ${file} (REDIS_URL is not set)`;
  // Without user and password.
  const host = URL.parse(defaultStoreUrl())?.host;
  return `Redis${host === undefined ? '' : ` at ${host}`} (REDIS_URL is set)`;
}
