/**
 * All works, in the order in which they are measured and reported.
 *
 * @module
 */
import { CROWD } from './crowd.ts';
import { FAR_APPEND } from './far-append.ts';
import { MEMORY } from './memory.ts';
import { REDIS_WORKS } from './redis-works.ts';
import { RESENDS } from './resends.ts';
import { SQLITE_WORKS } from './sqlite-works.ts';
import type { Work } from './work.ts';

/** What `npm run bench` measures. */
export const WORKS: readonly Work[] = [
  ...REDIS_WORKS,
  FAR_APPEND,
  CROWD,
  RESENDS,
  MEMORY,
  ...SQLITE_WORKS,
];
