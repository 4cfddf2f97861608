import type { AgentInputItem, SessionInputCallback } from '@openai/agents-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { newestItems } from '../../src/windows/newest-items.ts';
import { newestTurns } from '../../src/windows/newest-turns.ts';
import { tokenBudget } from '../../src/windows/token-budget.ts';
import { brokenPlan, wholePlan } from './conversation-plan.ts';
import { type Conversation, ConversationWriter } from './conversation-writer.ts';
import { type Correlate, dropOrphanToolCalls, ofCall, ofResult } from './sdk.ts';

type Items = readonly AgentInputItem[];

const write = (plan: ConstructorParameters<typeof ConversationWriter>[0]): Conversation =>
  new ConversationWriter(plan).write();
const whole = wholePlan.map(write);
const conversation = fc.oneof(whole, brokenPlan.map(write));
const limit = fc.oneof(fc.nat(12), fc.nat(80));

const COUNTS = new WeakMap<AgentInputItem, number>();

/** Tokens of an item: some number from 0 to 5, always the same one. */
function tokensOf(item: AgentInputItem): number {
  const known = COUNTS.get(item);
  if (known !== undefined) return known;
  const tokens = JSON.stringify(item).length % 6;
  COUNTS.set(item, tokens);
  return tokens;
}

const WINDOWS: Readonly<Record<string, (limit: number) => SessionInputCallback>> = {
  newestItems,
  newestTurns,
  tokenBudget: (max) => tokenBudget({ max, count: tokensOf }),
};

/** The part of the history that is sent, and all that is. */
async function send(
  make: (limit: number) => SessionInputCallback,
  size: number,
  { history, newItems }: Conversation,
): Promise<{ sent: AgentInputItem[]; window: AgentInputItem[] }> {
  const sent = await make(size)([...history], [...newItems]);
  return { sent, window: sent.slice(0, sent.length - newItems.length) };
}

/** The groups of a history: what must be together, directly or by way of something else. */
class Groups {
  readonly #conversation: Conversation;
  readonly #groupOf = new Map<AgentInputItem, Set<AgentInputItem>>();

  constructor(told: Conversation) {
    this.#conversation = told;
    for (const item of [...told.history, ...told.newItems])
      this.#groupOf.set(item, new Set([item]));
    for (const bond of told.bonds) this.#join(bond);
  }

