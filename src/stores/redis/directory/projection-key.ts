/**
 * The keys of what sessions are found by.
 *
 * @module
 */
import { createHash } from 'node:crypto';

import type { JsonObject } from '../../../document/document.ts';
import { besidePrefix, ownKeyBeside, type SessionName } from '../beside-session.ts';

/**
 * Gives the key of the hash that a session is found by: beside it, and its alone.
 */
export function projectionKey(session: SessionName): string {
  return ownKeyBeside('projection', session);
}

/**
 * Gives what all of them begin with for a prefix of sessions, and the name of their index.
 */
export function projectionPrefix(keyPrefix: string): string {
  return besidePrefix('projection', keyPrefix);
}

/**
 * Gives the digest that stands in the hash for a text, as the script makes it.
 */
export function projectedDigest(text: string): string {
  return createHash('sha1').update(text).digest('hex').slice(0, 16);
}

/**
 * Gives the digests that stand in the hash for attributes: of those at the top that are texts, true or
 * false.
 */
export function attributeDigests(attributes: JsonObject): string[] {
  return Object.entries(attributes).flatMap(([name, value]) => {
    if (typeof value !== 'string' && typeof value !== 'boolean') return [];
    return [projectedDigest(`${name}\0${typeof value}\0${value}`)];
  });
}
