/**
 * The keys of what messages are found by.
 *
 * @module
 */
import { besidePrefix, ownKeyBeside, type SessionName } from '../beside-session.ts';

/**
 * Gives the key of the hash that says how many messages of a session are taken in. Those of the messages
 * begin with it.
 */
export function messagesKey(session: SessionName): string {
  return ownKeyBeside('search', session);
}

/**
 * Gives the key of the hash that a message is found by.
 *
 * @param base - As {@link messagesKey} gives it.
 */
export function messageKey(base: string, position: number): string {
  return `${base}:${position}`;
}

/**
 * Gives the position of a message by the key of its hash, or null for another key.
 */
export function positionOf(hash: string): number | null {
  const position = /:(\d{1,10})$/u.exec(hash)?.[1];
  return position === undefined ? null : Number(position);
}

/**
 * Gives what all of them begin with for a prefix of sessions, and the name of their index.
 */
export function messagesPrefix(keyPrefix: string): string {
  return besidePrefix('search', keyPrefix);
}

/**
 * Gives the path of messages in a document: of one, or of those up to another one.
 *
 * @throws RangeError where these are no places.
 */
export function messagesPath(from: number, to?: number): string {
  for (const place of [from, to ?? 0]) {
    if (!Number.isSafeInteger(place) || place < 0) throw new RangeError('No place of a message');
  }
  return to === undefined ? `$.messages[${from}]` : `$.messages[${from}:${to}]`;
}
