/**
 * Keys beside a session, in its slot and outside the prefix of sessions.
 *
 * @module
 */
import { createHash } from 'node:crypto';

import calculateSlot from 'cluster-key-slot';

import type { SessionAddress } from '../../store.ts';

/** A session by its key. */
export type SessionName = Pick<SessionAddress, 'key' | 'sessionId'>;

/** What such a key is for; see `checkPrefix` of the session's options. */
type Beside = 'trash' | 'projection' | 'search';

/**
 * Keys beside a session: of deleted lives, of a history that is to be freed, of what the session is
 * found by, and of a document that is put together.
 */
export interface KeysBeside {
  readonly lives?: string;
  readonly trash?: string;
  readonly projection?: string;
  readonly staged?: string;
}

/**
 * Puts keys beside a session into the order in which scripts take them. The session's own key stands for
 * one that is not needed.
 */
export function keysBeside(
  { key }: SessionName,
  { lives, trash, projection, staged }: KeysBeside,
): string[] {
  const keys = [lives, trash, projection, staged];
  const count = keys.findLastIndex((one) => one !== undefined) + 1;
  return keys.slice(0, count).map((one) => one ?? key);
}

/**
 * Gives what keys beside the sessions of a prefix begin with: one rule of the server's rights covers all
 * of them, and none begins with the prefix itself.
 */
export function besidePrefix(what: Beside, keyPrefix: string): string {
  const [initial = ''] = what;
  const name = keyPrefix.startsWith(initial) ? initial.toUpperCase() + what.slice(1) : what;
  return `${name}:${keyPrefix}`;
}

/**
 * Gives a key that has the slot of the session's key. Where braces in a key mean nothing to Redis, a tag that
 * has the slot is searched; it can be that of other sessions too.
 */
export function besideSession(what: Beside, { key, sessionId }: SessionName): string {
  const keyPrefix = key.endsWith(sessionId) ? key.slice(0, key.length - sessionId.length) : '';
  const prefix = besidePrefix(what, keyPrefix);
  if (/^[^{]*\{[^}]+\}/u.test(key)) return prefix + key.slice(keyPrefix.length);
  if (!/[{}]/u.test(key)) return `${prefix}{${key}}`;
  const slot = calculateSlot(key);
  return prefix.includes('{') ? searched(prefix, slot) : `${prefix}{${tagOf(slot)}}`;
}

/**
 * Gives such a key that is this session's alone.
 */
export function ownKeyBeside(what: Beside, session: SessionName): string {
  const beside = besideSession(what, session);
  // Where the key itself is the tag, no other session has it.
  if (beside.endsWith(`{${session.key}}`) && !/[{}]/u.test(session.key)) return beside;
  return `${beside}:${createHash('sha256').update(session.key).digest('hex').slice(0, 32)}`;
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
