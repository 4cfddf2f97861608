/**
 * Whole documents that become sessions: put together out of sight, in transactions that hold nobody up,
 * and put in their place by one more.
 *
 * @module
 */
import { type CompleteHead, completeHead } from '../../document/head-changes.ts';
import { incarnationOf, isSameLife } from '../../document/incarnation.ts';
import { checkLock } from '../../document/lock.ts';
import { hasCode, SessionExistsError, StoreUnavailableError } from '../../errors.ts';
import { randomHex } from '../../random-ids.ts';
import type { RestoreParams, WriteResult } from '../../store.ts';
import { clock } from './clock.ts';
import type { Database } from './database.ts';
import type { EntryRows } from './entry-rows.ts';
import type { SessionRows } from './session-rows.ts';
import { parseStoredHead, type StoredHead } from './stored-head.ts';

/** Entries of one transaction: a few milliseconds. */
const STEP = 1000;

/** Begins the keys of what is put together: no key of a session begins so. */
const STAGED_PREFIX = 'trash:';

/** The rows that a document is put together from. */
interface Rows {
  readonly database: Database;
  readonly sessions: SessionRows;
  readonly entries: EntryRows;
}

/** A session that nobody finds yet. */
interface Staged {
  readonly id: number;
  readonly head: CompleteHead;
}

/**
 * Makes a session of a document.
 *
 * @throws {@link SessionExistsError} (`session_exists`), `SessionLockedError` (`session_locked`).
 */
export async function restoreDocument(rows: Rows, params: RestoreParams): Promise<WriteResult> {
  const { database, sessions } = rows;
  const { messages: _messages, ...fields } = params.document;
  const head = completeHead(fields, null);
  const key = `${STAGED_PREFIX}${randomHex(16)}`;
  const id = await database.write(() => {
    sessions.purge();
    return sessions.stage(key, head);
  }, params);
  try {
    await stageEntries(rows, { id, head }, params);
    return await database.write(() => putInPlace(rows, { id, head }, params), params);
  } catch (error) {
    // Whatever has ended the call. What cannot be removed expires.
    await database.write(() => sessions.remove(id)).catch(() => {});
    throw error;
  }
}

async function stageEntries(
  { database, entries }: Rows,
  { id, head }: Staged,
  params: RestoreParams,
): Promise<void> {
  const { messages } = params.document;
  for (let totals = { length: 0, bytes: 0 }; totals.length < messages.length;) {
    const before = totals;
    const step = messages.slice(before.length, before.length + STEP);
    totals = await database.write(() => entries.put(id, before, step, head.updated_at), params);
  }
}

function putInPlace({ sessions }: Rows, { id, head }: Staged, params: RestoreParams): WriteResult {
  const { incarnation, bytes } = head.state;
  const now = clock();
  const row = sessions.row(params);
  const found = row === null ? null : readable(row.head, params);
  if (found !== null && incarnationOf(found) === incarnation) {
    sessions.remove(id);
    return { repeated: true, incarnation, time: found.created_at };
  }
  if (found !== null) checkReplaced(found, params, now);
  const { expiresIn, isNew } = params;
  const expiresAt = expiresIn === null ? null : now + expiresIn;
  const placed = isNew ? begunNow(head, now) : head;
  if (!sessions.unstage(params, { id, head: placed, expiresAt })) {
    throw new StoreUnavailableError('The document is gone that was to become the session');
  }
  return { incarnation, time: now, ...(bytes !== undefined && { bytes }) };
}

/** What cannot be read is not replaced. */
function readable(text: string, { sessionId }: RestoreParams): StoredHead['head'] {
  try {
    return parseStoredHead(text, sessionId).head;
  } catch (error) {
    throw hasCode(error, 'corrupt_document') ? new SessionExistsError(sessionId) : error;
  }
}

function checkReplaced(
  head: StoredHead['head'],
  { replaces, sessionId }: RestoreParams,
  now: number,
): void {
  const mayGo = replaces !== null && isSameLife(head, replaces);
  if (!mayGo) throw new SessionExistsError(sessionId);
  checkLock(head, { sessionId }, now);
}

function begunNow(head: CompleteHead, now: number): CompleteHead {
  const begun = { ...head, created_at: now, updated_at: now };
  return head.fork === undefined ? begun : { ...begun, fork: { ...head.fork, time: now } };
}
