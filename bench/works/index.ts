/**
 * All works, in the order in which they are measured and reported.
 *
 * @module
 */
import { CROWD } from './crowd.ts';
import { ENCRYPTION } from './encryption.ts';
import { FAR_APPEND } from './far-append.ts';
import { MEMORY } from './memory.ts';
import { REDIS_WORKS } from './redis-works.ts';
import { RESENDS } from './resends.ts';
import { SQLITE_WORKS } from './sqlite-works.ts';
import { WITHOUT_MERGE } from './without-merge.ts';
import type { Work } from './work.ts';

/** What `npm run bench` measures. */
export const WORKS: readonly Work[] = [
  ...REDIS_WORKS,
  ...WITHOUT_MERGE,
  FAR_APPEND,
  CROWD,
  RESENDS,
  MEMORY,
  ...ENCRYPTION,
  ...SQLITE_WORKS,
];
