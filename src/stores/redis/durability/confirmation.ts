/**
 * Asking a server whether what a connection wrote is on a replica, or on disk.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import { type SessionError, StoreUnavailableError } from '../../../errors.ts';
import { classifyFailure, failureName } from '../clients/failure.ts';
import { NotSentError, type RedisConnection } from './connection.ts';

/** What can be waited for. */
export type WaitedFor = 'replicated' | 'fsync';

/** Servers look at the time of those who wait ten times a second. */
const MARGIN_MS = 150;

const NO_FILE = 'appendonly is disabled';
const IS_REPLICA = 'cannot be used with replica';

/** Where a write is then, for errors. */
export const PLACES: Readonly<Record<WaitedFor, string>> = {
  replicated: 'on a replica',
  fsync: 'on disk',
};

/**
 * Checks on a new connection that the server can be asked at all, before anything is written.
 *
 * @throws {@link StoreUnavailableError} (`store_unavailable`) when it cannot, and would not later;
 * {@link NotSentError} when it is worth trying again.
 */
export async function checkConfirmable(
  connection: RedisConnection,
  what: WaitedFor,
  deadline: Deadline,
): Promise<void> {
  const args = what === 'fsync' ? ['WAITAOF', '1', '0', '1'] : ['WAIT', '0', '1'];
  try {
    await deadline.limit(connection.send(args));
  } catch (error) {
    throw failureOf(error, args[0] ?? '');
  }
}

/**
 * Waits until what was written on the connection is where it has to be, and says whether it is.
 */
export async function confirm(
  connection: RedisConnection,
  what: WaitedFor,
  deadline: Deadline,
): Promise<boolean> {
  const { remaining } = deadline;
  const left = String(Math.max(1, Math.floor(Math.max(remaining - MARGIN_MS, remaining / 2))));
  const args = what === 'fsync' ? ['WAITAOF', '1', '0', left] : ['WAIT', '1', left];
  const reply = await deadline.limit(connection.send(args));
  const counts: unknown[] = Array.isArray(reply) ? reply : [reply];
  return Number(counts[0]) >= 1;
}

function failureOf(error: unknown, command: string): SessionError | NotSentError {
  const message = error instanceof Error ? error.message : '';
  if (message.includes(NO_FILE)) {
    const text =
      "Redis has no append-only file, so durability 'fsync' needs its setting appendonly yes";
    return new StoreUnavailableError(text);
  }
  const kind = classifyFailure(error);
  const name = failureName(error);
  if (kind === 'no-json') return new StoreUnavailableError(`Redis does not know ${command}`);
  if (kind !== 'refused' || message.includes(IS_REPLICA)) return new NotSentError(name);
  return new StoreUnavailableError(`Redis refused ${command} (${name})`);
}
