/**
 * The contract of a session store, over Redis stores whose writes wait until they are on a replica, or
 * on disk.
 *
 * @module
 */
import { createClient } from 'redis';
import { afterAll, beforeAll, describe } from 'vitest';

import { RedisStore } from '../../src/stores/redis/index.ts';
import { readRedisDocument, writeRedisDocument } from '../document/redis-documents.ts';
import { checkDocument } from '../document/schema-check.ts';
import { STORE_PATIENCE } from '../processes/patience.ts';
import { type ReplicatedRedis, startReplicated } from '../servers/redis-replica.ts';
import { runContract } from './run-contract.ts';

let servers: ReplicatedRedis;
let plain: ReturnType<typeof createClient>;

beforeAll(async () => {
  servers = await startReplicated(['--appendonly', 'yes']);
  plain = createClient({ url: servers.master.url });
  plain.on('error', () => {});
  await plain.connect();
});

afterAll(async () => {
  plain.destroy();
  await servers.stop();
});

describe.each(['replicated', 'fsync'] as const)('durability %s', (durability) => {
  runContract({
    open: () => RedisStore.open(servers.master.url, { durability, ...STORE_PATIENCE }),
    readDocument: async (key) => readRedisDocument(plain, key),
    writeDocument: async (key, document) => writeRedisDocument(plain, key, document),
    checkDocument,
  });
});
