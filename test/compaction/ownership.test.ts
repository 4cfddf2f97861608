/**
 * Receipts for a history: who may have it compacted.
 */
import { type AgentInputItem, RunContext, Usage } from '@openai/agents-core';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { CompactingSession, JSONSession, JSONSessionOptions } from '../../src/index.ts';
import { callItem, resultItem } from '../../src/testing/conversation.ts';
import { PYTHON_DOCUMENTS } from '../../src/testing/python-documents.ts';
import { ownPrefix, SHARED_STORES } from '../processes/shared-stores.ts';
import { assistant, user } from '../runs/expected-items.ts';
import type { Setting } from '../runs/setting.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { type Compactor, newCompactor, openCompacting, openPlain, SUMMARY } from './chat.ts';

const CALL = callItem('c');
const [ONE, TWO, THREE] = [user('one'), assistant('two'), user('three')];

interface Scene extends Compactor {
  readonly session: CompactingSession;
  readonly other: JSONSession;
}

function newScene(
  url: string,
  keyPrefix = ownPrefix(),
  options: Pick<JSONSessionOptions, 'onExpired'> = {},
): Scene {
  const setting: Setting = { url, keyPrefix, sessionId: 's', ttl: 600, stream: false };
  const compactor = newCompactor();
  return Object.assign(compactor, {
    session: openCompacting(setting, { ...compactor, ...options }),
    other: openPlain(setting),
  });
}

function exchangeOf(...items: AgentInputItem[]): { items: AgentInputItem[] } {
  return { items };
}

