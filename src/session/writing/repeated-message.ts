/**
 * A message that an earlier call has stored.
 *
 * @module
 */
import type { Deadline } from '../../deadline.ts';
import type { MessageEntry } from '../../document/document.ts';
import type { EntryVisitor, NewEntry } from '../../store.ts';
import { type Message, toMessage, toMessages } from '../message.ts';
import type { SessionHandle } from '../session-handle.ts';

/** Messages are repeated soon after they were stored. */
const SIZE_HINT = 20;

/**
 * Gives the message as it was stored then, or, where it was removed since, as it would stand there.
 *
 * @param time - When it was stored.
 */
export async function findRepeated(
  handle: SessionHandle,
  entry: NewEntry,
  { time, deadline }: { time: number; deadline: Deadline },
): Promise<Message> {
  const isLike = (one: MessageEntry): boolean =>
    one.timestamp === time &&
    one.role === entry.role &&
    one.agent === entry.agent &&
    one.tokens === entry.tokens;
  const visitor = (): EntryVisitor => (one) => {
    if (isLike(one)) return 'take';
    return one.timestamp < time ? 'stop' : 'skip';
  };
  const snapshot = await handle.read({ kind: 'walk', visitor, sizeHint: SIZE_HINT }, deadline);
  // Of equal ones of one moment the first: the others were said when it stood there.
  const alike = snapshot === null ? [] : toMessages(snapshot);
  const found = alike.find(({ content }) => content === entry.content);
  return found ?? toMessage({ ...entry, timestamp: time }, false);
}
