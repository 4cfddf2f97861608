/**
 * What must be in the package, by the sources.
 *
 * @module
 */
import { expect } from 'vitest';

import manifest from '../../package.json' with { type: 'json' };
import { sessionStoreContract } from '../../src/testing/index.ts';

/** Every subpath that code can import, as it is imported. */
export const SUBPATHS: readonly string[] = Object.entries(manifest.exports).flatMap(
  ([subpath, target]) => (typeof target === 'object' ? [manifest.name + subpath.slice(1)] : []),
);

/** As many as the sources have: a case that were not in the package would not be run. */
export const CASES: number = sessionStoreContract({
  open: () => expect.fail('not run here'),
  readDocument: async () => null,
  writeDocument: async () => {},
}).length;
