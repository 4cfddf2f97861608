/**
 * The keys of one session, derived from those of a keyring.
 *
 * @module
 */
import type { Deadline } from '../deadline.ts';
import { StoreUnavailableError } from '../errors.ts';
import { toBase64url } from './base64url.ts';
import { baseKey, checkKeyId } from './create-keyring.ts';
import type { CipherKey, KeyMaterial, Keyring, KeyScope } from './keyring.ts';
import { type OpenedTexts, openedWith } from './opened-texts.ts';

const CONTENT_INFO = 'agents-json-session/1/content';
const DIGEST_INFO = 'agents-json-session/1/digest';

/**
 * What one key of a keyring comes to for one session.
 */
export interface SessionKey {
  /** Of the key in the keyring. */
  readonly id: string;
  /** AES-256-GCM, for what is said. */
  readonly content: CipherKey;
  /** HMAC-SHA-256, for digests of what is said. */
  readonly digest: CipherKey;
  /** Stands for the key in memory: no other has it. */
  readonly fingerprint: string;
}

/**
 * Derives the keys of a session: HKDF-SHA-256, with the id of the session as salt.
 */
export async function deriveSessionKey(
  { id, key }: { readonly id: string; readonly key: KeyMaterial },
  sessionId: string,
): Promise<SessionKey> {
  const base = await baseKey(key, `key ${checkKeyId(id)} of the keyring`);
  const { subtle } = crypto;
  const aes = { name: 'AES-GCM', length: 256 };
  const hmac = { name: 'HMAC', hash: 'SHA-256', length: 256 };
  const [content, digest] = await Promise.all([
    subtle.deriveKey(hkdf(sessionId, CONTENT_INFO), base, aes, false, ['encrypt', 'decrypt']),
    subtle.deriveKey(hkdf(sessionId, DIGEST_INFO), base, hmac, false, ['sign']),
  ]);
  const name = await subtle.sign('HMAC', digest, new TextEncoder().encode('fingerprint'));
  return { id, content, digest, fingerprint: toBase64url(new Uint8Array(name)) };
}

/**
 * Where those of one session come from, within the time of one call.
 */
export interface KeySource {
  /** What was opened with them before. */
  readonly opened: OpenedTexts;
  /** The key to write with. */
  current(userId: string | null): Promise<SessionKey>;
  /** The key with an id, or null where the keyring has none. */
  find(id: string, userId: string | null): Promise<SessionKey | null>;
}

/**
 * Asks a keyring for one session, and remembers what was derived.
 */
export class SessionKeys {
  readonly #keyring: Keyring;
  readonly #sessionId: string;
  readonly #known = new Map<string, SessionKey>();
  /** Many entries ask for one key at the same time. */
  readonly #asked = new Map<string, Promise<SessionKey | null>>();

  constructor(keyring: Keyring, sessionId: string) {
    this.#keyring = keyring;
    this.#sessionId = sessionId;
  }

  /**
   * Gives the keys to a call, which waits for the keyring no longer than it may: a key management
   * service can be as slow as a store.
   */
  within(deadline: Deadline): KeySource {
    const inTime = async <T>(asked: Promise<T>): Promise<T> =>
      deadline.limit(asked, () => deadline.failure(outOfTime));
    return {
      opened: openedWith(this.#keyring),
      current: async (userId) => {
        const named = await inTime(this.#ask(() => this.#keyring.current(this.#scope(userId))));
        const found = this.#find(userId, named.id, async () => named.key);
        return (await inTime(found)) as SessionKey;
      },
      find: async (id, userId) => {
        const known = this.#known.get(place(userId, id));
        if (known !== undefined) return known;
        const scope = this.#scope(userId);
        return inTime(
          this.#find(userId, id, async () => this.#ask(() => this.#keyring.find(id, scope))),
        );
      },
    };
  }

  async #find(
    userId: string | null,
    id: string,
    ask: () => Promise<KeyMaterial | undefined>,
  ): Promise<SessionKey | null> {
    const at = place(userId, id);
    const known = this.#known.get(at);
    if (known !== undefined) return known;
    const asked = this.#asked.get(at) ?? this.#derive(id, ask);
    this.#asked.set(at, asked);
    try {
      const key = await asked;
      if (key !== null) this.#known.set(at, key);
      return key;
    } finally {
      // One that is not there may be the next time.
      if (this.#asked.get(at) === asked) this.#asked.delete(at);
    }
  }

  async #derive(
    id: string,
    ask: () => Promise<KeyMaterial | undefined>,
  ): Promise<SessionKey | null> {
    const key = await ask();
    return key === undefined ? null : deriveSessionKey({ id, key }, this.#sessionId);
  }

  /** What it throws at once is as what it rejects with. */
  async #ask<T>(ask: () => T | Promise<T>): Promise<T> {
    return ask();
  }

  #scope(userId: string | null): KeyScope {
    return { sessionId: this.#sessionId, userId };
  }
}

function outOfTime(): StoreUnavailableError {
  return new StoreUnavailableError('The keyring gave no key in time');
}

/** The same id can stand for another key with another user. */
function place(userId: string | null, id: string): string {
  return JSON.stringify([userId, id]);
}

function hkdf(
  sessionId: string,
  info: string,
): { name: string; hash: string; salt: Uint8Array<ArrayBuffer>; info: Uint8Array<ArrayBuffer> } {
  const text = new TextEncoder();
  return { name: 'HKDF', hash: 'SHA-256', salt: text.encode(sessionId), info: text.encode(info) };
}
