/**
 * Which store and which model the demo uses, and why.
 *
 * @module
 */
import { getDefaultModel } from '@openai/agents';
import { defaultStoreUrl } from 'agents-json-session';

const SQLITE = 'sqlite:';

/** The SQLite file of the embedded store, or nothing where the session is kept in Redis. */
export function sqliteFile(): string | undefined {
  const url = defaultStoreUrl();
  return url.startsWith(SQLITE) ? url.slice(SQLITE.length) : undefined;
}

export function usesRealModel(): boolean {
  return Boolean(process.env['OPENAI_API_KEY']);
}

/** The package makes this choice itself; this only says it. */
export function chosenStore(): string {
  const file = sqliteFile();
  if (file !== undefined) return `SQLite file ${file} (REDIS_URL is not set)`;
  // Without user and password.
  const host = URL.parse(defaultStoreUrl())?.host;
  return `Redis${host === undefined ? '' : ` at ${host}`} (REDIS_URL is set)`;
}

export function chosenModel(): string {
  return usesRealModel()
    ? `${getDefaultModel()} of OpenAI (OPENAI_API_KEY is set)`
    : "the Agents SDK's ScriptedModel (OPENAI_API_KEY is not set)";
}