  #join(bond: Items): void {
    const all = new Set(bond.flatMap((item) => [...(this.#groupOf.get(item) ?? [])]));
    for (const item of all) this.#groupOf.set(item, all);
  }

  /** What must be sent with the new input. */
  get required(): AgentInputItem[] {
    const { history, newItems } = this.#conversation;
    return history.filter((item) => newItems.some((one) => this.#groupOf.get(item)?.has(one)));
  }

  /** The other groups without a compaction item, by age of their first items, the newest first. */
  get others(): Items[] {
    const { history, orphans } = this.#conversation;
    const required = new Set(this.required);
    const rest = history.filter(
      (item) => !orphans.has(item) && !required.has(item) && item.type !== 'compaction',
    );
    return [...new Set(rest.map((item) => this.#groupOf.get(item)!))]
      .map((group) => [...group])
      .toReversed();
  }
}

function sum(items: Items, cost: (item: AgentInputItem) => number): number {
  return items.reduce((total, item) => total + cost(item), 0);
}

describe.each(Object.entries(WINDOWS))('%s', (_, make) => {
  it('sends objects of the history in order, and then the very new input', async () => {
    await fc.assert(
      fc.asyncProperty(conversation, limit, async (told, size) => {
        const { sent, window } = await send(make, size, told);
        const inWindow = new Set(window);
        expect(
          told.history
            .filter((item) => inWindow.has(item))
            .every((item, at) => item === window[at]),
        ).toBe(true);
        expect(inWindow.size).toBe(window.length);
        expect(window.every((item) => told.history.includes(item))).toBe(true);
        expect(told.newItems.every((item, at) => item === sent[window.length + at])).toBe(true);
      }),
    );
  });

  it('keeps together what belongs together, and leaves out what has lost it', async () => {
    await fc.assert(
      fc.asyncProperty(conversation, limit, async (told, size) => {
        const sent = new Set((await send(make, size, told)).sent);
        for (const bond of told.bonds) {
          expect(new Set(bond.map((item) => sent.has(item))).size).toBe(1);
        }
        expect([...told.orphans].filter((item) => sent.has(item))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('sends no result without its call, and no call without its result', async () => {
    await fc.assert(
      fc.asyncProperty(conversation, limit, async (told, size) => {
        const { sent } = await send(make, size, told);
        const keys = (items: Items, of: Correlate): string[] => {
          return items
            .map(of)
            .flatMap((found) => (found === undefined ? [] : JSON.stringify(found)));
        };
        const [calls, results] = [keys(sent, ofCall), keys(sent, ofResult)];
        expect(results.filter((key) => !calls.includes(key))).toEqual([]);
        const answered = new Set(keys([...told.history, ...told.newItems], ofResult));
        expect(calls.filter((key) => answered.has(key) && !results.includes(key))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves the SDK nothing to prune from a whole conversation', async () => {
    await fc.assert(
      fc.asyncProperty(whole, limit, async (told, size) => {
        const { sent, window } = await send(make, size, told);
        const pruned = dropOrphanToolCalls(sent, { pruningIndexes: new Set(window.keys()) });
        expect(pruned).toEqual(sent);
      }),
      { numRuns: 500 },
    );
  });

  it('sends all but orphans where the limit is large', async () => {
    await fc.assert(
      fc.asyncProperty(conversation, async (told) => {
        const { window } = await send(make, 1e6, told);
        expect(window).toEqual(told.history.filter((item) => !told.orphans.has(item)));
      }),
    );
  });
});

describe.each([
  ['newestItems', newestItems, () => 1, 0],
  ['tokenBudget', WINDOWS['tokenBudget']!, tokensOf, 1],
] as const)('%s', (_, make, cost, newInputCounts) => {
  it('keeps to its limit and leaves out only groups that do not fit', async () => {
    await fc.assert(
      fc.asyncProperty(conversation, limit, async (told, size) => {
        const { window } = await send(make, size, told);
        const groups = new Groups(told);
        let left = size - sum(groups.required, cost) - newInputCounts * sum(told.newItems, cost);
        const expected = new Set(groups.required);
        const compacted = told.history.filter(({ type }) => type === 'compaction');
        for (const item of compacted) {
          if (cost(item) > left) continue;
          left -= cost(item);
          expected.add(item);
        }
        // The first that does not fit ends the window.
        for (const group of groups.others) {
          if (sum(group, cost) > left) break;
          left -= sum(group, cost);
          for (const item of group) expected.add(item);
        }
        expect(window).toEqual(told.history.filter((item) => expected.has(item)));
        if (left >= 0) expect(sum(window, cost)).toBeLessThanOrEqual(size);
      }),
      { numRuns: 2000 },
    );
  });
});

it('newestTurns sends that many turns, each whole', async () => {
  await fc.assert(
    fc.asyncProperty(conversation, fc.nat(8), async (told, size) => {
      const { window } = await send(newestTurns, size, told);
      const groups = new Groups(told);
      const turnOf = (group: Items): number => told.turns.get(group[0]!)!;
      const turns = new Set([...new Set(groups.others.map(turnOf))].slice(0, size));
      const expected = new Set([
        ...groups.required,
        ...groups.others.filter((group) => turns.has(turnOf(group))).flat(),
        ...told.history.filter(({ type }) => type === 'compaction' && size > 0),
      ]);
      expect(window).toEqual(told.history.filter((item) => expected.has(item)));
    }),
    { numRuns: 2000 },
  );
});
