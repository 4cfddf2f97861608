/**
 * Where the keys of encrypted sessions come from.
 *
 * @module
 */
import { InvalidInputError } from '../errors.ts';
import { checkArguments, checkBoolean } from '../session/input-validation.ts';

/** Not every runtime's types have it as a type. */
export type CipherKey = InstanceType<typeof CryptoKey>;

/**
 * A secret to derive keys from: 32 random bytes, or a `CryptoKey` for HKDF with the usage `deriveKey`.
 */
export type KeyMaterial = InstanceType<typeof CryptoKey> | Uint8Array;

/**
 * Whose session a key is for.
 */
export interface KeyScope {
  readonly sessionId: string;
  /** The owner, or null in a document of another program that names none. */
  readonly userId: string | null;
}

/**
 * A key and the id that says, in what is stored, which one it was.
 */
export interface NamedKey {
  /** 1 to 128 characters, readable in what is stored. An id stands for one key, for ever. */
  readonly id: string;
  readonly key: KeyMaterial;
}

/**
 * Gives the keys of encrypted sessions: `createKeyring` makes one of fixed keys, and an object of your
 * own can ask a key management service, or have a key for each user. What its functions throw goes
 * through to the caller as it is; a session keeps what it has derived for as long as its handle lives.
 *
 * @example
 * ```ts
 * import { JSONSession } from 'agents-json-session';
 * import type { Keyring, NamedKey } from 'agents-json-session/encryption';
 *
 * const keysOfUsers = new Map<string | null, NamedKey>();
 *
 * // One key for each user: once it is dropped, nobody can read that user's sessions any more.
 * const keyring: Keyring = {
 *   current({ userId }) {
 *     const key = crypto.getRandomValues(new Uint8Array(32));
 *     const named = keysOfUsers.get(userId) ?? { id: crypto.randomUUID(), key };
 *     keysOfUsers.set(userId, named);
 *     return named;
 *   },
 *   find(keyId, { userId }) {
 *     const named = keysOfUsers.get(userId);
 *     return named?.id === keyId ? named.key : undefined;
 *   },
 * };
 *
 * const session = new JSONSession({ sessionId: 'chat-1', userId: 'ada', encryption: keyring });
 * ```
 */
export interface Keyring {
  /** Gives the key that what is written now is encrypted with; asked for every write. */
  current(scope: KeyScope): NamedKey | Promise<NamedKey>;
  /** Gives the key with an id, or undefined where there is none any more. */
  find(keyId: string, scope: KeyScope): KeyMaterial | undefined | Promise<KeyMaterial | undefined>;
}

/**
 * How a session is encrypted, where there is more to say than with which keys.
 */
export interface EncryptionOptions {
  readonly keyring: Keyring;
  /**
   * Whether what is stored unencrypted is read too, until `rewrap` has encrypted it. Whoever can
   * write to the store can then put in messages of their own: turn it off again.
   *
   * @defaultValue `false`
   */
  readonly migrating?: boolean | undefined;
}

/** The same, after it was checked. */
export interface Encryption {
  readonly keyring: Keyring;
  readonly migrating: boolean;
}

/**
 * Checks what says how something is encrypted.
 *
 * @throws {@link InvalidInputError} (`invalid_input`).
 */
export function checkEncryption(option: Keyring | EncryptionOptions): Encryption {
  const given = checkArguments(option, 'encryption');
  const { keyring, migrating = false } = 'keyring' in given ? given : { keyring: given };
  if (typeof keyring?.current !== 'function' || typeof keyring.find !== 'function') {
    throw new InvalidInputError('encryption', 'must be a keyring, or an object with one');
  }
  return { keyring, migrating: checkBoolean(migrating, 'encryption.migrating') };
}
