import type { Topic } from '../topic.ts';
import { EXCLUSIVE } from './exclusive.ts';
import { LEASES } from './leases.ts';
import { STORED_LOCKS } from './stored-locks.ts';

/**
 * All that is about locks.
 */
export const LOCKS: readonly Topic[] = [EXCLUSIVE, LEASES, STORED_LOCKS];
