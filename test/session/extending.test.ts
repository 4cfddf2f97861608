/**
 * What a class reaches that extends `JSONSession`: which calls go through a method that it overrides,
 * and which do not.
 */
import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  CompactingSession,
  JSONSession,
  type SessionAddress,
  type SessionStore,
} from '../../src/index.ts';
import { acquireStore } from '../../src/open-store.ts';
import { temporaryFolder } from '../processes/shared-stores.ts';
import { assistant, called, user } from '../runs/expected-items.ts';
import { takeTurn } from '../runs/take-turn.ts';
import { type Call, newTravel } from '../runs/travel-agent.ts';

const CALL: Call = { tool: 'hold', city: 'Oslo', callId: 'c1' };

/** Records which of its methods are called, and does what it would do. */
class WatchedSession extends JSONSession {
  static readonly calls: PropertyKey[] = [];
}

function forgetCalls(): void {
  WatchedSession.calls.length = 0;
}

const METHODS = methodsOf(JSONSession);

for (const [name, { value }] of METHODS) {
  Object.defineProperty(WatchedSession.prototype, name, {
    value(this: JSONSession, ...args: unknown[]): unknown {
      WatchedSession.calls.push(name);
      return Reflect.apply(value as () => unknown, this, args);
    },
  });
}

/** The methods of a class and of what it extends. */
function methodsOf(of: { prototype: object }): Map<PropertyKey, PropertyDescriptor> {
  const methods = new Map<PropertyKey, PropertyDescriptor>();
  let holder: object = of.prototype;
  while (holder !== Object.prototype) {
    for (const name of Reflect.ownKeys(holder)) {
      const descriptor = Object.getOwnPropertyDescriptor(holder, name);
      const isMethod = name !== 'constructor' && typeof descriptor?.value === 'function';
      if (isMethod && !methods.has(name)) methods.set(name, descriptor);
    }
    holder = Object.getPrototypeOf(holder) as object;
  }
  return methods;
}

type Reach = readonly [call: (session: JSONSession) => unknown, reached: readonly PropertyKey[]];

const PREPARED = ['prepareItems'];
const MUTATION = {
  type: 'replace_function_call',
  callId: 'c1',
  replacement: called(CALL),
} as const;

/** For every method which others a call of it goes through. */
const REACHED: Readonly<Record<PropertyKey, Reach>> = {
  addItems: [(session) => session.addItems([user('Hi')]), PREPARED],
  addMessage: [(session) => session.addMessage({ role: 'user', content: 'Hi' }), PREPARED],
  applyHistoryMutations: [
    (session) => session.applyHistoryMutations({ mutations: [MUTATION as never] }),
    PREPARED,
  ],
  applyHistoryTransaction: [
    (session) =>
      session.applyHistoryTransaction({
        operationId: 'op',
        transaction: { type: 'append_items', items: [user('Hi')] },
      }),
    [...PREPARED, ...PREPARED],
  ],
  clear: [(session) => session.clear(), []],
  clearSession: [(session) => session.clearSession(), []],
  close: [(session) => session.close(), []],
  create: [
    async (session) => {
      await session.delete();
      forgetCalls();
      await session.create();
    },
    [],
  ],
  currentAgent: [(session) => session.currentAgent([]), ['getMetadata']],
  delete: [(session) => session.delete(), []],
  exclusive: [
    (session) => session.exclusive(() => session.addItems([user('Hi')])),
    ['addItems', ...PREPARED],
  ],
  fork: [
    async (session) => {
      const fork = await session.fork();
      onTestFinished(() => fork.close());
    },
    [],
  ],
  getHandoffContext: [(session) => session.getHandoffContext(), []],
  getItems: [(session) => session.getItems(), []],
  getMessages: [(session) => session.getMessages(), []],
  getMetadata: [(session) => session.getMetadata(), []],
  getSessionId: [(session) => session.getSessionId(), []],
  getTurns: [(session) => session.getTurns(), ['getMessages']],
  once: [
    (session) => session.once('j', () => session.addItems([user('Hi'), assistant('Hello')])),
    ['addItems', ...PREPARED],
  ],
  popItem: [(session) => session.popItem(), []],
  popTurn: [(session) => session.popTurn(), []],
  prepareHistoryItemsForPersistenceComparison: [
    (session) => session.prepareHistoryItemsForPersistenceComparison([user('Hi')]),
    PREPARED,
  ],
  prepareItems: [() => {}, []],
  query: [(session) => session.query('$.user_id'), []],
  replaceHistoryWithCompaction: [
    (session) => session.replaceHistoryWithCompaction([assistant('Short')]),
    PREPARED,
  ],
  setAttributes: [(session) => session.setAttributes({ title: 'Trip' }), []],
  setHandoffContext: [(session) => session.setHandoffContext('context'), []],
  [Symbol.asyncDispose]: [(session) => session[Symbol.asyncDispose](), ['close']],
  toAgentInputs: [(session) => session.toAgentInputs(), ['getItems']],
  touch: [(session) => session.touch(), []],
  trackAgent: [(session) => session.trackAgent('Travel'), []],
  trim: [(session) => session.trim({ maxMessages: 1 }), []],
  undoTo: [
    async (session) => {
      const [message] = await session.getMessages();
      forgetCalls();
      await session.undoTo(message!.id);
    },
    [],
  ],
};