describe.each(SHARED_STORES)('ownership of a history in %s', (_, newUrl) => {
  test('a receipt stays good while its holder alone adds', async () => {
    const { session } = newScene(newUrl());
    const { items, ownership } = await session.getItemsWithCompactionOwnership();
    expect(items).toEqual([]);
    await session.addItemsWithCompactionOwnership([ONE, TWO], ownership);
    await session.addItemsWithCompactionOwnership([THREE], ownership);

    const result = await session.runCompaction(
      {},
      undefined,
      ownership,
      exchangeOf(ONE, TWO, THREE),
    );

    expect(result?.usage).toMatchObject({ totalTokens: 107, endpoint: 'responses.compact' });
    expect(await session.getItems()).toEqual([SUMMARY]);
  });

  test('a receipt is no longer good in another life of the session', async () => {
    const { session, other } = newScene(newUrl(), ownPrefix(), { onExpired: 'restart' });
    await session.create();
    const { ownership } = await session.getItemsWithCompactionOwnership();
    await other.delete();
    await session.addItemsWithCompactionOwnership([ONE, TWO], ownership);
    expect(await session.getItems()).toEqual([ONE, TWO]);
    const exchange = exchangeOf(ONE, TWO);
    expect(await session.runCompaction({ force: true }, undefined, ownership, exchange)).toBeNull();
  });

  test('the read with a receipt is where the usage of a run begins', async () => {
    const { session } = newScene(newUrl());
    const context = new RunContext();
    context.usage.add(new Usage({ requests: 1, inputTokens: 1000, totalTokens: 1000 }));
    const { ownership } = await session.getItemsWithCompactionOwnership(context);
    context.usage.add(new Usage({ requests: 1, inputTokens: 10, totalTokens: 10 }));
    await session.addItemsWithCompactionOwnership([ONE], ownership, context);
    const { usage } = await session.getMetadata();
    expect(usage).toMatchObject({ requests: 1, totalTokens: 10 });
  });

  test('the whole history comes with a receipt', async () => {
    const { session } = newScene(newUrl());
    await session.addItems([ONE, TWO]);
    expect((await session.getItemsWithCompactionOwnership()).items).toEqual([ONE, TWO]);
  });

  test.each<[string, (scene: Scene) => Promise<unknown>]>([
    ['another adds', ({ other }) => other.addItems([THREE])],
    ['the same object adds without it', ({ session }) => session.addItems([THREE])],
    ['another removes', ({ other }) => other.popItem()],
    ['another clears', ({ other }) => other.clearSession()],
    [
      'another removes and adds as much',
      async ({ other }) => {
        await other.popItem();
        await other.addItems([TWO]);
      },
    ],
    ['another compacts', ({ other }) => other.replaceHistoryWithCompaction([ONE, TWO, SUMMARY])],
    [
      'another rewrites a call',
      async ({ other }) => {
        const replacement = { ...CALL, arguments: '{"a":1}' } as never;
        const mutation = { type: 'replace_function_call', callId: 'c', replacement } as const;
        await other.applyHistoryMutations({ mutations: [mutation] });
      },
    ],
    ['it has compacted itself', ({ session }) => session.runCompaction()],
  ])('a receipt is no longer good when %s', async (_name, change) => {
    const scene = newScene(newUrl());
    const { session, seen } = scene;
    await session.addItems([CALL, resultItem('c'), ONE, TWO]);
    const { ownership } = await session.getItemsWithCompactionOwnership();
    await change(scene);
    const calls = seen.length;
    const exchange = exchangeOf(...(await session.getItems()), THREE);

    expect(await session.runCompaction({ force: true }, undefined, ownership, exchange)).toBeNull();

    // What its holder adds is stored and makes it no better.
    await session.addItemsWithCompactionOwnership([THREE], ownership);
    const before = await session.getItems();
    expect(before.at(-1)).toEqual(THREE);
    expect(await session.runCompaction({ force: true }, undefined, ownership, exchange)).toBeNull();
    expect(await session.getItems()).toEqual(before);
    expect(seen).toHaveLength(calls);
  });

  test('null, a receipt of another object and no receipt at all compact nothing', async () => {
    const url = newUrl();
    const keyPrefix = ownPrefix();
    const [{ session, seen }, elsewhere] = [newScene(url, keyPrefix), newScene(url, keyPrefix)];
    await session.addItemsWithCompactionOwnership([ONE, TWO], null);
    const { ownership } = await elsewhere.session.getItemsWithCompactionOwnership();
    for (const receipt of [null, ownership, {}]) {
      const args = [{ force: true }, undefined, receipt, exchangeOf(ONE, TWO)] as const;
      expect(await session.runCompaction(...args)).toBeNull();
    }
    expect(seen).toEqual([]);
    expect(await session.getItems()).toEqual([ONE, TWO]);
  });

  test('without the argument, the history is compacted whoever wrote it', async () => {
    const { session, other } = newScene(newUrl());
    await other.addItems([ONE, TWO]);
    expect(await session.runCompaction()).not.toBeNull();
    expect(await other.getItems()).toEqual([SUMMARY]);
  });

  test.each<[string, { items: AgentInputItem[] } | undefined]>([
    ['none is known', undefined],
    ['an item is missing in it', exchangeOf(ONE, THREE)],
    ['it has another order', exchangeOf(TWO, ONE, THREE)],
    ['an item was changed for it', exchangeOf(user('***'), TWO, THREE)],
    ['two equal items were one in it', exchangeOf(ONE, TWO)],
    ['it holds what JSON cannot', exchangeOf({ ...ONE, providerData: { big: 1n } })],
  ])('the last exchange does not count when %s', async (_name, exchange) => {
    const { session, seen } = newScene(newUrl());
    await session.addItems([ONE, ONE, TWO]);
    const { ownership } = await session.getItemsWithCompactionOwnership();
    expect(await session.runCompaction({ force: true }, undefined, ownership, exchange)).toBeNull();
    expect(seen).toEqual([]);
  });

  test('the last exchange counts when it holds more, and ids and fields of no value', async () => {
    const { session } = newScene(newUrl());
    const reasoning = { type: 'reasoning', id: 'rs_1', content: [] } as AgentInputItem;
    await session.addItems([reasoning, TWO]);
    const { ownership } = await session.getItemsWithCompactionOwnership();
    const { id: _id, ...sent } = reasoning as AgentInputItem & { id: string };
    const exchange = exchangeOf(user('filter'), sent, {
      ...TWO,
      id: 'msg_1',
      providerData: undefined,
    });
    expect(await session.runCompaction({}, undefined, ownership, exchange)).not.toBeNull();
  });

  test('releases of the SDK that tell of no exchange have the receipt alone', async () => {
    const { session, other } = newScene(newUrl());
    await session.addItems([ONE, TWO]);
    const { ownership } = await session.getItemsWithCompactionOwnership();
    expect(await session.runCompaction({}, undefined, ownership)).not.toBeNull();
    const next = await session.getItemsWithCompactionOwnership();
    await other.addItems([THREE]);
    expect(await session.runCompaction({}, undefined, next.ownership)).toBeNull();
  });
});

describe('a receipt for a document of the Python class', () => {
  const client = createClient({ url: sharedRedisUrl() });
  beforeAll(() => client.connect());
  afterAll(() => client.destroy());

  async function plant(): Promise<Scene & { readonly key: string }> {
    const keyPrefix = ownPrefix();
    const key = `${keyPrefix}s`;
    await client.json.set(key, '$', PYTHON_DOCUMENTS['py-chat'] as never);
    await client.expire(key, 600);
    return { ...newScene(sharedRedisUrl(), keyPrefix), key };
  }

  test('survives our first write to it', async () => {
    const { session } = await plant();
    const { items, ownership } = await session.getItemsWithCompactionOwnership();
    await session.addItemsWithCompactionOwnership([THREE], ownership);
    const exchange = exchangeOf(...items, THREE);
    expect(await session.runCompaction({}, undefined, ownership, exchange)).not.toBeNull();
  });

  test('is no longer good when Python clears it and fills it again', async () => {
    const { session, key } = await plant();
    const { items, ownership } = await session.getItemsWithCompactionOwnership();
    const messages = PYTHON_DOCUMENTS['py-chat'].messages.map((message, index) => ({
      ...message,
      id: `00000000000000f${index}`,
    }));
    await client.json.set(key, '$.messages', messages as never);
    const exchange = exchangeOf(...items);
    expect(await session.runCompaction({}, undefined, ownership, exchange)).toBeNull();
  });
});
