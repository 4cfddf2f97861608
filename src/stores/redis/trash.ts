/**
 * Keys beside a session: of what is too long to be freed at once, and of which lives were deleted.
 *
 * @module
 */
import calculateSlot from 'cluster-key-slot';

import { SessionError } from '../../errors.ts';
import { randomHex } from '../../random-ids.ts';
import type { SessionAddress } from '../../store.ts';
import type { Deadline } from '../../deadline.ts';
import type { RedisCommander } from './commander.ts';
import { trim } from './scripts.generated.ts';

type SessionName = Pick<SessionAddress, 'key' | 'sessionId'>;

/** Entries that are freed at once: well under a millisecond of the server's time. */
const STEP = 500;

/**
 * Gives a key for a long history that is to be freed, in the slot of the session.
 */
export function trashKey(session: SessionName): string {
  return `${besideSession(session)}:${randomHex(8)}`;
}

/**
 * Gives the key at which deleted lives of a session are remembered, in its slot.
 */
export function deletedLivesKey(session: SessionName): string {
  return `${besideSession(session)}:lives`;
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
 * Gives what keys beside the sessions of a prefix begin with: one rule of the server's rights covers all
 * of them, and none begins with the prefix itself.
 */
export function trashPrefix(keyPrefix: string): string {
  return `${keyPrefix.startsWith('t') ? 'Trash' : 'trash'}:${keyPrefix}`;
}

/**
 * Gives what has the slot of the session's key. Where braces in a key mean nothing to Redis, a tag that
 * has the slot is searched.
 */
function besideSession({ key, sessionId }: SessionName): string {
  const keyPrefix = key.endsWith(sessionId) ? key.slice(0, key.length - sessionId.length) : '';
  const prefix = trashPrefix(keyPrefix);
  if (/^[^{]*\{[^}]+\}/u.test(key)) return prefix + key.slice(keyPrefix.length);
  if (!/[{}]/u.test(key)) return `${prefix}{${key}}`;
  const slot = calculateSlot(key);
  return prefix.includes('{') ? searched(prefix, slot) : `${prefix}{${tagOf(slot)}}`;
}

/** Numbers of which each has another slot, as far as they were needed. */
const tags: number[] = [];
let nextTag = 0;

/** Remembered, as ids with such braces can come from users, and many of them. */
function tagOf(slot: number): number {
  while (tags[slot] === undefined) {
    tags[calculateSlot(String(nextTag))] ??= nextTag;
    nextTag += 1;
  }
  return tags[slot];
}

/** For a prefix with half of a tag, which decides on the slot too. */
function searched(prefix: string, slot: number): string {
  for (let number = 0; ; number += 1) {
    const candidate = `${prefix}{${number}}`;
    if (calculateSlot(candidate) === slot) return candidate;
  }
}
