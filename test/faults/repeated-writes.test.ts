/**
 * Every write whose answer is lost until its time is up, made once more under the id of the error: by
 * the same handle, by another store, and by another process.
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { JSONSession, OutcomeUnknownError, StoreUnavailableError } from '../../src/index.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { ownPrefix } from '../processes/shared-stores.ts';
import { type RedisServer, startRedis } from '../servers/redis-server.ts';
import { CutProxy, type Fault } from './cut-proxy.ts';
import { type Repeat, repeatElsewhere } from './repeating-process.ts';
import { Row } from './report.ts';
import { type SingleWrite, WRITES } from './single-writes.ts';
import { WAYS, type Way } from './ways.ts';

/** Long enough for a connection that is cut to come back and be cut again. */
const SHORT_MS = 300;
const LONG_MS = 20_000;

let server: RedisServer;
let direct: RedisStore;

beforeAll(async () => {
  server = await startRedis();
  direct = RedisStore.open(server.url);
  // A server that does not know a script yet has it sent once more, and that would be what is cut.
  for (const write of WRITES) await reference(write, false);
});

afterAll(async () => {
  await direct.close();
  await server.stop();
});

interface Scene {
  readonly proxy: CutProxy;
  readonly keyPrefix: string;
  /** A handle whose way leads through the proxy. */
  readonly cut: JSONSession;
  /** Gives a handle on the same session with a store of its own, which has seen nothing yet. */
  readonly witness: () => JSONSession;
  readonly settle: () => Promise<void>;
}

async function setUp(way: Way, { onTestFinished }: TestContext): Promise<Scene> {
  const proxy = await CutProxy.start(server.port);
  const client = await way.open(proxy.url);
  onTestFinished(async () => {
    await client.end();
    await proxy.stop();
  });
  const keyPrefix = ownPrefix();
  const options = { sessionId: 's', keyPrefix, timeoutMs: LONG_MS };
  return {
    proxy,
    keyPrefix,
    cut: new JSONSession({ ...options, store: client.store }),
    witness: () => new JSONSession({ ...options, store: direct }),
    async settle() {
      await proxy.heal();
      await client.settle();
    },
  };
}

/** What can be seen of a session, but for what differs from session to session. */
async function stateOf(session: JSONSession): Promise<unknown> {
  const texts = (await session.getMessages()).map(({ content }) => content);
  const metadata = await session.getMetadata().catch(() => null);
  const { currentAgent = null, attributes = null, totalTokens = 0, ttl = null } = metadata ?? {};
  const context = await session.getHandoffContext();
  return { exists: metadata !== null, texts, currentAgent, attributes, totalTokens, ttl, context };
}

/** What a write gives, without ids and times. */
function said(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(said);
  if (typeof value !== 'object' || value === null) return value;
  return (value as { content?: unknown }).content;
}

/** Does the write without any fault, and gives what it gave and what the session is then. */
async function reference(
  write: SingleWrite,
  isFollowed: boolean,
): Promise<{ value: unknown; state: unknown }> {
  const options = { sessionId: 's', keyPrefix: ownPrefix(), store: direct };
  const [session, witness] = [new JSONSession(options), new JSONSession(options)];
  const id = await write.prepare(session);
  const value = said(await write.call(session, {}, id));
  if (isFollowed) await witness.addMessage({ role: 'user', content: 'since' });
  return { value, state: await stateOf(witness) };
}

/** Does a write of which every answer is lost, and gives the id to repeat it with. */
async function lose(
  scene: Scene,
  { prepare, call }: SingleWrite,
  fault: Fault,
): Promise<{ operationId: string; id: string }> {
  const id = await prepare(scene.cut);
  scene.proxy.harm(fault, 1);
  for (;;) {
    const error: unknown = await call(scene.cut, { timeoutMs: SHORT_MS }, id).then(
      () => new Error('it was answered'),
      (reason: unknown) => reason,
    );
    if (error instanceof OutcomeUnknownError) {
      await scene.settle();
      return { operationId: error.operationId, id };
    }
    // On a busy machine the time can be up before anything was sent.
    if (!(error instanceof StoreUnavailableError)) throw error;
  }
}

