/**
 * Writes that wait for a replica or the disk, while servers and connections fail.
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, test, type TestContext, vi } from 'vitest';
import type { SessionDocument } from '../../src/document/document.ts';
import { type Durability, JSONSession } from '../../src/index.ts';
import { ownPrefix } from '../processes/shared-stores.ts';
import { type ReplicatedRedis, startReplicated } from '../servers/redis-replica.ts';
import type { RedisServer } from '../servers/redis-server.ts';
import { PATIENCE } from '../processes/patience.ts';
import { CutProxy, type Fault, type Harmed } from './cut-proxy.ts';
import { HeldLink } from './held-link.ts';
import { Load, repeatUnknown, type WriterPlan } from './load.ts';
import { type Attempt, type Outcome, violations } from './oracle.ts';
import { Row } from './report.ts';
import { storedDocument } from './session-document.ts';
import { endAll, openAll, type OpenWay, WAYS } from './ways.ts';

const ADDRESS = { keyPrefix: 'faults:', sessionId: 's' };
const KEY = 'faults:s';
const LONG_MS = 30_000;
const SHORT_MS = 800;

async function start({ onTestFinished }: TestContext, args?: string[]): Promise<ReplicatedRedis> {
  const servers = await startReplicated(args);
  onTestFinished(() => servers.stop());
  return servers;
}

async function open(
  { onTestFinished }: TestContext,
  server: Pick<RedisServer, 'url'>,
  durability: Durability,
): Promise<OpenWay[]> {
  const ways = await openAll(server.url, { durability });
  onTestFinished(() => endAll(ways));
  return ways;
}

/** On every way two writers: one names its writes, the other learns the names from errors. */
function writers(ways: readonly OpenWay[], timeoutMs: number): WriterPlan[] {
  return ways.flatMap(({ store }, index) =>
    [true, false].map((ownIds) => ({
      name: `w${index}-${ownIds}`,
      session: new JSONSession({ ...ADDRESS, store, timeoutMs }),
      ownIds,
      pace: 2,
    })),
  );
}

function countOf(attempts: readonly Attempt[], outcome: Outcome): number {
  return attempts.filter((attempt) => attempt.outcome === outcome).length;
}

/** Waits until it shows, too. */
async function stopReplica(replica: RedisServer, load: Load): Promise<void> {
  replica.kill('SIGSTOP');
  const before = load.count('applied');
  // Writers of one store and session wait for each other: some have no time left.
  await vi.waitUntil(() => load.count('applied') >= before + 6, PATIENCE);
}

/** What a failover may lose is lost as a whole, or not at all. */
function afterFailover(attempts: readonly Attempt[], { messages }: SessionDocument): Attempt[] {
  const stored = new Set(messages.map(({ content }) => content));
  return attempts.filter(
    ({ outcome, texts }) => outcome !== 'applied' || texts.some((text) => stored.has(text)),
  );
}

/** A replica behind a line that can be held up. */
async function startDistant({
  onTestFinished,
}: TestContext): Promise<ReplicatedRedis & { link: HeldLink }> {
  let link: HeldLink | undefined;
  const servers = await startReplicated([], async (port) => {
    link = await HeldLink.start(port);
    return link.port;
  });
  onTestFinished(() => servers.stop());
  return { ...servers, link: link as HeldLink };
}

/** Kills the master with what is on its way, and promotes the replica. */
async function failOver(
  { master, replica, link }: Awaited<ReturnType<typeof startDistant>>,
  load: Load,
): Promise<readonly Attempt[]> {
  master.kill('SIGKILL');
  link.stop();
  const rejected = load.count('rejected');
  await vi.waitUntil(() => load.count('rejected') > rejected, PATIENCE);
  const attempts = await load.stop();
  await replica.cli('REPLICAOF', 'NO', 'ONE');
  return attempts;
}

describe.concurrent('a failover', () => {
  test.for(['follows', 'stays behind'])(
    'to a replica that %s loses no acknowledged write',
    async (which, context) => {
      const row = new Row(`failover, durability replicated, replica ${which} | all clients`);
      const servers = await startDistant(context);
      const { master, replica, link } = servers;
      const ways = await open(context, master, 'replicated');
      await JSONSession.create({ ...ADDRESS, store: ways[0]!.store });
      const load = new Load(writers(ways, SHORT_MS));
      await vi.waitUntil(() => load.count('acknowledged') > 60, PATIENCE);
      const before = load.count('applied');
      if (which === 'stays behind') {
        link.hold();
        await vi.waitUntil(() => load.count('applied') >= before + 8, PATIENCE);
      }
      const attempts = await failOver(servers, load);

      const document = await storedDocument(replica.url, KEY);
      const kept = afterFailover(attempts, document);
      expect(violations(kept, document)).toEqual([]);
      const lost = attempts.length - kept.length;
      if (which === 'stays behind') expect(lost).toBeGreaterThan(0);

      // What was not acknowledged is there once when it was sent to the new master.
      const after = await openAll(replica.url);
      context.onTestFinished(() => endAll(after));
      const own = attempts.filter(({ writer }) => writer.endsWith('true'));
      await repeatUnknown(new JSONSession({ ...ADDRESS, store: after[1]!.store }), own);
      const repeated = await storedDocument(replica.url, KEY);
      expect(violations(afterFailover(attempts, repeated), repeated)).toEqual([]);
      row.print(attempts, `${lost} lost, none of them acknowledged`);
    },
  );

  test('without durability loses acknowledged writes', async (context) => {
    const row = new Row('failover, no durability, replica stays behind | all clients');
    const servers = await startDistant(context);
    const { master, replica, link } = servers;
    const ways = await open(context, master, 'acknowledged');
    await JSONSession.create({ ...ADDRESS, store: ways[0]!.store });
    const load = new Load(writers(ways, SHORT_MS));
    await vi.waitUntil(() => load.count('acknowledged') > 60, PATIENCE);
    link.hold();
    const before = load.count('acknowledged');
    await vi.waitUntil(() => load.count('acknowledged') > before + 30, PATIENCE);
    const attempts = await failOver(servers, load);
    const wrong = violations(attempts, await storedDocument(replica.url, KEY));
    const lost = wrong.filter((text) => text.endsWith('acknowledged and kept, 0 times'));
    expect(lost.length).toBeGreaterThan(20);
    row.print(attempts, `${lost.length} lost that were acknowledged`);
  });
});

