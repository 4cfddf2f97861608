/**
 * Keyrings for tests, of keys that are the same in every process.
 *
 * @module
 */
import { createKeyring, type Keyring } from '../../src/encryption/index.ts';

/**
 * Gives a key of 32 equal bytes.
 */
export function keyOf(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte);
}

/**
 * Gives a keyring of `k1` to `k3`.
 */
export async function testKeyring(current: 'k1' | 'k2' | 'k3' = 'k1'): Promise<Keyring> {
  return createKeyring({ current, keys: { k1: keyOf(1), k2: keyOf(2), k3: keyOf(3) } });
}
