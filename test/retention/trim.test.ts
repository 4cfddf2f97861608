/**
 * Sessions that are trimmed by many messages, and by any: over every store.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { JSONSession } from '../../src/index.ts';
import { assistantItem, callItem, resultItem } from '../../src/testing/conversation.ts';
import { ownPrefix } from '../processes/shared-stores.ts';
import { EVERY_STORE, type OpenStore } from '../security/every-store.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 60);
/** More than goes in one step, and less than in two. */
const MANY = 7000;

const user = (content: string): AgentInputItem => ({ type: 'message', role: 'user', content });

describe.each(EVERY_STORE)('%s', (_, openStore) => {
  let open: OpenStore;

  beforeAll(async () => {
    open = await openStore(sharedRedisUrl());
  });

  afterAll(() => open.end());

  const newSession = (keyPrefix = ownPrefix()): JSONSession =>
    new JSONSession({ store: open.store, keyPrefix, sessionId: 's' });

  test('many messages go in steps', async () => {
    const keyPrefix = ownPrefix();
    const session = newSession(keyPrefix);
    const turns = Array.from({ length: MANY }, (_item, at) =>
      at % 2 === 0 ? user(`${at}`) : assistantItem(`${at}`),
    );
    await session.addItems(turns);
    const steps = { count: 0 };
    const counting = new Proxy(open.store, {
      get(target, name): unknown {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          if (name === 'rewrite') steps.count += 1;
          return Reflect.apply(member, target, args);
        };
      },
    });
    const trimming = new JSONSession({ store: counting, keyPrefix, sessionId: 's' });
    expect(await trimming.trim({ maxMessages: 4 })).toEqual({ removed: MANY - 4, left: 4 });
    expect(steps.count).toBe(2);
    expect(await session.getItems()).toEqual(turns.slice(-4));
  });

  test('of any conversation, what is left is its end, and no result without its call', async () => {
    const conversation = fc.array(
      // More texts than calls, so that most conversations have places to be cut at.
      fc.oneof(
        { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('user', 'answer') }) },
        fc.record({ kind: fc.constantFrom('call', 'result'), id: fc.constantFrom('a', 'b') }),
      ),
      { maxLength: 25 },
    );
    await fc.assert(
      fc.asyncProperty(conversation, fc.integer({ min: 1, max: 12 }), async (said, maxMessages) => {
        const items = toItems(said);
        if (items.length === 0) return;
        const session = newSession();
        await session.addItems(items);
        const { removed, left } = await session.trim({ maxMessages });
        const after = await session.getItems();
        expect(removed + left).toBe(items.length);
        expect(after).toEqual(items.slice(removed));
        expect(left).toBeGreaterThan(0);
        // All that could go has gone.
        expect(await session.trim({ maxMessages })).toEqual({ removed: 0, left });
        expectNoHalf(items, removed);
        if (removed > 0) expect(after[0]).toMatchObject({ role: 'user' });
      }),
      { numRuns: RUNS },
    );
  });
});

/** Ids are used again once their call has its result. */
function toItems(said: readonly { kind: string; id?: string }[]): AgentInputItem[] {
  const waiting = new Set<string>();
  return said.flatMap(({ kind, id = '' }, at): AgentInputItem[] => {
    if (kind === 'user') return [user(`${at}`)];
    if (kind === 'answer') return [assistantItem(`${at}`)];
    if (kind === 'result') return waiting.delete(id) ? [resultItem(id)] : [];
    const isFree = !waiting.has(id);
    waiting.add(id);
    return isFree ? [callItem(id)] : [];
  });
}

/** No call before the cut has its result behind it, nor still waits for one. */
function expectNoHalf(items: readonly AgentInputItem[], cut: number): void {
  const waiting = new Set<string>();
  for (const item of items.slice(0, cut)) {
    if (item.type === 'function_call') waiting.add(item.callId);
    if (item.type === 'function_call_result') waiting.delete(item.callId);
  }
  expect([...waiting]).toEqual([]);
}