describe.concurrent('while it goes on', () => {
  test('a replica that stands still: each write is reported, and there once when repeated', async (context) => {
    const row = new Row('replica SIGSTOP and SIGCONT, durability replicated | all clients');
    const { master, replica } = await start(context);
    const ways = await open(context, master, 'replicated');
    await JSONSession.create({ ...ADDRESS, store: ways[0]!.store });
    const load = new Load(writers(ways, SHORT_MS));
    await vi.waitUntil(() => load.count('acknowledged') > 60, PATIENCE);
    await stopReplica(replica, load);
    const during = load.attempts.length;
    await vi.waitUntil(() => load.attempts.length > during + 12, PATIENCE);
    const { length } = load.attempts;
    replica.kill('SIGCONT');
    const before = load.count('acknowledged');
    await vi.waitUntil(() => load.count('acknowledged') > before + 20, PATIENCE);
    const attempts = await load.stop();

    expect(countOf(attempts.slice(during, length), 'acknowledged')).toBe(0);
    expect(violations(attempts, await storedDocument(master.url, KEY))).toEqual([]);
    const applied = countOf(attempts, 'applied');
    await repeatUnknown(new JSONSession({ ...ADDRESS, store: ways[1]!.store }), attempts);
    const document = await storedDocument(master.url, KEY);
    expect(violations(attempts, document)).toEqual([]);
    const copy = (): Promise<SessionDocument> => storedDocument(replica.url, KEY);
    await vi.waitFor(async () => expect(await copy()).toEqual(document), PATIENCE);
    row.print(attempts, `${applied} were repeated`);
  });

  test('a server that is killed, durability fsync: acknowledged writes are there', async (context) => {
    const row = new Row('server SIGKILL, durability fsync, appendfsync everysec | all clients');
    const args = ['--appendonly', 'yes', '--appendfsync', 'everysec'];
    const { master } = await start(context, args);
    const ways = await open(context, master, 'fsync');
    await JSONSession.create({ ...ADDRESS, store: ways[0]!.store, timeoutMs: LONG_MS });
    const load = new Load(writers(ways, LONG_MS));
    await vi.waitUntil(() => load.count('acknowledged') > 10, PATIENCE);
    master.kill('SIGKILL');
    await vi.waitUntil(
      () =>
        master.cli('PING').then(
          () => false,
          () => true,
        ),
      PATIENCE,
    );
    await master.restart();
    const before = load.count('acknowledged');
    await vi.waitUntil(() => load.count('acknowledged') > before + 10, PATIENCE);
    const attempts = await load.stop();
    expect(new Set(attempts.map(({ outcome }) => outcome))).toEqual(new Set(['acknowledged']));
    expect(violations(attempts, await storedDocument(master.url, KEY))).toEqual([]);
    row.print(attempts);
  });
});

describe.concurrent.each(WAYS)('through $name', (way) => {
  let servers: ReplicatedRedis;

  beforeAll(async () => {
    servers = await startReplicated();
  });

  afterAll(() => servers.stop());

  test.for<[Harmed, Fault]>(
    (['script', 'wait'] as const).flatMap((harmed) =>
      (['cut-before', 'cut-after', 'half-reply', 'black-hole'] as const).map(
        (fault): [Harmed, Fault] => [harmed, fault],
      ),
    ),
  )(
    'the %s meets %s: every write is acknowledged, once, and on the replica',
    async ([harmed, fault], context) => {
      const row = new Row(`${fault} of the ${harmed}, durability replicated | ${way.name}`);
      const { master, replica } = servers;
      const proxy = await CutProxy.start(master.port);
      const opened = await way.open(proxy.url, { durability: 'replicated' });
      context.onTestFinished(async () => {
        await opened.end();
        await proxy.stop();
      });
      const { store } = opened;
      const given = { store, keyPrefix: ownPrefix(), sessionId: 's', timeoutMs: LONG_MS };
      const key = `${given.keyPrefix}s`;
      await JSONSession.create(given);
      proxy.harm(fault, 5, harmed);
      const plans = [true, false].map((ownIds) => ({
        name: `w-${ownIds}`,
        session: new JSONSession(given),
        ownIds,
        operations: 30,
      }));
      const attempts = await new Load(plans).finish();
      await proxy.heal();

      const document = await storedDocument(master.url, key);
      expect(violations(attempts, document)).toEqual([]);
      expect(new Set(attempts.map(({ outcome }) => outcome))).toEqual(new Set(['acknowledged']));
      expect(await storedDocument(replica.url, key)).toEqual(document);
      expect(proxy.faults).toBeGreaterThan(8);
      row.print(attempts, `${proxy.faults} faults`);
    },
  );
});
