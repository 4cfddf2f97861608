/**
 * The contract of a session store, over the cluster clients of both libraries.
 *
 * @module
 */
import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, beforeAll, describe } from 'vitest';

import { type RedisClientLike, RedisStore } from '../../src/stores/redis/index.ts';
import { readRedisDocument, writeRedisDocument } from '../document/redis-documents.ts';
import { checkDocument } from '../document/schema-check.ts';
import { STORE_PATIENCE } from '../processes/patience.ts';
import { type RedisCluster, startCluster } from '../servers/redis-cluster.ts';
import { runContract } from './run-contract.ts';

interface OwnClient {
  readonly client: RedisClientLike;
  readonly end: () => void;
}

type NodeRedisCluster = Awaited<ReturnType<typeof connectNodeRedis>>;

async function connectNodeRedis(urls: readonly string[]) {
  const client = createCluster({ rootNodes: urls.map((url) => ({ url })) });
  client.on('error', () => {});
  await client.connect();
  return client;
}

const CLIENTS: [name: string, connect: (urls: readonly string[]) => Promise<OwnClient>][] = [
  [
    'a cluster of node-redis',
    async (urls): Promise<OwnClient> => {
      const client = await connectNodeRedis(urls);
      return { client, end: () => client.destroy() };
    },
  ],
  [
    'a cluster of ioredis',
    async (urls): Promise<OwnClient> => {
      const client = new Cluster([...urls]).on('error', () => {});
      return { client, end: () => client.disconnect() };
    },
  ],
];

let cluster: RedisCluster;
let plain: NodeRedisCluster;

beforeAll(async () => {
  cluster = await startCluster({ replicas: 1 });
  plain = await connectNodeRedis(cluster.urls);
});
afterAll(async () => {
  plain.destroy();
  await cluster.stop();
});

const at = (key: string) => ({
  sendCommand: (args: string[]): Promise<unknown> => plain.sendCommand(key, false, args),
});

describe.concurrent.each(CLIENTS)('%s', (_, connect) => {
  // Each store takes the next of them, so that two stores never share a connection.
  const clients: OwnClient[] = [];
  let opened = 0;

  beforeAll(async () => {
    clients.push(await connect(cluster.urls), await connect(cluster.urls));
  });

  afterAll(() => clients.forEach(({ end }) => end()));

  runContract({
    open: () => new RedisStore(clients[opened++ % clients.length]!.client, STORE_PATIENCE),
    readDocument: (key) => readRedisDocument(at(key), key),
    writeDocument: (key, document) => writeRedisDocument(at(key), key, document),
    checkDocument,
  });
});
