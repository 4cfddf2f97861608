/**
 * Servers that answer and do not write: each state comes and goes while writers write.
 *
 * @module
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, type TestContext, vi } from 'vitest';
import { JSONSession } from '../../src/index.ts';
import { redisCommand } from '../servers/redis-command.ts';
import { type RedisOptions, type RedisServer, startRedis } from '../servers/redis-server.ts';
import { PATIENCE } from '../processes/patience.ts';
import { CutProxy } from './cut-proxy.ts';
import { Load, repeatUnknown } from './load.ts';
import { type Attempt, violations } from './oracle.ts';
import { Row } from './report.ts';
import { storedDocument } from './session-document.ts';
import { endAll, openAll, type OpenWay } from './ways.ts';

const ADDRESS = { keyPrefix: 'faults:', sessionId: 's' };
const KEY = 'faults:s';
const LONG_MS = 30_000;
const SHORT_MS = 100;
/** How many writes the state must have met, and how many must have come after it. */
const ENOUGH = 20;

/** A server with writers on all ways, some of which wait as long as it takes. */
interface Scene {
  readonly server: RedisServer;
  readonly load: Load;
  readonly witness: JSONSession;
  /** Waits until so many more writes were acknowledged or rejected. */
  readonly more: (outcome: 'acknowledged' | 'rejected', count?: number) => Promise<void>;
  /** Ends the writers, judges what they were told, and prints the row. */
  readonly judge: (found?: string) => Promise<void>;
}

interface SceneOptions extends RedisOptions {
  /** Where the clients connect to; the server itself when left out. */
  readonly via?: (server: RedisServer) => Promise<string>;
  readonly prepare?: (server: RedisServer) => Promise<void>;
  readonly padding?: number;
}

async function setUp(
  what: string,
  { onTestFinished }: TestContext,
  options: SceneOptions = {},
): Promise<Scene> {
  const { via, prepare, padding = 0, ...redis } = options;
  const row = new Row(`${what} | all clients`);
  const server = await startRedis(redis);
  onTestFinished(() => server.stop());
  const url = (await via?.(server)) ?? server.url;
  const ways = await openAll(url);
  onTestFinished(() => endAll(ways));
  const open = (way: OpenWay, timeoutMs = LONG_MS): JSONSession =>
    new JSONSession({ ...ADDRESS, store: way.store, timeoutMs });
  const witness = open(ways[1]!);
  if (prepare === undefined) await witness.create();
  else await prepare(server);
  const plans = ways.flatMap((way, index) =>
    [LONG_MS, SHORT_MS].map((timeoutMs) => ({
      name: `w${index}-${timeoutMs}`,
      session: open(way, timeoutMs),
      ownIds: index % 2 === 0,
      pace: 3,
      padding,
    })),
  );
  const load = new Load(plans);
  onTestFinished(async () => {
    await load.stop();
  });
  return {
    server,
    load,
    witness,
    async more(outcome, count = ENOUGH) {
      const wanted = load.count(outcome) + count;
      await vi.waitUntil(() => load.count(outcome) >= wanted, PATIENCE);
    },
    async judge(found) {
      const attempts = await load.stop();
      await Promise.all(ways.map((way) => way.settle()));
      expect(violations(attempts, await storedDocument(server.url, KEY))).toEqual([]);
      await repeatUnknown(witness, attempts);
      expect(violations(attempts, await storedDocument(server.url, KEY))).toEqual([]);
      row.print(attempts, found);
    },
  };
}

