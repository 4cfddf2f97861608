/**
 * Keys beside a session: of what is too long to be freed at once, and of which lives were deleted.
 *
 * @module
 */
import { SessionError } from '../../../errors.ts';
import { randomHex } from '../../../random-ids.ts';
import type { Deadline } from '../../../deadline.ts';
import { besidePrefix, besideSession, type SessionName } from '../beside-session.ts';
import type { RedisCommander } from '../clients/commander.ts';
import { trim } from '../scripts.generated.ts';

/** Entries that are freed at once: well under a millisecond of the server's time. */
const STEP = 500;

/**
 * Gives a key for a long history that is to be freed, in the slot of the session.
 */
export function trashKey(session: SessionName): string {
  return `${besideSession('trash', session)}:${randomHex(8)}`;
}

/**
 * Gives the key at which deleted lives of a session are remembered, in its slot.
 */
export function deletedLivesKey(session: SessionName): string {
  return `${besideSession('trash', session)}:lives`;
}

/**
 * Frees a document in the trash, step by step. What is left when the time is up or the connection is
 * lost goes when the key expires.
 */
export async function emptyTrash(
  commander: RedisCommander,
  key: string,
  deadline: Deadline,
): Promise<void> {
  const step = { script: trim, key, args: [String(STEP)], readOnly: false, durable: false };
  const call = { ...step, operationId: '', deadline };
  try {
    for (let left = 1; left > 0;) left = Number((await commander.run(call)).reply);
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
  }
}

/**
 * Gives what such keys of the sessions of a prefix begin with.
 */
export function trashPrefix(keyPrefix: string): string {
  return besidePrefix('trash', keyPrefix);
}
