/**
 * New messages of a session as they come.
 *
 * @module
 */
import { hasCode } from '../errors.ts';
import type { JSONSession, Message, SessionMetadata } from '../index.ts';
import type { SessionChanges } from '../following/session-changes.ts';

/** Messages that are known by their ids, for when the last of them is removed. */
const KNOWN = 1000;

/**
 * Gives each message that is added from now on. It asks for the version of the session, and for
 * messages only where that has changed.
 *
 * @param shown - Messages that are known already.
 * @param changes - Says when to ask again.
 * @yields each message once.
 * @throws `SessionExpiredError` (`session_expired`) when the session is gone.
 */
export async function* followMessages(
  session: JSONSession,
  shown: readonly Message[],
  changes: SessionChanges,
): AsyncGenerator<Message> {
  let known = shown.slice(-KNOWN);
  let version = '';
  for (;;) {
    await changes.watch();
    const seen = versionOf(await session.getMetadata());
    if (seen !== version) {
      const added = await addedSince(session, known);
      yield* added;
      known = [...known, ...added].slice(-KNOWN);
      version = seen;
    }
    await changes.next();
  }
}

function versionOf({ updatedAt, messageCount, totalTokens }: SessionMetadata): string {
  return [updatedAt.getTime(), messageCount, totalTokens].join(' ');
}

async function addedSince(session: JSONSession, known: readonly Message[]): Promise<Message[]> {
  const last = known.at(-1);
  if (last === undefined) return session.getMessages();
  try {
    return await session.getMessages({ since: last.id });
  } catch (error) {
    if (!hasCode(error, 'invalid_input')) throw error;
    return newAmong(await session.getMessages({ limit: KNOWN }), known, last);
  }
}

/** Where the last known message has been removed: what stands behind the newest one that is left. */
function newAmong(messages: Message[], known: readonly Message[], last: Message): Message[] {
  const ids = new Set(known.map(({ id }) => id));
  const newest = messages.findLastIndex(({ id }) => ids.has(id));
  if (newest >= 0) return messages.slice(newest + 1);
  return messages.filter(({ timestamp }) => timestamp >= last.timestamp);
}
