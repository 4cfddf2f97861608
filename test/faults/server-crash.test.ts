/**
 * Servers that are killed under load, and what their append-only file holds afterwards.
 *
 * @module
 */
import { randomInt } from 'node:crypto';
import { cp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, type TestContext, vi } from 'vitest';
import { JSONSession, type JSONSessionOptions } from '../../src/index.ts';
import { type RedisServer, startRedis } from '../servers/redis-server.ts';
import { PATIENCE } from '../processes/patience.ts';
import { Load, repeatUnknown, send, type WriterPlan } from './load.ts';
import { type Attempt, violations } from './oracle.ts';
import { Row } from './report.ts';
import { storedDocument } from './session-document.ts';
import { endAll, openAll, type OpenWay } from './ways.ts';

const ADDRESS = { keyPrefix: 'faults:', sessionId: 's' };
const KEY = 'faults:s';
const LONG_MS = 30_000;
const SHORT_MS = 100;

async function start(
  fsync: string,
  { onTestFinished }: TestContext,
): Promise<{ server: RedisServer; ways: OpenWay[] }> {
  const server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', fsync] });
  onTestFinished(() => server.stop());
  const ways = await openAll(server.url);
  onTestFinished(() => endAll(ways));
  return { server, ways };
}

/** On every way one writer that waits as long as it takes, and one that gives up soon. */
function writers(ways: readonly OpenWay[]): WriterPlan[] {
  return ways.flatMap(({ store }, index) =>
    [LONG_MS, SHORT_MS].map((timeoutMs) => ({
      name: `w${index}-${timeoutMs}`,
      session: new JSONSession({ ...ADDRESS, store, timeoutMs }),
      ownIds: index % 2 === 0,
      pace: 2,
    })),
  );
}

async function kill(server: RedisServer): Promise<void> {
  server.kill('SIGKILL');
  const isGone = (): Promise<boolean> =>
    server.cli('PING').then(
      () => false,
      () => true,
    );
  await vi.waitUntil(isGone, PATIENCE);
}

describe.concurrent('a server that is killed', () => {
  test.for(['always', 'everysec'])(
    'three times under load, with appendfsync %s, loses and doubles nothing',
    async (fsync, context) => {
      const row = new Row(`server SIGKILL, appendfsync ${fsync} | all clients`);
      const { server, ways } = await start(fsync, context);
      await JSONSession.create({ ...ADDRESS, store: ways[0]!.store });
      const load = new Load(writers(ways));
      for (const round of [1, 2, 3]) {
        const before = load.count('acknowledged');
        await vi.waitUntil(() => load.count('acknowledged') > before + 150, PATIENCE);
        // The second kill finds the file being written anew.
        if (round === 2) await server.cli('BGREWRITEAOF');
        await kill(server);
        const refused = load.count('rejected');
        await vi.waitUntil(() => load.count('rejected') > refused, PATIENCE);
        await server.restart();
      }
      const before = load.count('acknowledged');
      await vi.waitUntil(() => load.count('acknowledged') > before + 50, PATIENCE);
      const attempts = await load.stop();
      await Promise.all(ways.map((way) => way.settle()));

      expect(violations(attempts, await storedDocument(server.url, KEY))).toEqual([]);
      const patient = attempts.filter(({ writer }) => writer.endsWith(`-${LONG_MS}`));
      expect(new Set(patient.map(({ outcome }) => outcome))).toEqual(new Set(['acknowledged']));
      await repeatUnknown(new JSONSession({ ...ADDRESS, store: ways[1]!.store }), attempts);
      expect(violations(attempts, await storedDocument(server.url, KEY))).toEqual([]);
      row.print(attempts, '3 kills');
    },
  );

  test('and whose file lost its tail has lost whole writes, which can be sent again', async (context) => {
    const { server, ways } = await start('everysec', context);
    const [{ store }] = ways as [OpenWay];
    const options: JSONSessionOptions = { ...ADDRESS, store, timeoutMs: LONG_MS };
    await JSONSession.create(options);
    const plans = ways.map((way, index) => ({
      name: `w${index}`,
      session: new JSONSession({ ...options, store: way.store }),
      operations: 40,
      ownIds: true,
    }));
    const attempts = await new Load(plans).finish();
    const whole = await storedDocument(server.url, KEY);
    expect(violations(attempts, whole)).toEqual([]);
    await kill(server);
    const file = await appendOnlyFile(server.dir);
    const copy = join(server.dir, 'whole-copy');
    await cp(file, copy);

    for (const bytes of [1, 37, 111, 300, 555, randomInt(1000, 20_000)]) {
      const row = new Row(`append-only file cut by ${bytes} bytes | all clients`);
      await cp(copy, file);
      await truncate(file, (await stat(file)).size - bytes);
      await server.restart();

      const left = await storedDocument(server.url, KEY);
      expect(left.messages).toEqual(whole.messages.slice(0, left.messages.length));
      expect(left.messages.length).toBeLessThan(whole.messages.length);
      const stored = new Set(left.messages.map(({ content }) => content));
      const kept = attempts.filter(({ texts }) => stored.has(texts[0] ?? ''));
      expect(violations(kept, left)).toEqual([]);

      // Each writer sends everything again: what is there is known by its name.
      await Promise.all(plans.map(({ name }) => sendAll(attempts, name, options)));
      expect(violations(attempts, await storedDocument(server.url, KEY))).toEqual([]);
      row.print(attempts, `${attempts.length - kept.length} lost and written again`);
      await kill(server);
    }
    await rm(copy);
  });
});

/** With a handle of its own: those of before may have seen more than there is now. */
async function sendAll(
  attempts: readonly Attempt[],
  writer: string,
  options: JSONSessionOptions,
): Promise<void> {
  const session = new JSONSession(options);
  const own = attempts.filter((attempt) => attempt.writer === writer);
  for (const attempt of own) {
    // The numbers of the store's earlier writes are those of a history that is gone.
    await send(session, attempt).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'outcome_unknown' });
      return send(session, attempt);
    });
  }
}

/** The part that grows. */
async function appendOnlyFile(dir: string): Promise<string> {
  const folder = join(dir, 'appendonlydir');
  const names = await readdir(folder);
  return join(folder, names.find((name) => name.endsWith('.incr.aof')) ?? '');
}
