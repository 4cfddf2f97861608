/**
 * Makes tests, and the sources that they import, use the lowest version of the SDK.
 *
 * @module
 */
import { fileURLToPath } from 'node:url';
import type { Vite } from 'vitest/node';
import { toLowestSdk } from './lowest-sdk.ts';

/**
 * The plugin. It is for what Vite resolves; what Node itself resolves needs `use-lowest-sdk.ts`.
 */
export function lowestSdkPlugin(): Vite.Plugin {
  return {
    name: 'lowest-sdk',
    enforce: 'pre',
    async resolveId(source) {
      const lowest = toLowestSdk(source);
      if (!lowest) return null;
      return this.resolve(lowest.specifier, fileURLToPath(lowest.parent));
    },
  };
}
