/**
 * The contract of a session store over one that encrypts: whatever a session does, it does as well when
 * nobody can read what is stored.
 *
 * @module
 */
import { createClient } from 'redis';
import { afterAll, beforeAll, describe } from 'vitest';

import { SealedStore } from '../../src/encryption/index.ts';
import type { SessionStore } from '../../src/store.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { CheckedStore } from '../../src/testing/checked-store.ts';
import { readRedisDocument } from '../document/redis-documents.ts';
import { checkDocument } from '../document/schema-check.ts';
import { testKeyring } from '../encryption/keyrings.ts';
import { STORE_PATIENCE } from '../processes/patience.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { closableShare } from './closable-share.ts';
import { runContract } from './run-contract.ts';

const url = sharedRedisUrl();
const keyring = await testKeyring();

describe.concurrent('in Redis', () => {
  const plain = createClient({ url });
  plain.on('error', () => {});

  beforeAll(async () => {
    await plain.connect();
  });

  afterAll(() => plain.destroy());

  const readDocument = async (key: string): Promise<unknown> => readRedisDocument(plain, key);
  const open = (): SessionStore => {
    const store = RedisStore.open(url, STORE_PATIENCE);
    return new SealedStore(new CheckedStore(store, { open, readDocument, checkDocument }), keyring);
  };

  // Nothing is shown of what is stored to cases that know what it looks like unencrypted.
  runContract({ open });
});

describe.concurrent('in SQLite', () => {
  let shared: SessionStore;

  beforeAll(async () => {
    shared = await SqliteStore.open(':memory:', STORE_PATIENCE);
  });

  afterAll(() => shared.close());

  runContract({ open: () => closableShare(new SealedStore(shared, keyring)) });
});
