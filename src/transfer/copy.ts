/**
 * Sessions from one store in another.
 *
 * @module
 */
import { CorruptDocumentError, SessionNotFoundError } from '../errors.ts';
import type { Deadline } from '../deadline.ts';
import type { SessionDocument } from '../document/document.ts';
import { sealedPartsOf } from '../encryption/sealed-parts.ts';
import type { CallOptions } from '../session/call-options.ts';
import type { SessionHandle } from '../session/session-handle.ts';
import { checkArguments, checkBoolean, checkId } from '../session/input-validation.ts';
import type { ImportResult } from './import.ts';
import { asExported } from './line.ts';
import { place } from './placing.ts';
import { findDifference, isSameNumber } from './same-content.ts';
import { encryptionOf, type SessionPlace, type SessionSource, withHandle } from './source.ts';

/**
 * Where a copy goes.
 */
export interface CopyTarget extends Omit<SessionPlace, 'encryption'> {
  /**
   * The id of the copy.
   *
   * @defaultValue that of the session
   */
  sessionId?: string | undefined;
  /**
   * Whether a session that is there may be replaced; its messages are then gone.
   *
   * @defaultValue `false`: it is an error
   */
  overwrite?: boolean | undefined;
  /**
   * How the copy is encrypted; null for not at all, unless the store does so by itself.
   *
   * @defaultValue as the store does, else as the session is
   */
  encryption?: SessionPlace['encryption'] | null;
}

/**
 * Copies a session to another store, or under another id, with everything that is stored of it, and reads
 * the copy to compare the two. The copy has an incarnation of its own and lives as long as the session
 * would have. Copied again without a change in between, it is a success that changes nothing. Numbers are
 * the same to 15 digits: RedisJSON keeps no more of some.
 *
 * @throws as `exportSession` and `importSession` do; `CorruptDocumentError` (`corrupt_document`) naming the
 * field in which the copy differs. It is removed then.
 *
 * @example
 * ```ts
 * import { copySession } from 'agents-json-session/transfer';
 *
 * const from = { sessionId: 'chat-1', url: 'redis://localhost:6379' };
 * const { status, messageCount } = await copySession(from, { url: 'sqlite:archive.db' });
 * console.log(`${status}: ${messageCount} messages`);
 * ```
 */
export async function copySession(
  from: SessionSource,
  to: CopyTarget,
  options: CallOptions = {},
): Promise<ImportResult> {
  const { sessionId: given, overwrite: mayReplace = false, ...target } = checkArguments(to, 'to');
  const overwrite = checkBoolean(mayReplace, 'overwrite');
  const sessionId = given === undefined ? from.sessionId : checkId(given, 'sessionId');
  const found = await withHandle(from, async (handle) =>
    handle.readWhole(handle.newDeadline(options)),
  );
  if (found === null) throw new SessionNotFoundError(from.sessionId);
  const { document } = found;
  const encryption = encryptionFor(to, from);
  return withHandle({ ...target, sessionId, encryption }, async (handle) => {
    const deadline = handle.newDeadline(options);
    const exported = await asExported(found);
    const status = await place(handle, exported, { sessionId, overwrite, deadline });
    if (status !== 'unchanged')
      await verify(handle, { ...document, session_id: sessionId }, deadline);
    return { sessionId, status, messageCount: document.messages.length };
  });
}

function encryptionFor(
  { encryption, store }: CopyTarget,
  from: SessionSource,
): SessionPlace['encryption'] {
  if (encryption === null) return undefined;
  const encryptsItself = store !== undefined && sealedPartsOf(store) !== undefined;
  return encryption ?? (encryptsItself ? undefined : encryptionOf(from));
}

async function verify(
  handle: SessionHandle,
  document: SessionDocument,
  deadline: Deadline,
): Promise<void> {
  const copy = (await handle.readWhole(deadline))?.document;
  // Who has deleted or changed it in the meantime has seen it.
  if (copy === undefined || isLater(copy.updated_at, document.updated_at)) return;
  const field = findDifference(document, copy);
  if (field === null) return;
  await handle.delete(deadline);
  throw new CorruptDocumentError(document.session_id, field);
}

function isLater(one: number, other: number): boolean {
  return one > other && !isSameNumber(one, other);
}
