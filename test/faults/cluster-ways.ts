/**
 * The ways to a Redis Cluster, with clients as they are when nobody sets an option.
 *
 * @module
 */
import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { RedisStore, type RedisStoreOptions } from '../../src/stores/redis/index.ts';

/**
 * A store over a cluster client that a test ends.
 */
export interface ClusterWay {
  readonly name: string;
  readonly store: RedisStore;
  end(): Promise<void>;
}

const ignore = (): void => {};

/**
 * Opens a cluster of node-redis and one of ioredis.
 */
export async function openClusterWays(
  urls: readonly string[],
  options: RedisStoreOptions = {},
): Promise<ClusterWay[]> {
  const nodeRedis = createCluster({ rootNodes: urls.map((url) => ({ url })) }).on('error', ignore);
  await nodeRedis.connect();
  const ioredis = new Cluster([...urls]).on('error', ignore);
  return [
    way('node-redis', new RedisStore(nodeRedis, options), () => nodeRedis.destroy()),
    way('ioredis', new RedisStore(ioredis, options), () => ioredis.disconnect()),
  ];
}

function way(name: string, store: RedisStore, disconnect: () => void): ClusterWay {
  return {
    name,
    store,
    async end() {
      await store.close();
      disconnect();
    },
  };
}
