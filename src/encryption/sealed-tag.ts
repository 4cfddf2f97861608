/**
 * What stands in a document in the place of a text that is encrypted: `{ "$sealed": { … } }`.
 *
 * @module
 */
import type { JsonValue } from '../document/document.ts';
import { isRecord } from '../document/is-record.ts';

/** The version of the tag, of what is in it and of how it is bound to its place. */
export const SEALED_VERSION = 1;

/**
 * What a tag holds.
 */
export interface Sealed {
  readonly v: typeof SEALED_VERSION;
  /** Id of the key. */
  readonly kid: string;
  /** The nonce: 12 bytes in base64url. */
  readonly iv: string;
  /** Ciphertext and its tag of 16 bytes, in base64url. */
  readonly data: string;
  /** Whether the entry is transcript only, and holds no item for the model. */
  readonly transcript?: true;
}

/**
 * Gives the id of the key that a tag asks for, whatever else is in it, or null where there is none.
 */
export function keyIdIn(value: unknown): string | null {
  const { $sealed } = (value ?? {}) as { $sealed?: { kid?: unknown } | null };
  return typeof $sealed?.kid === 'string' ? $sealed.kid : null;
}

/**
 * Gives what a tag holds, or null for one that is malformed.
 */
export function readTag(value: unknown): Sealed | null {
  if (!isRecord(value) || Object.keys(value).length !== 1 || !isRecord(value['$sealed'])) {
    return null;
  }
  const { v, kid, iv, data, transcript, ...others } = value['$sealed'];
  const isKnown = v === SEALED_VERSION && Object.keys(others).length === 0;
  if (!isKnown || typeof kid !== 'string' || typeof iv !== 'string') return null;
  if (typeof data !== 'string' || (transcript !== undefined && transcript !== true)) return null;
  return { v, kid, iv, data, ...(transcript === true && { transcript }) };
}

/**
 * Gives the tag as it is stored.
 */
export function toTag(sealed: Sealed): JsonValue {
  return { $sealed: { ...sealed } };
}
