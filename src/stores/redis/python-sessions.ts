/**
 * Sessions that the SDK for Python keeps in Redis, read to be imported.
 *
 * @module
 */
import { checkSignal, checkTimeout, Deadline } from '../../deadline.ts';
import type { CallOptions } from '../../session/call-options.ts';
import { checkArguments } from '../../session/input-validation.ts';
import { checkPrefix } from '../../session/opening/session-options.ts';
import type { ForeignSession } from '../../transfer/foreign-session.ts';
import { parseItems } from '../foreign-items.ts';
import { type RedisClientLike, toSender } from './clients/client.ts';
import { RedisCommander } from './clients/commander.ts';
import { KeyScan } from './directory/session-scan.ts';
import { replyText, replyTexts } from './clients/reply.ts';

/**
 * Options of {@link pythonRedisSessions}.
 */
export interface PythonRedisSessionsOptions extends CallOptions {
  /**
   * `key_prefix` of the Python class.
   *
   * @defaultValue `'agents:session'`
   */
  keyPrefix?: string | undefined;
  /**
   * Milliseconds that each step may take: finding some keys, reading one session.
   *
   * @defaultValue 5000
   */
  timeoutMs?: number | undefined;
}

/**
 * Gives the sessions that the class `RedisSession` of the SDK for Python keeps in Redis, in no order. Its
 * keys are found with SCAN, on every master of a cluster. Nothing is written. A user with few rights needs
 * `+scan`, `+hmget`, `+lrange` and `+pttl` on them.
 *
 * @param client - As `RedisStore` takes it.
 * @yields each session once, with its items as they were when it was read.
 * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong; `StoreUnavailableError`
 * (`store_unavailable`), `CallAbortedError` (`aborted`).
 *
 * @example
 * ```ts
 * import { createClient } from 'redis';
 * import { pythonRedisSessions } from 'agents-json-session/redis';
 * import { importFrom } from 'agents-json-session/transfer';
 *
 * const client = await createClient().connect();
 * for await (const result of importFrom(pythonRedisSessions(client), { url: 'sqlite:all.db' })) {
 *   console.log(result.sessionId, result.status);
 * }
 * ```
 */
export async function* pythonRedisSessions(
  client: RedisClientLike,
  options: PythonRedisSessionsOptions = {},
): AsyncGenerator<ForeignSession> {
  const { keyPrefix = 'agents:session', timeoutMs, signal } = checkArguments(options, 'options');
  const prefix = `${checkPrefix(keyPrefix)}:`;
  checkSignal(signal);
  const limit = checkTimeout(timeoutMs);
  const commander = new RedisCommander(toSender(client));
  const scan = new KeyScan(client, commander, { keyPrefix: prefix, type: 'hash' });
  const seen = new Set<string>();
  for (;;) {
    const keys = await scan.next(new Deadline(limit, signal));
    if (keys === null) return;
    for (const key of keys) {
      if (seen.has(key)) continue;
      seen.add(key);
      const session = await readSession(commander, { key, prefix }, new Deadline(limit, signal));
      if (session !== null) yield session;
    }
  }
}

async function readSession(
  commander: RedisCommander,
  { key, prefix }: { readonly key: string; readonly prefix: string },
  deadline: Deadline,
): Promise<ForeignSession | null> {
  const fields = ['session_id', 'created_at', 'updated_at'];
  const reply = await commander.read(key, ['HMGET', key, ...fields], deadline);
  const [id, created, updated] = (Array.isArray(reply) ? reply : []).map(replyText);
  // Another program's hash.
  if (typeof id !== 'string' || `${prefix}${id}` !== key) return null;
  const list = `${key}:messages`;
  // In one command, as the Python class reads them, so that it is what was there at one moment.
  const values = await commander.read(list, ['LRANGE', list, '0', '-1'], deadline);
  const left = Number(await commander.read(list, ['PTTL', list], deadline));
  const texts = replyTexts(values).map((text) => ({ text, time: null }));
  return {
    sessionId: id,
    form: 'python',
    ...parseItems(texts),
    createdAt: seconds(created),
    updatedAt: seconds(updated),
    expiresIn: left >= 0 ? left / 1000 : null,
  };
}

function seconds(text: string | null | undefined): number | null {
  const value = Number(text ?? Number.NaN);
  return Number.isFinite(value) && value >= 0 ? value : null;
}
