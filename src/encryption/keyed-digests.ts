/**
 * Digests of what is said, in a form that tells nobody without the key what was said: who knows a
 * plain digest can try what short texts come to it.
 *
 * @module
 */
import type { DocumentHead } from '../document/document.ts';
import { toHex } from '../items/item-bytes.ts';
import type { Operation } from '../operation.ts';
import type { Life } from './sealed-text.ts';
import type { SessionKey, KeySource } from './session-keys.ts';

const DIGEST_DIGITS = 64;
const EVIDENCE_DIGITS = 16;
const CHECKSUM = /^[\da-f]{64}$/u;
/** Evidence, a nonce and six counts; see `run-mark.ts`. */
const MARK_PARTS = 8;

/**
 * Gives an operation whose digest is keyed, with the id of the key behind it. What only names entries
 * stays as it is.
 */
export async function keyedOperation(operation: Operation, key: SessionKey): Promise<Operation> {
  const { id, digest, namesEntries } = operation;
  if (namesEntries === true) return operation;
  const keyed = await hmac(key, `operation:${id}:${digest}`);
  return { ...operation, digest: `${keyed}${idDigits(key)}` };
}

/**
 * Gives the id of the key of a digest, or null for a digest without one.
 */
export function keyIdOfDigest(digest: string): string | null {
  return digest.length > DIGEST_DIGITS ? textOf(digest.slice(DIGEST_DIGITS)) : null;
}

/**
 * Gives the mark of a run with its evidence enciphered, and the id of the key behind it.
 */
export async function sealMark(mark: string, key: SessionKey): Promise<string> {
  const parts = mark.split(':');
  if (parts.length !== MARK_PARTS) return mark;
  return `${await crossed(parts, key)}:${idDigits(key)}`;
}

/**
 * Gives marks, as a document has them, each with its evidence enciphered.
 */
export async function sealMarks(marks: string, key: SessionKey): Promise<string> {
  return (await Promise.all(marks.split(';').map(async (mark) => sealMark(mark, key)))).join(';');
}

/**
 * Gives marks as {@link sealMark} was given them. One whose key is gone stays as it is, which is the
 * mark of no run.
 *
 * @param marks - As a document has them.
 */
export async function openMarks(
  marks: string,
  keys: KeySource,
  userId: string | null,
): Promise<string> {
  const all = marks.split(';').map(async (mark) => {
    const parts = mark.split(':');
    const keyId = parts.length > MARK_PARTS ? textOf(parts[MARK_PARTS] ?? '') : null;
    const key = keyId === null ? null : await keys.find(keyId, userId);
    return key === null ? mark : crossed(parts.slice(0, MARK_PARTS), key);
  });
  return (await Promise.all(all)).join(';');
}

/** Where a session was imported from. */
type Origin = NonNullable<DocumentHead['import']>;

/**
 * Gives where a session was imported from, with the checksum of what was imported enciphered, and the id
 * of the key behind it.
 *
 * @param incarnation - The life that the session has now, which is random.
 */
export async function sealOrigin(
  origin: Origin,
  key: SessionKey,
  { incarnation }: Life,
): Promise<Origin> {
  const { checksum } = origin;
  if (!CHECKSUM.test(checksum)) return origin;
  const sealed = await crossedChecksum(checksum, key, incarnation);
  return { ...origin, checksum: `${sealed}${idDigits(key)}` };
}

/**
 * Gives the origin as {@link sealOrigin} was given it. One whose key is gone stays as it is, which is that
 * of no import.
 */
export async function openOrigin(
  origin: Origin,
  keys: KeySource,
  { incarnation, userId }: Life,
): Promise<Origin> {
  const { checksum } = origin;
  const keyId = keyIdOfDigest(checksum);
  const key = keyId === null ? null : await keys.find(keyId, userId);
  const sealed = checksum.slice(0, DIGEST_DIGITS);
  if (key === null || !CHECKSUM.test(sealed)) return origin;
  return { ...origin, checksum: await crossedChecksum(sealed, key, incarnation) };
}

async function crossedChecksum(
  checksum: string,
  key: SessionKey,
  incarnation: string,
): Promise<string> {
  return crossedHex(checksum, await hmac(key, `import:${incarnation}`));
}

/** There and back: the evidence with what only this nonce and these counts give. */
async function crossed([evidence = '', ...others]: string[], key: SessionKey): Promise<string> {
  const rest = others.join(':');
  // Another program can have written anything there.
  if (!/^[\da-f]{16}$/u.test(evidence)) return `${evidence}:${rest}`;
  const pad = (await hmac(key, `mark:${rest}`)).slice(0, EVIDENCE_DIGITS);
  return `${crossedHex(evidence, pad)}:${rest}`;
}

function crossedHex(digits: string, pad: string): string {
  const bits = BigInt(`0x${digits}`) ^ BigInt(`0x${pad}`);
  return bits.toString(16).padStart(digits.length, '0');
}

async function hmac({ digest }: SessionKey, text: string): Promise<string> {
  const signature = await crypto.subtle.sign('HMAC', digest, new TextEncoder().encode(text));
  return toHex(new Uint8Array(signature));
}

/** The id of a key, as {@link keyIdOfDigest} reads it. */
function idDigits({ id }: SessionKey): string {
  return toHex(new TextEncoder().encode(id));
}

function textOf(hex: string): string {
  const pairs = hex.match(/[\da-f]{2}/gu) ?? [];
  return new TextDecoder().decode(Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16)));
}
