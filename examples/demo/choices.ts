/**
 * Which store and which model the demo uses, and why.
 *
 * @module
 */
import { getDefaultModel } from '@openai/agents';

/** Where the package keeps sessions when it is told nothing. */
export const SQLITE_FILE = '.json-session/sessions.db';

/** The server to use, or nothing for the embedded store. */
export function redisUrl(): string | undefined {
  return process.env['REDIS_URL'] === '' ? undefined : process.env['REDIS_URL'];
}

export function usesRealModel(): boolean {
  return Boolean(process.env['OPENAI_API_KEY']);
}

/** The package makes this choice itself; this only says it. */
export function chosenStore(): string {
  const url = redisUrl();
  if (url === undefined) return `SQLite file ${SQLITE_FILE} (REDIS_URL is not set)`;
  // Without user and password.
  const host = URL.parse(url)?.host;
  return `Redis${host === undefined ? '' : ` at ${host}`} (REDIS_URL is set)`;
}

export function chosenModel(): string {
  return usesRealModel()
    ? `${getDefaultModel()} of OpenAI (OPENAI_API_KEY is set)`
    : "the Agents SDK's ScriptedModel (OPENAI_API_KEY is not set)";
}
