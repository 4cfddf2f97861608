import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { doctor, type DoctorReport } from '../../src/index.ts';
import { type RedisServer, startRedis } from '../servers/redis-server.ts';
import { codesOf, messageOf } from './reports.ts';

let server: RedisServer;

afterEach(() => server.stop());

/** Looks at a server with these settings. */
async function withSettings(...args: string[]): Promise<DoctorReport> {
  server = await startRedis({ modules: 'json', args });
  return doctor({ url: server.url });
}

async function infoSays(line: string): Promise<void> {
  await expect.poll(() => server.cli('INFO')).toContain(line);
}

describe('persistence', () => {
  const PERSISTENCE = new Set([
    'no_persistence',
    'no_append_only_file',
    'fsync_never',
    'fsync_every_second',
    'append_only_file_without_preamble',
  ]);

  it.each([
    { args: ['--save', '', '--appendonly', 'no'], codes: ['no_persistence'] },
    { args: ['--save', '60 1', '--appendonly', 'no'], codes: ['no_append_only_file'] },
    { args: ['--appendonly', 'yes', '--appendfsync', 'no'], codes: ['fsync_never'] },
    { args: ['--appendonly', 'yes', '--appendfsync', 'everysec'], codes: ['fsync_every_second'] },
    { args: ['--appendonly', 'yes', '--appendfsync', 'always'], codes: [] },
    {
      args: ['--appendonly', 'yes', '--appendfsync', 'always', '--aof-use-rdb-preamble', 'no'],
      codes: ['append_only_file_without_preamble'],
    },
    { args: ['--appendonly', 'no', '--aof-use-rdb-preamble', 'no'], codes: ['no_persistence'] },
  ])('$args: $codes', async ({ args, codes }) => {
    const report = await withSettings(...args);
    expect(codesOf(report).filter((code) => PERSISTENCE.has(code))).toEqual(codes);
    expect(report.ok).toBe(report.findings.every(({ severity }) => severity !== 'error'));
  });

  it('is all right on a server that flushes every write', async () => {
    const report = await withSettings('--appendonly', 'yes', '--appendfsync', 'always');
    expect(report.ok).toBe(true);
  });

  it('tells a rewrite that failed, as each does without the preamble', async () => {
    const safe = ['--appendonly', 'yes', '--aof-use-rdb-preamble', 'no'];
    const before = await withSettings(...safe);
    expect(codesOf(before)).not.toContain('append_only_file_rewrite_failed');
    await server.cli('JSON.SET', 'session:a', '$', '{}');
    await server.cli('BGREWRITEAOF');
    await infoSays('aof_last_bgrewrite_status:err');
    const after = await doctor({ url: server.url });
    expect(codesOf(after)).toContain('append_only_file_rewrite_failed');
  });

  it('tells a snapshot that failed, and that writes are refused since', async () => {
    const before = await withSettings('--save', '3600 1');
    expect(codesOf(before)).not.toContain('snapshot_failed');
    expect(codesOf(before)).not.toContain('writes_refused');
    mkdirSync(join(server.dir, 'dump.rdb'));
    await server.cli('SET', 'a', '1');
    await server.cli('BGSAVE');
    await infoSays('rdb_last_bgsave_status:err');
    const after = await doctor({ url: server.url });
    expect(codesOf(after)).toContain('snapshot_failed');
    expect(messageOf(after, 'writes_refused')).toContain('MISCONF');
    expect(after.ok).toBe(false);
  });
});

describe('writes', () => {
  it('are refused by a replica', async () => {
    const report = await withSettings('--replicaof', '127.0.0.1 1');
    expect(messageOf(report, 'writes_refused')).toContain('READONLY');
  });

  it('are refused at the memory limit and without replicas', async () => {
    const report = await withSettings('--maxmemory', '1', '--min-replicas-to-write', '1');
    const messages = report.findings.filter(({ code }) => code === 'writes_refused');
    expect(messages.map(({ message }) => message)).toEqual([
      'The server refuses writes (OOM).',
      'The server refuses writes (NOREPLICAS).',
    ]);
  });
});

describe('eviction', () => {
  it.each([
    ['volatile-lru', '100mb', 'eviction_drops_sessions'],
    ['allkeys-lfu', '100mb', 'eviction_drops_sessions'],
    ['volatile-ttl', '0', 'eviction_policy_idle'],
    ['noeviction', '100mb', undefined],
    ['noeviction', '0', undefined],
  ])('%s with maxmemory %s: %s', async (policy, limit, code) => {
    const report = await withSettings('--maxmemory-policy', policy, '--maxmemory', limit);
    const found = codesOf(report).filter((name) => name.startsWith('eviction'));
    expect(found).toEqual(code === undefined ? [] : [code]);
    if (code !== undefined) expect(messageOf(report, code)).toContain(policy);
  });
});
