/**
 * The contract itself: it must fail for stores that are wrong, and say where.
 *
 * @module
 */
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { SessionStore } from '../../src/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { sessionStoreContract } from '../../src/testing/index.ts';
import { closableShare } from './closable-share.ts';

type Methods = Partial<Omit<SessionStore, 'timeoutMs'>>;
type Fault = (store: SessionStore) => Methods;

const FAULTS: [fault: string, failing: string, fault: Fault][] = [
  [
    'loses the last of many entries',
    'items: all kinds of items in one call keep their order',
    (store) => ({
      append: (params) =>
        store.append({
          ...params,
          entries: params.entries.length > 1 ? params.entries.slice(0, -1) : params.entries,
        }),
    }),
  ],
  [
    'doubles what it is told',
    'messages: addMessage gives the message as it is stored',
    (store) => ({
      async append(params) {
        await store.append(params);
        return store.append(params);
      },
    }),
  ],
  [
    'does not look at the life that is expected',
    'expiry: a handle does not use another life of its session',
    (store) => ({
      append: (params) =>
        store.append({ ...params, expect: { ...params.expect, incarnation: null } }),
    }),
  ],
  [
    'does not look at the owner',
    'ownership: a handle with another owner can neither read nor write',
    (store) => ({
      rewrite: (params) => store.rewrite({ ...params, expect: { ...params.expect, userId: null } }),
    }),
  ],
  [
    'does not look at the version',
    'store: rewrite holds to the version that it is given',
    (store) => ({ rewrite: (params) => store.rewrite({ ...params, version: null }) }),
  ],
  [
    'replaces entries by their place alone',
    'replace: it holds to the generation, the ids and the place',
    (store) => ({
      async replace(params) {
        const snapshot = await store.read({ ...params, entries: { kind: 'all' } });
        const there = snapshot?.entries.slice(params.index) ?? [];
        const entries = params.entries.flatMap((entry, at) => {
          const id = there[at]?.id;
          return id === undefined ? [] : [{ ...entry, id }];
        });
        return store.replace({ ...params, entries });
      },
    }),
  ],
  [
    'forgets the ttl of a new session',
    'lifecycle: addMessage creates the session',
    (store) => ({ append: (params) => store.append({ ...params, ttl: null }) }),
  ],
  [
    'refreshes nothing with touch',
    'expiry: a ttl given to load or open becomes that of the session',
    () => ({ touch: async () => ({ incarnation: '', time: 0 }) }),
  ],
  [
    'gives entries in another order',
    'messages: messages keep their order and never go back in time',
    (store) => ({
      async read(params) {
        const snapshot = await store.read(params);
        return snapshot && { ...snapshot, entries: snapshot.entries.toReversed() };
      },
    }),
  ],
  [
    'loses deep items',
    'items: deeply nested items come back whole',
    (store) => ({
      async read(params) {
        const snapshot = await store.read(params);
        const entries = snapshot?.entries.filter(
          ({ item }) => !JSON.stringify(item).includes('$json'),
        );
        return snapshot && { ...snapshot, entries: entries ?? [] };
      },
    }),
  ],
  [
    'does not look at the lock',
    'exclusive: every write of others is refused, and changes nothing',
    (store) => ({ lock: async (params) => store.touch(params) }),
  ],
  [
    'gives no lock back',
    'exclusive: an error passes through and gives the session back',
    () => ({ unlock: async () => {} }),
  ],
  [
    'keeps a lock that is over',
    'leases: a lock that is over is over though nobody else took it',
    (store) => ({ lock: (params) => store.lock({ ...params, keep: false }) }),
  ],
  [
    'reads, waits and writes',
    'concurrency: writers at once lose and double nothing, and keep their order',
    (store) => {
      const lost = new Set<string>();
      return {
        async append(params) {
          // What another writer adds at the same time is written over.
          if (lost.has(params.key))
            return { incarnation: params.expect.incarnation ?? '', time: 0 };
          lost.add(params.key);
          await new Promise(setImmediate);
          lost.delete(params.key);
          return store.append(params);
        },
      };
    },
  ],
];

let sound: SessionStore;

beforeAll(async () => {
  sound = await SqliteStore.open(':memory:');
});

afterAll(() => sound.close());

function broken(fault: Fault): SessionStore {
  const faults = fault(sound);
  return closableShare(
    new Proxy(sound, {
      get(target, name): unknown {
        const member: unknown = Reflect.get(faults, name) ?? Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    }),
  );
}

function caseOf(name: string, open: () => SessionStore): () => Promise<void> {
  const found = sessionStoreContract({ open }).find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no case ${name}`);
  return found.run;
}

test.concurrent.for(FAULTS)('a store that %s fails: %s', async ([, failing, fault]) => {
  const shared = broken(fault);
  await expect(caseOf(failing, () => shared)()).rejects.toBeInstanceOf(Error);
  await caseOf(failing, () => closableShare(sound))();
});

test('names are unique, so that every runner can tell cases apart', () => {
  const names = sessionStoreContract({
    open: () => sound,
    readDocument: async () => null,
    writeDocument: async () => {},
  }).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(200);
});
