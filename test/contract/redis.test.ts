/**
 * The contract of a session store, over Redis by its URL.
 *
 * @module
 */
import { createClient } from 'redis';
import { afterAll, beforeAll, describe } from 'vitest';

import { RedisStore } from '../../src/stores/redis/index.ts';
import { readRedisDocument, writeRedisDocument } from '../document/redis-documents.ts';
import { checkDocument } from '../document/schema-check.ts';
import { STORE_PATIENCE } from '../processes/patience.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { runContract } from './run-contract.ts';

const url = sharedRedisUrl();
const plain = createClient({ url });
plain.on('error', () => {});
beforeAll(async () => {
  await plain.connect();
});
afterAll(() => plain.destroy());

describe.concurrent('a connection by URL', () => {
  runContract({
    open: () => RedisStore.open(url, STORE_PATIENCE),
    readDocument: (key) => readRedisDocument(plain, key),
    writeDocument: (key, document) => writeRedisDocument(plain, key, document),
    checkDocument,
  });
});
