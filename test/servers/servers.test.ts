import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { PATIENCE } from '../processes/patience.ts';
import { cutReplicas, failOver } from './cluster-failover.ts';
import { masterOf, moveSlot, slotOf } from './cluster-slots.ts';
import { firstMasterOf, startCluster } from './redis-cluster.ts';
import { redisCommand } from './redis-command.ts';
import { startSentinel } from './redis-sentinel.ts';
import { startRedis } from './redis-server.ts';
import { sharedRedisUrl } from './shared-redis.ts';

const started: { stop(): Promise<void> }[] = [];

async function keep<T extends { stop(): Promise<void> }>(start: Promise<T>): Promise<T> {
  const server = await start;
  started.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('startRedis', () => {
  test('stores JSON and searches it', async () => {
    const server = await keep(startRedis());
    expect(server.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(server.url).toBe(`redis://127.0.0.1:${server.port}`);
    expect(await server.cli('JSON.SET', 'doc', '$', '{"n":1}')).toBe('OK');
    expect(await server.cli('JSON.NUMINCRBY', 'doc', '$.n', '1')).toBe('[2]');
    const index = server
      .cli('FT.CREATE', 'i', 'ON', 'JSON', 'SCHEMA', '$.n', 'AS', 'n', 'NUMERIC')
      .catch((error: Error) => error.message);
    expect(await index).toMatch(server.hasSearch ? /^OK$/ : /unknown command/);
  });

  test('gives replies that are not texts as JSON', async () => {
    const server = await keep(startRedis({ modules: 'json' }));
    expect(await server.cli('RPUSH', 'list', 'a', 'b')).toBe('2');
    expect(await server.cli('LRANGE', 'list', '0', '-1')).toBe('["a","b"]');
    expect(await server.cli('GET', 'absent')).toBe('null');
    expect(server.hasSearch).toBe(false);
  });

  test('starts without modules and with more arguments', async () => {
    const server = await keep(startRedis({ modules: 'none', args: ['--maxmemory', '6mb'] }));
    await expect(server.cli('JSON.SET', 'doc', '$', '1')).rejects.toThrow(/unknown command/);
    expect(await server.cli('CONFIG', 'GET', 'maxmemory')).toBe('["maxmemory","6291456"]');
    expect(await server.cli('CONFIG', 'GET', 'save')).toBe('["save",""]');
  });

  test('logs in with the password of its arguments', async () => {
    const server = await keep(startRedis({ args: ['--requirepass', 'a:b@c d'] }));
    expect(await server.cli('ACL', 'WHOAMI')).toBe('default');
    const anonymous = redisCommand(`redis://127.0.0.1:${server.port}`, 'PING');
    await expect(anonymous).rejects.toThrow(/NOAUTH/);
  });

  test('keeps folder, port and arguments over a restart', async () => {
    const server = await keep(startRedis({ args: ['--appendonly', 'yes'] }));
    const before = { pid: server.pid, dir: server.dir, url: server.url };
    await server.cli('JSON.SET', 'doc', '$', '{"kept":true}');
    await server.restart();
    expect(server.pid).not.toBe(before.pid);
    expect(isAlive(before.pid)).toBe(false);
    expect({ dir: server.dir, url: server.url }).toEqual({ dir: before.dir, url: before.url });
    expect(await server.cli('JSON.GET', 'doc')).toBe('{"kept":true}');
  });

  test('starts again after SIGKILL', async () => {
    const server = await keep(startRedis({ args: ['--appendonly', 'yes'] }));
    await server.cli('SET', 'key', 'kept');
    server.kill('SIGKILL');
    await vi.waitUntil(() => !isAlive(server.pid), PATIENCE);
    await expect(server.cli('PING')).rejects.toThrow(/ECONNREFUSED|closed/i);
    await server.restart();
    expect(await server.cli('GET', 'key')).toBe('kept');
  });

  test('answers again after SIGSTOP and SIGCONT', async () => {
    const server = await keep(startRedis());
    server.kill('SIGSTOP');
    let answered = false;
    const reply = server.cli('PING').finally(() => {
      answered = true;
    });
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    expect(answered).toBe(false);
    server.kill('SIGCONT');
    expect(await reply).toBe('PONG');
  });

  test('stops a suspended server', async () => {
    const server = await startRedis();
    server.kill('SIGSTOP');
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  });

  test('stop ends exactly that process and removes its temporary folder', async () => {
    const [first, second] = await Promise.all([startRedis(), keep(startRedis())]);
    expect(first.port).not.toBe(second.port);
    expect(first.dir).not.toBe(second.dir);
    await first.stop();
    await first.stop();
    expect([isAlive(first.pid), isAlive(second.pid)]).toEqual([false, true]);
    expect([existsSync(first.dir), existsSync(second.dir)]).toEqual([false, true]);
    expect(await second.cli('PING')).toBe('PONG');
  });

  test('keeps a folder that was given, with its data', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'given-'));
    try {
      const first = await startRedis({ dir, args: ['--appendonly', 'yes'] });
      await first.cli('SET', 'key', 'kept');
      await first.stop();
      const second = await keep(startRedis({ dir, args: ['--appendonly', 'yes'] }));
      expect(await second.cli('GET', 'key')).toBe('kept');
      await second.stop();
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test('a failed start says why and leaves nothing behind', async () => {
    const { port } = await keep(startRedis());
    await expect(startRedis({ port })).rejects.toThrow(/already in use/i);
    await expect(startRedis({ args: ['--no-such-option', '1'] })).rejects.toThrow(/no-such-option/);
  });

  test('the server ends when its parent is killed', async () => {
    const module = new URL('redis-server.ts', import.meta.url).href;
    const script = `const { startRedis } = await import(${JSON.stringify(module)});
      const { pid, dir } = await startRedis();
      process.stdout.write(JSON.stringify({ pid, dir }));
      setInterval(() => {}, 1000);`;
    const flags = ['--experimental-strip-types', '--no-warnings', '--input-type=module'];
    const parent = spawn(process.execPath, [...flags, '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = (await once(parent.stdout, 'data')) as [Buffer];
    const { pid, dir } = JSON.parse(output.toString()) as { pid: number; dir: string };
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await vi.waitUntil(() => !isAlive(pid) && !existsSync(dir), PATIENCE);
  });
});

describe('startCluster', () => {
  test('every master answers for its own slots', async () => {
    const cluster = await keep(startCluster());
    expect(cluster.urls).toHaveLength(3);
    const replies = await Promise.all(
      cluster.nodes.map((node) =>
        node.cli('JSON.SET', 'doc', '$', '{"n":1}').catch((error: Error) => error.message),
      ),
    );
    expect(replies.filter((reply) => reply === 'OK')).toHaveLength(1);
    expect(replies.filter((reply) => /^MOVED \d+ 127\.0\.0\.1:\d+$/.test(reply))).toHaveLength(2);
  });

  test('a slot moves with its keys, and a replica takes over with what it has', async () => {
    const cluster = await keep(startCluster({ replicas: 1 }));
    expect(cluster.all).toHaveLength(6);
    const slot = await slotOf(cluster, 'doc');
    const source = await masterOf(cluster, slot);
    expect(source).toBe(firstMasterOf(cluster, slot));
    await source.cli('JSON.SET', 'doc', '$', '{"n":1}');
    const target = cluster.nodes.find((node) => node !== source)!;
    await moveSlot(cluster, slot, { source, target });
    expect(await masterOf(cluster, slot)).toBe(target);
    expect(await target.cli('JSON.GET', 'doc')).toBe('{"n":1}');

    const replica = cluster.replicas.get(target)?.[0];
    await vi.waitUntil(async () => (await replica?.cli('DBSIZE')) === '1', PATIENCE);
    await cutReplicas(target, [replica!]);
    await target.cli('JSON.SET', 'doc', '$', '{"n":2}');
    expect(await failOver(cluster, target)).toBe(replica);
    await expect(target.cli('PING')).rejects.toThrow(/ECONNREFUSED|closed/i);
    expect(await masterOf(cluster, slot)).toBe(replica);
    const document = (): Promise<string> => replica!.cli('JSON.GET', 'doc').catch(String);
    await vi.waitUntil(async () => !(await document()).includes('CLUSTERDOWN'), PATIENCE);
    expect(await document()).toBe('{"n":1}');
  });
});

describe('startSentinel', () => {
  test('the sentinel names the master', async () => {
    const { sentinels, masterName, master } = await keep(startSentinel());
    const [sentinel] = sentinels;
    const url = `redis://${sentinel?.host}:${sentinel?.port}`;
    const address = await redisCommand(url, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName);
    expect(JSON.parse(address)).toEqual(['127.0.0.1', String(master.port)]);
    expect(await master.cli('JSON.SET', 'doc', '$', '{}')).toBe('OK');
  });
});

test('a whole run shares one Redis', async () => {
  expect(await redisCommand(sharedRedisUrl(), 'PING')).toBe('PONG');
});
