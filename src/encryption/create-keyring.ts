/**
 * Keys that are known from the start, and what any key must be.
 *
 * @module
 */
import { InvalidInputError } from '../errors.ts';
import { isBytes } from '../items/item-bytes.ts';
import { checkArguments } from '../session/input-validation.ts';
import type { CipherKey, KeyMaterial, Keyring } from './keyring.ts';

const KEY_BYTES = 32;
/** Ids of keys stand in every entry. */
const LONGEST_ID = 128;

/**
 * Parameters of {@link createKeyring}.
 */
export interface KeyringOptions {
  /** The id of the key that new text is encrypted with. */
  readonly current: string;
  /** The keys by their ids: the current one, and older ones for as long as anything needs them. */
  readonly keys: Readonly<Record<string, KeyMaterial>>;
}

/**
 * Makes a keyring of keys that are known now.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the key that is none.
 *
 * @example
 * ```ts
 * import { JSONSession } from 'agents-json-session';
 * import { createKeyring } from 'agents-json-session/encryption';
 *
 * const keyring = await createKeyring({
 *   current: 'k2',
 *   keys: {
 *     k1: Buffer.from(process.env['SESSION_KEY_1'] ?? '', 'base64'),
 *     k2: Buffer.from(process.env['SESSION_KEY_2'] ?? '', 'base64'),
 *   },
 * });
 * const session = await JSONSession.open({ sessionId: 'chat-1', encryption: keyring });
 * ```
 */
export async function createKeyring(options: KeyringOptions): Promise<Keyring> {
  const { current, keys } = checkArguments(options, 'options');
  const given = Object.entries(checkArguments(keys, 'keys'));
  const imported = await Promise.all(
    given.map(async ([id, key]) => [checkKeyId(id), await baseKey(key, `keys.${id}`)] as const),
  );
  const known = new Map<string, CipherKey>(imported);
  const key = known.get(current);
  if (key === undefined)
    throw new InvalidInputError('current', 'must be the id of one of the keys');
  return {
    current: () => ({ id: current, key }),
    find: (keyId) => known.get(keyId),
  };
}

/**
 * Checks the id of a key.
 *
 * @throws {@link InvalidInputError} (`invalid_input`).
 */
export function checkKeyId(id: unknown): string {
  if (typeof id === 'string' && id !== '' && id.length <= LONGEST_ID && id.isWellFormed())
    return id;
  throw new InvalidInputError('encryption', `must name keys by 1 to ${LONGEST_ID} characters`);
}

/**
 * Gives a key to derive others from.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) naming the field, when it can be none.
 */
export async function baseKey(material: KeyMaterial, field: string): Promise<CipherKey> {
  if (typeof material === 'object' && material !== null && isBytes(material)) {
    // A copy, as the caller may wipe it.
    const bytes = new Uint8Array(material);
    if (bytes.length !== KEY_BYTES)
      throw new InvalidInputError(field, `must be ${KEY_BYTES} bytes`);
    return crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveKey']);
  }
  const { algorithm, usages } = (material ?? {}) as Partial<CipherKey>;
  if (algorithm?.name === 'HKDF' && usages?.includes('deriveKey') === true) {
    return material;
  }
  throw new InvalidInputError(
    field,
    `must be ${KEY_BYTES} bytes, or a CryptoKey for HKDF with the usage deriveKey`,
  );
}
