/**
 * Texts that are encrypted for one place in one session, and open only there: AES-256-GCM.
 *
 * @module
 */
import type { DecryptionFailure, DecryptionProblem } from '../errors/decryption-error.ts';
import { DecryptionError } from '../errors.ts';
import type { JsonValue } from '../document/document.ts';
import { fromBase64url, toBase64url } from './base64url.ts';
import type { SessionKey, KeySource } from './session-keys.ts';
import { readTag, type Sealed, SEALED_VERSION } from './sealed-tag.ts';

const NONCE_BYTES = 12;
const TAG_BITS = 128;

/**
 * Which life of which session a text belongs to.
 */
export interface Life {
  readonly incarnation: string;
  readonly userId: string | null;
}

/**
 * Where a text stands, and what stands beside it that must not be changed.
 */
export interface SealedPlace {
  readonly sessionId: string;
  readonly life: Life;
  /** An entry by its id, with what of it stays readable; or another field of the document. */
  readonly within: readonly JsonValue[];
}

/**
 * What a text was opened to, and what must be kept of its tag.
 */
export interface Opened {
  readonly text: string;
  readonly sealed: Sealed;
}

/**
 * Encrypts a text.
 *
 * @param nonce - For tests alone: one that is used twice gives the texts away.
 */
export async function sealText(
  text: string,
  key: SessionKey,
  place: SealedPlace,
  nonce: Uint8Array<ArrayBuffer> = crypto.getRandomValues(new Uint8Array(NONCE_BYTES)),
): Promise<Omit<Sealed, 'transcript'>> {
  const algorithm = gcm(nonce, boundTo(key.id, place));
  const data = await crypto.subtle.encrypt(algorithm, key.content, new TextEncoder().encode(text));
  return {
    v: SEALED_VERSION,
    kid: key.id,
    iv: toBase64url(nonce),
    data: toBase64url(new Uint8Array(data)),
  };
}

/**
 * Decrypts the text of a tag.
 *
 * @param failure - What an error is about.
 * @throws {@link DecryptionError} (`decryption_failed`).
 */
export async function openText(
  tag: unknown,
  keys: KeySource,
  place: (sealed: Sealed) => SealedPlace,
  failure: Omit<DecryptionFailure, 'problem' | 'keyId'>,
): Promise<Opened> {
  const sealed = readTag(tag);
  const keyId = sealed?.kid ?? null;
  const failed = (problem: DecryptionProblem): DecryptionError =>
    new DecryptionError({ ...failure, keyId, problem });
  if (sealed === null) throw failed('not_authentic');
  const here = place(sealed);
  const key = await keys.find(sealed.kid, here.life.userId);
  if (key === null) throw failed('unknown_key');
  const bound = boundTo(key.id, here);
  const from = `${key.fingerprint}${bound}`;
  const known = keys.opened.find(from, sealed);
  if (known !== undefined) return { text: known, sealed };
  const text = await decrypted(sealed, key, bound);
  if (text === null) throw failed('not_authentic');
  keys.opened.keep(from, sealed, text);
  return { text, sealed };
}

/** Gives null for what was not sealed with this key for this place. */
async function decrypted(sealed: Sealed, key: SessionKey, bound: string): Promise<string | null> {
  const nonce = fromBase64url(sealed.iv);
  const data = fromBase64url(sealed.data);
  if (nonce?.length !== NONCE_BYTES || data === null) return null;
  try {
    const bytes = await crypto.subtle.decrypt(gcm(nonce, bound), key.content, data);
    return new TextDecoder().decode(bytes);
  } catch {
    return null;
  }
}

/** The additional data: what a text is bound to. */
function boundTo(keyId: string, { sessionId, life, within }: SealedPlace): string {
  const { userId, incarnation } = life;
  const bound = ['agents-json-session', SEALED_VERSION, keyId, userId, sessionId, incarnation];
  return JSON.stringify([...bound, ...within]);
}

function gcm(
  iv: Uint8Array<ArrayBuffer>,
  bound: string,
): {
  name: string;
  iv: Uint8Array<ArrayBuffer>;
  additionalData: Uint8Array<ArrayBuffer>;
  tagLength: number;
} {
  const additionalData = new TextEncoder().encode(bound);
  return { name: 'AES-GCM', iv, additionalData, tagLength: TAG_BITS };
}
