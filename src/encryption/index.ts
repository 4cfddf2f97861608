/**
 * Encrypted sessions: keys, changing them, and stores that encrypt.
 *
 * @module
 */
export { createKeyring, type KeyringOptions } from './create-keyring.ts';
export type { EncryptionOptions, KeyMaterial, Keyring, KeyScope, NamedKey } from './keyring.ts';
export { rewrap, type RewrapOptions } from './rewrap.ts';
export type { RewrapParams, RewrapReport } from './rewrapping.ts';
export { SealedStore } from './sealed-store.ts';
