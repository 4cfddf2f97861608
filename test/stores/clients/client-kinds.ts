/**
 * Every kind of Redis client that a store takes, connected to a real server.
 *
 * @module
 */
import { Cluster, Redis } from 'ioredis';
import { createClient, createClientPool, createCluster, createSentinel } from 'redis';
import type { RedisClientLike } from '../../../src/stores/redis/index.ts';

/**
 * Where the servers are.
 */
interface Servers {
  readonly url: string;
  readonly clusterUrls: readonly string[];
  readonly sentinels: readonly { host: string; port: number }[];
  readonly masterName: string;
}

/**
 * A client in use by a test.
 */
export interface ConnectedClient {
  readonly client: RedisClientLike;
  /** Sends PING; fails when the client was closed. */
  ping(): Promise<unknown>;
  /** Ends the client. */
  end(): void;
}

/**
 * A way to make a client.
 */
export interface ClientKind {
  readonly name: string;
  readonly connect: (servers: Servers) => Promise<ConnectedClient>;
}

/** An `error` listener, without which a client ends the process. */
const ignore = (): void => {};

/**
 * Node-redis, all forms, and ioredis, all forms, each over RESP2 and RESP3.
 */
export const CLIENT_KINDS: readonly ClientKind[] = ([2, 3] as const).flatMap(
  (RESP) =>
    [
      {
        name: `a node-redis client, RESP${RESP}`,
        async connect({ url }) {
          const client = createClient({ url, RESP }).on('error', ignore);
          await client.connect();
          return { client, ping: () => client.ping(), end: () => client.destroy() };
        },
      },
      {
        name: `a node-redis pool, RESP${RESP}`,
        async connect({ url }) {
          const client = createClientPool({ url, RESP }, { minimum: 2, maximum: 4 });
          client.on('error', ignore);
          await client.connect();
          return { client, ping: () => client.ping(), end: () => client.destroy() };
        },
      },
      {
        name: `a node-redis cluster, RESP${RESP}`,
        async connect({ clusterUrls }) {
          const rootNodes = clusterUrls.map((url) => ({ url }));
          const client = createCluster({ rootNodes, RESP }).on('error', ignore);
          await client.connect();
          const ping = (): Promise<unknown> => client.sendCommand('any', false, ['PING']);
          return { client, ping, end: () => client.destroy() };
        },
      },
      {
        name: `a node-redis sentinel, RESP${RESP}`,
        async connect({ sentinels, masterName }) {
          const client = createSentinel({
            name: masterName,
            sentinelRootNodes: [...sentinels],
            RESP,
          });
          client.on('error', ignore);
          await client.connect();
          return { client, ping: () => client.ping(), end: () => void client.destroy() };
        },
      },
      {
        name: `an ioredis client, RESP${RESP}`,
        async connect({ url }) {
          const client = new Redis(url, { protocol: RESP }).on('error', ignore);
          return { client, ping: () => client.ping(), end: () => client.disconnect() };
        },
      },
      {
        name: `an ioredis client of a sentinel, RESP${RESP}`,
        async connect({ sentinels, masterName: name }) {
          const client = new Redis({ sentinels: [...sentinels], name, protocol: RESP });
          client.on('error', ignore);
          return { client, ping: () => client.ping(), end: () => client.disconnect() };
        },
      },
      {
        name: `an ioredis cluster, RESP${RESP}`,
        async connect({ clusterUrls }) {
          const client = new Cluster([...clusterUrls], { redisOptions: { protocol: RESP } });
          client.on('error', ignore);
          return { client, ping: () => client.ping(), end: () => client.disconnect() };
        },
      },
    ] satisfies ClientKind[],
);
