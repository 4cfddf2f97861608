/**
 * Putting a session that was somewhere else in its new place, once.
 *
 * @module
 */
import type { Deadline } from '../deadline.ts';
import type { SessionDocument } from '../document/document.ts';
import { incarnationOf } from '../document/incarnation.ts';
import { withNewLife } from '../document/new-life.ts';
import { hasCode, SessionExistsError } from '../errors.ts';
import { randomHex } from '../random-ids.ts';
import type { SessionHandle } from '../session/session-handle.ts';
import type { RestorableDocument } from '../store.ts';
import type { ExportedSession } from './line.ts';
import { isSameNumber } from './same-content.ts';

/**
 * What became of a session that was to be placed: it was not there before, it took the place of another
 * one, or it was there already.
 */
export type PlacingStatus = 'imported' | 'replaced' | 'unchanged';

/**
 * How to place a session.
 */
export interface Placing {
  readonly sessionId: string;
  /** Whether what is there may be replaced. */
  readonly overwrite: boolean;
  readonly deadline: Deadline;
}

/**
 * Makes the session of a document. One that stems from the same export is there already: it stays as it
 * is, unless it has changed since and may be overwritten.
 *
 * @throws {@link SessionExistsError} (`session_exists`) where another one is there that may not be
 * replaced.
 */
export async function place(
  handle: SessionHandle,
  exported: ExportedSession,
  { sessionId, overwrite, deadline }: Placing,
): Promise<PlacingStatus> {
  const document = placed(exported, sessionId);
  for (;;) {
    const found = await handle.readWhole(deadline, 'head');
    const there = found?.document ?? null;
    if (there !== null && isThereAlready(there, document, overwrite)) return 'unchanged';
    if (there !== null && !overwrite) throw new SessionExistsError(sessionId);
    const replaces = there === null ? null : incarnationOf(there);
    const { expiresIn } = exported;
    try {
      await handle.restore({ document, isNew: false, expiresIn, replaces }, deadline);
      return there === null ? 'imported' : 'replaced';
    } catch (error) {
      // Somebody has made one in between; what stands there now decides.
      if (!hasCode(error, 'session_exists') || deadline.passed) throw error;
    }
  }
}

function placed({ document, identity }: ExportedSession, sessionId: string): RestorableDocument {
  const origin = { checksum: identity, incarnation: incarnationOf(document) };
  const life = { incarnation: randomHex(16), ttl: document.state?.ttl ?? null };
  return withNewLife({ ...document, session_id: sessionId, import: origin }, life);
}

function isThereAlready(
  there: SessionDocument,
  document: RestorableDocument,
  overwrite: boolean,
): boolean {
  if (there.import?.checksum !== document.import?.checksum) return false;
  return !overwrite || isUntouched(there, document);
}

/** Every write changes the time, and most of them more. */
function isUntouched(there: SessionDocument, document: RestorableDocument): boolean {
  return (
    there.state?.generation === 0 &&
    there.metadata.message_count === document.messages.length &&
    isSameNumber(there.updated_at, document.updated_at)
  );
}
