/**
 * What vitest does around each test file, also where one worker runs many.
 *
 * @module
 */
import { afterAll, vi } from 'vitest';

import { emptySharedRedis } from '../servers/shared-redis.ts';
import { removeTemporaryFolders } from './shared-stores.ts';

afterAll(emptySharedRedis);
afterAll(removeTemporaryFolders);
// The next file of the worker, and the processes that it starts, would have them too.
afterAll(() => vi.unstubAllEnvs());