describe.concurrent('while a server', () => {
  test('is loading its data, writes wait or are rejected', async (context) => {
    const { server, load, more, judge } = await setUp('LOADING', context, {
      // A pause in microseconds at each key that is loaded.
      args: [
        '--appendonly=yes --appendfsync=always --key-load-delay=20000',
        '--loading-process-events-interval-bytes=1024',
      ].flatMap((line) => line.split(/[ =]/)),
    });
    const fill = "for i = 1, 1000 do redis.call('SET', 'key' .. i, string.rep('x', 100)) end";
    await server.cli('EVAL', fill, '0');
    // Commands are answered while the base of the file is loaded, not while what came after it is.
    await server.cli('BGREWRITEAOF');
    await untilInfo(server, 'aof_rewrite_in_progress:0', 'aof_rewrite_scheduled:0');
    await more('acknowledged');
    server.kill('SIGKILL');
    await more('rejected', 3);
    const restarted = server.restart();
    await vi.waitUntil(() => isLoading(server.url), PATIENCE);
    await more('rejected', 6);
    expect(await isLoading(server.url)).toBe(true);
    await server.cli('CONFIG', 'SET', 'key-load-delay', '0');
    await restarted;
    await more('acknowledged');
    expectPatience(load);
    await judge();
  });

  test('is a replica, writes wait or are rejected until it is promoted', async (context) => {
    const master = await startRedis();
    context.onTestFinished(() => master.stop());
    const { server, load, witness, more, judge } = await setUp('READONLY', context, {
      args: ['--replicaof', '127.0.0.1', String(master.port)],
      async prepare(replica) {
        const store = await openAll(master.url);
        await JSONSession.create({ ...ADDRESS, store: store[0]!.store });
        await endAll(store);
        const there = async (): Promise<boolean> => (await replica.cli('EXISTS', KEY)) === '1';
        await vi.waitUntil(there, PATIENCE);
      },
    });
    await more('rejected');
    expect(load.count('acknowledged')).toBe(0);
    expect(await witness.getItems()).toEqual([]);
    await server.cli('REPLICAOF', 'NO', 'ONE');
    await more('acknowledged');
    expectPatience(load);
    await judge();
  });

  test('is at its memory limit, writes are rejected, and what frees memory works', async (context) => {
    const { server, load, witness, more, judge } = await setUp('OOM', context, { padding: 1000 });
    const options = { keyPrefix: ADDRESS.keyPrefix, timeoutMs: LONG_MS };
    const ways = await openAll(server.url);
    context.onTestFinished(() => endAll(ways));
    const other = new JSONSession({ ...options, store: ways[0]!.store, sessionId: 'other' });
    await other.addItems(['a', 'b', 'c'].map((content) => ({ role: 'user', content })));
    await more('acknowledged', 100);
    const memory = await server.cli('INFO', 'memory');
    const used = Number(/used_memory:(\d+)/.exec(memory)?.[1]);
    await server.cli('CONFIG', 'SET', 'maxmemory', String(used + 200_000));
    await vi.waitUntil(() => load.count('rejected', 'out_of_memory') >= ENOUGH, PATIENCE);

    await server.cli('CONFIG', 'SET', 'maxmemory', '1mb');
    expect(await witness.getMetadata()).toMatchObject({ sessionId: 's' });
    expect(await other.popItem()).toMatchObject({ content: 'c' });
    expect(await other.getItems()).toHaveLength(2);
    await other.clear();
    expect(await other.getItems()).toEqual([]);
    await other.touch();
    expect(await other.delete()).toBe(true);

    await server.cli('CONFIG', 'SET', 'maxmemory', '0');
    await more('acknowledged');
    expect(codes(load.attempts.filter(isPatient))).toEqual(['out_of_memory']);
    await judge('pop, clear, touch and delete worked meanwhile');
  });

  test('misses its replicas, writes wait or are rejected', async (context) => {
    const { server, load, witness, more, judge } = await setUp('NOREPLICAS', context);
    await more('acknowledged');
    await server.cli('CONFIG', 'SET', 'min-replicas-to-write', '1');
    await more('rejected');
    expect(await witness.getMetadata()).toMatchObject({ sessionId: 's' });
    await server.cli('CONFIG', 'SET', 'min-replicas-to-write', '0');
    await more('acknowledged');
    expectPatience(load);
    await judge();
  });

  test('cannot save, writes wait or are rejected, and reads work', async (context) => {
    const { server, load, witness, more, judge } = await setUp('MISCONF', context, {
      args: ['--save', '3600 1000000'],
    });
    await more('acknowledged');
    const dump = join(server.dir, 'dump.rdb');
    await mkdir(dump);
    await saveAs(server, 'err');
    await more('rejected');
    expect(await witness.getMetadata()).toMatchObject({ sessionId: 's' });
    expect((await witness.getItems(1)).length).toBe(1);
    await rm(dump, { recursive: true });
    await saveAs(server, 'ok');
    await more('acknowledged');
    expectPatience(load);
    await judge();
  });

  test('is busy with a script, writes wait or are rejected', async (context) => {
    const { server, load, more, judge } = await setUp('BUSY', context, {
      args: ['--busy-reply-threshold', '50'],
    });
    await more('acknowledged');
    const busy = server.cli('EVAL', 'while true do end', '0').catch(() => 'killed');
    await more('rejected');
    await server.cli('SCRIPT', 'KILL');
    expect(await busy).toBe('killed');
    await more('acknowledged');
    expectPatience(load);
    await judge();
  });

  test('forgets its scripts and the network cuts replies, nothing is lost or doubled', async (context) => {
    let proxy: CutProxy | undefined;
    const { server, more, judge } = await setUp('NOSCRIPT and cut-after', context, {
      async via({ port }) {
        proxy = await CutProxy.start(port);
        context.onTestFinished(() => proxy?.stop());
        return proxy.url;
      },
    });
    proxy?.harm('cut-after', 11);
    const state = { flushes: 0, flushing: true };
    const flushing = (async () => {
      for (; state.flushing; state.flushes += 1) await server.cli('SCRIPT', 'FLUSH');
    })();
    await more('acknowledged', 300);
    state.flushing = false;
    await flushing;
    await proxy?.heal();
    expect(state.flushes).toBeGreaterThan(ENOUGH);
    await judge(`${state.flushes} SCRIPT FLUSH, ${proxy?.faults} faults`);
  });
});

function isPatient({ writer }: Attempt): boolean {
  return writer.endsWith(`-${LONG_MS}`);
}

/** Whoever had the time waited until the state was over; the others were told that it did not work. */
function expectPatience({ attempts }: Load): void {
  const patient = attempts.filter(isPatient);
  expect(new Set(patient.map(({ outcome }) => outcome))).toEqual(new Set(['acknowledged']));
  expect(codes(attempts)).toEqual(['store_unavailable']);
}

/** With which codes writes were rejected. */
function codes(attempts: readonly Attempt[]): string[] {
  const rejected = attempts.filter(({ outcome }) => outcome === 'rejected');
  return [...new Set(rejected.map(({ code }) => code))];
}

async function isLoading(url: string): Promise<boolean> {
  const reply = await redisCommand(url, 'PING').catch(String);
  return reply.includes('LOADING');
}

async function saveAs(server: RedisServer, status: 'ok' | 'err'): Promise<void> {
  await server.cli('BGSAVE');
  await untilInfo(server, 'rdb_bgsave_in_progress:0', `rdb_last_bgsave_status:${status}`);
}

async function untilInfo(server: RedisServer, ...lines: string[]): Promise<void> {
  const done = async (): Promise<boolean> => {
    const info = await server.cli('INFO', 'persistence');
    return lines.every((line) => info.includes(line));
  };
  await vi.waitUntil(done, PATIENCE);
}