describe('a call of', () => {
  const options = (): { url: string; sessionId: string } => ({
    url: `sqlite:${temporaryFolder()}/sessions.db`,
    sessionId: 's',
  });

  async function watched(): Promise<JSONSession> {
    const session = await WatchedSession.open(options());
    await session.addItems([user('Before')]);
    forgetCalls();
    return session;
  }

  test('every method is told of here', () => {
    expect(Reflect.ownKeys(REACHED)).toEqual(expect.arrayContaining([...METHODS.keys()]));
    expect(Reflect.ownKeys(REACHED)).toHaveLength(METHODS.size);
  });

  test.each(Reflect.ownKeys(REACHED).filter((name) => name !== 'prepareItems'))(
    '%s goes through those methods that it says, and no others',
    async (name) => {
      const session = await watched();
      const [call, reached] = REACHED[name]!;
      await call(session);
      const others = WatchedSession.calls.filter((called_) => called_ !== name);
      const own = WatchedSession.calls.filter((called_) => called_ === name);
      await session.close();
      expect(others).toEqual(reached);
      expect(own).toEqual([name]);
    },
  );

  test('create and open goes through create, where there is no session yet', async () => {
    const place = options();
    forgetCalls();
    const sessions = [await WatchedSession.open(place)];
    expect(WatchedSession.calls).toEqual(['create']);
    sessions.push(await WatchedSession.open(place), await WatchedSession.load('s', place));
    expect(WatchedSession.calls).toEqual(['create']);
    sessions.push(await WatchedSession.create({ ...place, sessionId: 't' }));
    expect(WatchedSession.calls).toEqual(['create', 'create']);
    await Promise.all(sessions.map((session) => session.close()));
  });

  test('open ends in the time of one call, whatever create does', async () => {
    const { store, times } = await slowStore(options().url);
    class TitledSession extends JSONSession {
      override async create(): Promise<void> {
        await super.create();
        await this.setAttributes({ title: 'New' });
      }
    }
    const session = await TitledSession.open({ store, sessionId: 's', timeoutMs: 4000 });
    expect((await session.getMetadata()).attributes).toEqual({ title: 'New' });
    const [read, create, append, later] = times as [number, number, number, number];
    // A timer may fire a moment early.
    expect(create).toBeLessThan(read - 15);
    expect(append).toBeLessThan(create - 15);
    expect(later).toBeGreaterThan(append);
  });

  test('the SDK goes through what is overridden', async () => {
    const session = await watched();
    const { agent } = newTravel([{ says: 'Bye.' }]);
    await takeTurn(agent, 'Hi', { session, stream: false });
    const calls = WatchedSession.calls.filter((name) => name !== 'getSessionId');
    await session.close();
    expect(calls).toEqual(['getItems', 'addItems', 'prepareItems']);
  });

  test('the SDK goes through addItems of a session that compacts itself, not getItems', async () => {
    const session = new CompactingSession({ ...options(), compact: async () => null });
    const [get, add] = [vi.spyOn(session, 'getItems'), vi.spyOn(session, 'addItems')];
    const { agent } = newTravel([{ says: 'Bye.' }]);
    await takeTurn(agent, 'Hi', { session, stream: false });
    await session.close();
    expect([get.mock.calls.length, add.mock.calls.length]).toEqual([0, 1]);
  });
});

/** A store whose calls take a while, and the time that each was given. */
async function slowStore(url: string): Promise<{ store: SessionStore; times: unknown[] }> {
  const share = await acquireStore(url, 0);
  onTestFinished(() => share.release());
  const times: unknown[] = [];
  const store = new Proxy(share.store, {
    get(target, name): unknown {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (params: SessionAddress): Promise<unknown> => {
        times.push(params.timeoutMs);
        const result: unknown = await Reflect.apply(method, target, [params]);
        await setTimeout(20);
        return result;
      };
    },
  });
  return { store, times };
}
