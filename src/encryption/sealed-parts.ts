/**
 * What a store that encrypts is made of: for this package, and for nobody who prints the store.
 *
 * @module
 */
import type { SessionStore } from '../store.ts';
import type { Encryption } from './keyring.ts';

/**
 * The store that such a store keeps its sessions in, and how it encrypts them.
 */
export interface SealedParts {
  readonly store: SessionStore;
  readonly encryption: Encryption;
}

const parts = new WeakMap<SessionStore, SealedParts>();

/**
 * Takes note of a new store that encrypts.
 */
export function noteSealed(store: SessionStore, made: SealedParts): void {
  parts.set(store, made);
}

/**
 * Gives the parts of a store, or undefined for one that does not encrypt.
 */
export function sealedPartsOf(store: SessionStore): SealedParts | undefined {
  return parts.get(store);
}
