/**
 * Making a new handle ready for use.
 *
 * @module
 */
import { hasCode, SessionExpiredError } from '../../errors.ts';
import type { SessionHandle } from '../session-handle.ts';
import { partsOf } from '../session-parts.ts';

/** As much of a session as opening it takes. */
interface Openable {
  readonly sessionId: string;
  create(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Prepares a handle and gives it. One that could not be made ready must not hold on to a connection.
 */
export async function readySession<S extends Pick<Openable, 'close'>>(
  session: S,
  prepare: (session: S) => Promise<void>,
): Promise<S> {
  try {
    await prepare(session);
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

/**
 * Loads the session of a handle, or creates it when it is not there.
 */
export async function loadOrCreate(session: Openable): Promise<void> {
  const { handle } = partsOf(session);
  await handle.within(handle.newDeadline(), async () => {
    if (await handle.load(handle.newDeadline())) return;
    try {
      await session.create();
    } catch (error) {
      // Whoever made it: one is there.
      if (hasCode(error, 'outcome_unknown') && (await isThere(handle))) return;
      if (!hasCode(error, 'session_exists')) throw error;
      // Someone else created it in between.
      if (!(await handle.load(handle.newDeadline())))
        throw new SessionExpiredError(session.sessionId);
    }
  });
}

/** Says no where that cannot be found out. */
async function isThere(handle: SessionHandle): Promise<boolean> {
  try {
    return await handle.load(handle.newDeadline());
  } catch {
    return false;
  }
}
