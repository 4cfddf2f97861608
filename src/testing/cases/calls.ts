import type { Topic } from '../topic.ts';
import { CALL_OPTIONS } from './call-options.ts';
import { QUERIES } from './queries.ts';
import { REPEATED_WRITES } from './repeated-writes.ts';
import { REPEATS } from './repeats.ts';

/**
 * What single calls take, and what becomes of them when they are made once more.
 */
export const CALLS: readonly Topic[] = [CALL_OPTIONS, QUERIES, REPEATS, REPEATED_WRITES];
