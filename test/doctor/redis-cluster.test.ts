import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doctor, type DoctorReport } from '../../src/index.ts';
import { type RedisClientLike, RedisStore } from '../../src/stores/redis/index.ts';
import { type RedisCluster, startCluster } from '../servers/redis-cluster.ts';
import { codesOf, messageOf } from './reports.ts';

/** A connected client, and what ends it. */
interface Connected {
  readonly client: RedisClientLike;
  end(): void;
}

const CLIENTS: [string, (cluster: RedisCluster) => Promise<Connected>][] = [
  [
    'node-redis',
    async ({ urls }): Promise<Connected> => {
      const client = createCluster({ rootNodes: urls.map((url) => ({ url })) });
      client.on('error', () => {});
      await client.connect();
      return { client, end: () => client.destroy() };
    },
  ],
  [
    'ioredis',
    async ({ urls }): Promise<Connected> => {
      const client = new Cluster([...urls]).on('error', () => {});
      return { client, end: () => client.disconnect() };
    },
  ],
];

describe.each(CLIENTS)('a cluster of three masters, through %s', (_name, connect) => {
  let cluster: RedisCluster;
  let connected: Connected;

  beforeAll(async () => {
    cluster = await startCluster({ modules: 'json+search' });
    connected = await connect(cluster);
  });

  afterAll(async () => {
    connected.end();
    await cluster.stop();
  });

  function look(timeoutMs = 20_000): Promise<DoctorReport> {
    return doctor({ store: new RedisStore(connected.client), timeoutMs });
  }

  it('is looked at as a whole', async () => {
    const report = await look();
    expect(messageOf(report, 'server_unavailable')).toBeUndefined();
    expect(report.server).toMatchObject({ product: 'Redis', json: true, nodes: 3 });
    // RediSearch of Redis Stack has no coordinator; Redis 8 has one.
    const isPerNode = report.server?.search === 'per-node';
    expect(isPerNode).toBe(cluster.nodes[0]?.version.startsWith('7.'));
    expect(codesOf(report).includes('search_not_across_cluster')).toBe(isPerNode);
    expect(codesOf(report)).not.toContain('cluster_needs_cluster_client');
    expect(messageOf(report, 'no_persistence')).toBe(
      'There is neither an append-only file nor a snapshot.',
    );
  });

  it('names the masters that differ', async () => {
    const [first, second] = cluster.nodes;
    await first?.cli('CONFIG', 'SET', 'maxmemory-policy', 'volatile-lru');
    await second?.cli('ACL', 'SETUSER', 'default', '-json.arrtrim');
    const report = await look();
    await first?.cli('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await second?.cli('ACL', 'SETUSER', 'default', '+@all');
    expect(messageOf(report, 'eviction_policy_idle')).toContain(`(127.0.0.1:${first?.port})`);
    expect(messageOf(report, 'acl_command_denied')).toBe(
      `The user lacks +json.arrtrim. (127.0.0.1:${second?.port})`,
    );
  });

  it('cannot say whether a search reaches across without the right to search', async () => {
    for (const node of cluster.nodes) await node.cli('ACL', 'SETUSER', 'default', '-ft.search');
    const report = await look();
    for (const node of cluster.nodes) await node.cli('ACL', 'SETUSER', 'default', '+@all');
    expect(messageOf(report, 'search_not_checked')).toContain('+ft.search');
    expect(codesOf(report)).not.toContain('search_not_across_cluster');
  });

  it('names a master that does not answer', async () => {
    const third = cluster.nodes[2];
    third?.kill('SIGSTOP');
    const report = await look(2000);
    third?.kill('SIGCONT');
    expect(messageOf(report, 'server_unavailable')).toMatch(
      new RegExp(`ETIMEDOUT.* \\(127\\.0\\.0\\.1:${third?.port}\\)$`),
    );
    expect(report).toMatchObject({ ok: false, server: { product: 'Redis', nodes: 3 } });
  });
});

describe('one node of a cluster, by URL', () => {
  it('is told to be one', async () => {
    const cluster = await startCluster();
    const report = await doctor({ url: cluster.urls[0] });
    await cluster.stop();
    expect(codesOf(report)).toContain('cluster_needs_cluster_client');
    expect(codesOf(report)).not.toContain('server_unavailable');
    expect(report.server?.json).toBe(true);
  });

  it('is enough where it is the only one', async () => {
    const cluster = await startCluster({ masters: 1 });
    const report = await doctor({ url: cluster.urls[0] });
    await cluster.stop();
    expect(codesOf(report)).not.toContain('cluster_needs_cluster_client');
  });
});
