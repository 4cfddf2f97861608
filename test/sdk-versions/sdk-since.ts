/**
 * What only newer versions of the SDK do.
 *
 * @module
 */
import { inject } from 'vitest';

/**
 * Tells whether the version of the SDK in use is this one or a newer one.
 */
export function isSdkSince(version: string): boolean {
  return inject('sdkVersion').localeCompare(version, 'en', { numeric: true }) >= 0;
}
