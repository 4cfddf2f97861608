/**
 * The contract of a session store, over Redis and every client library. What the SDK makes of it, and a
 * connection by URL: redis.test.ts.
 *
 * @module
 */
import { Redis } from 'ioredis';
import { createClient, createClientPool } from 'redis';
import { afterAll, beforeAll, describe } from 'vitest';

import { type RedisClientLike, RedisStore } from '../../src/stores/redis/index.ts';
import { readRedisDocument, writeRedisDocument } from '../document/redis-documents.ts';
import { checkDocument } from '../document/schema-check.ts';
import { STORE_PATIENCE } from '../processes/patience.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { runContract } from './run-contract.ts';

interface OwnClient {
  readonly client: RedisClientLike;
  readonly end: () => void;
}

const url = sharedRedisUrl();

async function nodeRedis(RESP: 2 | 3): Promise<OwnClient> {
  const client = createClient({ url, RESP });
  client.on('error', () => {});
  await client.connect();
  return { client, end: () => client.destroy() };
}

async function nodeRedisPool(): Promise<OwnClient> {
  const client = createClientPool({ url }, { minimum: 2, maximum: 4 });
  client.on('error', () => {});
  await client.connect();
  return { client, end: () => client.destroy() };
}

async function ioredis(protocol: 2 | 3): Promise<OwnClient> {
  const client = new Redis(url, { protocol });
  client.on('error', () => {});
  return { client, end: () => client.disconnect() };
}

const CLIENTS: [name: string, connect: () => Promise<OwnClient>][] = [
  ['node-redis over RESP3', () => nodeRedis(3)],
  ['node-redis over RESP2', () => nodeRedis(2)],
  ['a pool of node-redis', nodeRedisPool],
  ['ioredis over RESP3', () => ioredis(3)],
  ['ioredis over RESP2', () => ioredis(2)],
];

const plain = createClient({ url });
plain.on('error', () => {});
beforeAll(async () => {
  await plain.connect();
});
afterAll(() => plain.destroy());

const documents = {
  readDocument: (key: string) => readRedisDocument(plain, key),
  writeDocument: (key: string, document: unknown) => writeRedisDocument(plain, key, document),
  checkDocument,
};

describe.concurrent.each(CLIENTS)('%s', (_, connect) => {
  // Each store takes the next of them, so that two stores never share a connection.
  const clients: OwnClient[] = [];
  let opened = 0;

  beforeAll(async () => {
    clients.push(await connect(), await connect());
  });

  afterAll(() => clients.forEach(({ end }) => end()));

  runContract({
    open: () => new RedisStore(clients[opened++ % clients.length]!.client, STORE_PATIENCE),
    ...documents,
  });
});
