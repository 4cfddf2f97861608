/**
 * What a caller expects of a session, as writes and reads check it. The scripts of the Redis store
 * check the same on the server (`expectation.lua`).
 *
 * @module
 */
import type { DocumentHead } from './document.ts';
import { SessionExpiredError, SessionNotFoundError } from '../errors.ts';
import { isSameLife } from './incarnation.ts';
import type { SessionExpectation } from '../store.ts';

/**
 * The failure for a session that is not there.
 */
export function missingSession(
  sessionId: string,
  expect: SessionExpectation,
): SessionNotFoundError | SessionExpiredError {
  return expect.incarnation === null
    ? new SessionNotFoundError(sessionId)
    : new SessionExpiredError(sessionId);
}

/**
 * Checks that a session is the one that the caller has seen or, when it has seen none, belongs to the
 * owner that it expects.
 *
 * @throws {@link SessionExpiredError} (`session_expired`), {@link SessionNotFoundError}
 * (`session_not_found`).
 */
export function checkExpectation(
  head: DocumentHead,
  expect: SessionExpectation,
  sessionId: string,
): void {
  const { incarnation, userId } = expect;
  if (incarnation !== null) {
    if (!isSameLife(head, incarnation)) throw new SessionExpiredError(sessionId);
  } else if (userId !== null && head.user_id !== userId) {
    throw new SessionNotFoundError(sessionId);
  }
}