/** What the repeat of a write is to give, in the process that sent it or in another. */
function expectedEnd(write: SingleWrite, value: unknown, isElsewhere: boolean): object {
  if (write.removes === true && isElsewhere) return { code: 'operation_applied' };
  return value === undefined ? {} : { value };
}

async function endOf(call: Promise<unknown>): Promise<object> {
  return call.then(
    (value) => (value === undefined ? {} : { value: said(value) }),
    (error: unknown) => ({ code: (error as { code?: unknown }).code ?? String(error) }),
  );
}

describe.concurrent.each(WAYS)('through $name', (way) => {
  describe.each(WRITES)('$name', (write) => {
    test('applied, and its answer lost: a repeat changes nothing, through whatever store', async (context) => {
      const row = new Row(`cut-after of ${write.name}, and its repeats | ${way.name}`);
      const scene = await setUp(way, context);
      const { operationId, id } = await lose(scene, write, 'cut-after');
      const isFollowed = write.isLast !== true;
      if (isFollowed) await scene.witness().addMessage({ role: 'user', content: 'since' });
      const { value, state } = await reference(write, isFollowed);
      expect(await stateOf(scene.witness())).toEqual(state);

      const again = (session: JSONSession): Promise<object> =>
        endOf(write.call(session, { operationId }, id));
      expect(await again(scene.cut)).toEqual(expectedEnd(write, value, false));
      expect(await again(scene.witness())).toEqual(expectedEnd(write, value, false));
      expect(await stateOf(scene.witness())).toEqual(state);
      row.print([], `2 repeats, ${scene.proxy.faults} faults`);
    });

    test('never arrived: a repeat does it once', async (context) => {
      const row = new Row(`cut-before of ${write.name}, and its repeats | ${way.name}`);
      const scene = await setUp(way, context);
      const { operationId, id } = await lose(scene, write, 'cut-before');
      const { value, state } = await reference(write, false);

      // What the repeat meets with is recognised too.
      scene.proxy.harm('cut-after', 2);
      const first = await endOf(write.call(scene.cut, { operationId }, id));
      await scene.settle();
      expect(first).toEqual(expectedEnd(write, value, false));
      expect(await stateOf(scene.witness())).toEqual(state);
      const again = await endOf(write.call(scene.witness(), { operationId }, id));
      expect(again).toEqual(expectedEnd(write, value, false));
      expect(await stateOf(scene.witness())).toEqual(state);
      row.print([], `2 repeats, ${scene.proxy.faults} faults`);
    });
  });
});

test('applied, and its answer lost: another process changes nothing, and is told so', async (context) => {
  const row = new Row('cut-after of every write, repeated by another process');
  const [way] = WAYS as [Way, ...Way[]];
  const scenes: [scene: Scene, write: SingleWrite, repeat: Repeat][] = [];
  for (const write of WRITES) {
    const scene = await setUp(way, context);
    const lost = await lose(scene, write, 'cut-after');
    if (write.isLast !== true) await scene.witness().addMessage({ role: 'user', content: 'since' });
    const { keyPrefix } = scene;
    scenes.push([scene, write, { url: server.url, keyPrefix, write: write.name, ...lost }]);
  }
  const ends = await repeatElsewhere(scenes.map(([, , repeat]) => repeat));
  expect(ends).toHaveLength(WRITES.length);
  for (const [index, [scene, write]] of scenes.entries()) {
    const { value, state } = await reference(write, write.isLast !== true);
    const { value: given, ...end } = ends[index] ?? {};
    const found = given === undefined ? end : { value: said(given) };
    expect({ name: write.name, ...found }).toEqual({
      name: write.name,
      ...expectedEnd(write, value, true),
    });
    expect(await stateOf(scene.witness())).toEqual(state);
  }
  row.print([], `${ends.length} repeats`);
});
