/**
 * What networks do to connections, through clients as they are when nobody sets an option.
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import type { SessionDocument } from '../../src/document/document.ts';
import { JSONSession, OutcomeUnknownError } from '../../src/index.ts';
import { ownPrefix } from '../processes/shared-stores.ts';
import { type RedisServer, startRedis } from '../servers/redis-server.ts';
import { CutProxy, type Fault, FAULT_MS } from './cut-proxy.ts';
import { Load, repeatUnknown, type WriterPlan } from './load.ts';
import { type Attempt, violations } from './oracle.ts';
import { Row } from './report.ts';
import { storedDocument } from './session-document.ts';
import { WAYS, type Way } from './ways.ts';

const LONG_MS = 20_000;
const OPERATIONS = 45;

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server.stop());

/** One session, which two clients reach through one proxy. */
interface Scene {
  readonly proxy: CutProxy;
  readonly key: string;
  readonly open: (client: 0 | 1, timeoutMs?: number) => JSONSession;
  /** Ends the harm, and waits until the server has all that was sent. */
  readonly settle: () => Promise<void>;
  readonly document: () => Promise<SessionDocument>;
}

async function setUp(way: Way, { onTestFinished }: TestContext): Promise<Scene> {
  const proxy = await CutProxy.start(server.port);
  const clients = await Promise.all([way.open(proxy.url), way.open(proxy.url)]);
  onTestFinished(async () => {
    await Promise.all(clients.map((client) => client.end()));
    await proxy.stop();
  });
  const keyPrefix = ownPrefix();
  const key = `${keyPrefix}s`;
  return {
    proxy,
    key,
    open(client, timeoutMs = LONG_MS) {
      const { store } = clients[client];
      return new JSONSession({ sessionId: 's', keyPrefix, store, timeoutMs });
    },
    async settle() {
      await proxy.heal();
      await Promise.all(clients.map((client) => client.settle()));
      await proxy.heal();
    },
    document: () => storedDocument(server.url, key),
  };
}

/** Two writers on each connection, which name their writes or learn the names from errors. */
async function writeAll({ open }: Scene, timeoutMs?: number): Promise<readonly Attempt[]> {
  const plans = [0, 1, 2, 3].map((index): WriterPlan => ({
    name: `w${index}`,
    session: open(index % 2 === 0 ? 0 : 1, timeoutMs),
    operations: OPERATIONS,
    ownIds: index < 2,
  }));
  return new Load(plans).finish();
}

describe.concurrent.each(WAYS)('through $name', (way) => {
  test.for<Fault>(['cut-before', 'cut-after', 'reset', 'half-reply', 'delay', 'black-hole'])(
    '%s: every write is acknowledged, and is there once',
    async (fault, context) => {
      const row = new Row(`${fault} | ${way.name}`);
      const scene = await setUp(way, context);
      await scene.open(0).create();
      scene.proxy.harm(fault, 9);
      const attempts = await writeAll(scene);
      await scene.settle();

      expect(violations(attempts, await scene.document())).toEqual([]);
      expect(new Set(attempts.map(({ outcome }) => outcome))).toEqual(new Set(['acknowledged']));
      expect(scene.proxy.faults).toBeGreaterThan(15);
      row.print(attempts, `${scene.proxy.faults} faults`);
    },
  );

  test.for<[Fault, number]>([
    ['cut-after', 30],
    ['delay', FAULT_MS * 0.6],
    ['black-hole', FAULT_MS * 0.6],
  ])(
    '%s, with %i ms for a call: what is unknown is there once when it was repeated',
    async ([fault, timeoutMs], context) => {
      const row = new Row(`${fault}, ${timeoutMs} ms for a call | ${way.name}`);
      const scene = await setUp(way, context);
      await scene.open(0).create();
      scene.proxy.harm(fault, 15);
      const attempts = await writeAll(scene, timeoutMs);
      const { faults } = scene.proxy;
      await scene.settle();

      expect(violations(attempts, await scene.document())).toEqual([]);
      const unknown = attempts.filter(({ outcome }) => outcome === 'unknown').length;
      if (fault !== 'cut-after') expect(unknown).toBeGreaterThan(3);

      // Those that are sent again meet with the next fault.
      scene.proxy.harm('cut-after', 3);
      await repeatUnknown(scene.open(1), attempts);
      await scene.settle();
      expect(violations(attempts, await scene.document())).toEqual([]);
      row.print(attempts, `${faults} faults`);
    },
  );

  test.for<Fault>(['cut-before', 'cut-after', 'half-reply'])(
    '%s: every item is popped once',
    async (fault, context) => {
      const row = new Row(`${fault} of pops | ${way.name}`);
      const { proxy, open, settle, document } = await setUp(way, context);
      const texts = Array.from({ length: 80 }, (_, index) => `item ${index}`);
      await open(0).addItems(texts.map((content) => ({ role: 'user', content })));
      proxy.harm(fault, 5);
      const popped = await Promise.all([popAll(open(0)), popAll(open(1))]);
      await settle();

      expect(popped.flat().toSorted()).toEqual(texts.toSorted());
      for (const own of popped) {
        const order = own.map((text) => texts.indexOf(text));
        expect(order).toEqual(order.toSorted((left, right) => right - left));
      }
      expect(violations([], await document())).toEqual([]);
      expect(proxy.faults).toBeGreaterThan(10);
      row.print([], `${texts.length} pops, ${proxy.faults} faults`);
    },
  );

  test.for<Fault>(['cut-before', 'cut-after', 'half-reply'])(
    '%s: create, clear and delete have the outcome of their first attempt',
    async (fault, context) => {
      const row = new Row(`${fault} of create, clear and delete | ${way.name}`);
      const { proxy, key, open } = await setUp(way, context);
      proxy.harm(fault, 3);
      const rounds = 10;
      for (let round = 0; round < rounds; round += 1) {
        const session = open(0);
        await session.create();
        await expectExists(open(1));
        await session.addItems([{ role: 'user', content: 'hello' }]);
        await session.clear();
        expect(await session.getItems()).toEqual([]);
        expect(await session.delete()).toBe(true);
        expect(await server.cli('EXISTS', key)).toBe('0');
        await expect(session.getItems()).rejects.toMatchObject({ code: 'session_expired' });
      }
      expect(proxy.faults).toBeGreaterThan(rounds);
      row.print([], `${rounds * 5} writes, ${proxy.faults} faults`);
    },
  );
});

/** Where an attempt had no answer it is unknown, until the same one is told. */
async function expectExists(session: JSONSession, operationId?: string): Promise<void> {
  const error = await session
    .create(operationId === undefined ? {} : { operationId })
    .catch((reason: unknown) => reason);
  if (error instanceof OutcomeUnknownError) return expectExists(session, error.operationId);
  expect(error).toMatchObject({ code: 'session_exists' });
}

async function popAll(session: JSONSession): Promise<string[]> {
  const popped: string[] = [];
  for (;;) {
    const item = await session.popItem();
    if (item === undefined) return popped;
    popped.push((item as { content: string }).content);
  }
}
