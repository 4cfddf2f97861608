/**
 * Which session is read, and where one is written to.
 *
 * @module
 */
import { sealedPartsOf } from '../encryption/sealed-parts.ts';
import { hasParts, partsOf } from '../session/session-parts.ts';
import type { SessionHandle } from '../session/session-handle.ts';
import { JSONSession } from '../session/session.ts';
import type { JSONSessionOptions } from '../session/opening/session-options.ts';

/**
 * Where sessions are kept: options of a session without its id.
 */
export type SessionPlace = Pick<
  JSONSessionOptions,
  'url' | 'store' | 'keyPrefix' | 'durability' | 'lingerMs' | 'encryption'
>;

/**
 * A session to read: a handle on it, or its id and where it is kept. With a `userId`, one of another
 * owner is as good as not there.
 */
export type SessionSource =
  | JSONSession
  | (SessionPlace & { sessionId: string; userId?: string | undefined });

/**
 * How a session is encrypted where it is read, or undefined where it is not.
 */
export function encryptionOf(source: SessionSource): SessionPlace['encryption'] {
  const { encryption, store } = hasParts(source)
    ? partsOf(source).options
    : (source as SessionPlace);
  return (
    encryption ??
    (store === undefined || store === null ? undefined : sealedPartsOf(store)?.encryption)
  );
}

/** A long session takes more than an ordinary call may. */
const TIMEOUT_MS = 60_000;

/**
 * Runs a function with the handle of a session, and gives back what was opened for it.
 */
export async function withHandle<T>(
  source: SessionSource,
  run: (handle: SessionHandle) => Promise<T>,
): Promise<T> {
  if (hasParts(source)) return run(partsOf(source).handle);
  // What was made anew since it was read is another session, and no error.
  await using session = new JSONSession({
    ...(source as Exclude<SessionSource, JSONSession>),
    onExpired: 'restart',
    timeoutMs: TIMEOUT_MS,
  });
  return await run(partsOf(session).handle);
}
