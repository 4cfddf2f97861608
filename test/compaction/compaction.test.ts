/**
 * Compactions that are asked for by hand.
 */
import { type AgentInputItem, RunContext, Runner, Usage } from '@openai/agents-core';
import { describe, expect, test } from 'vitest';

import { CompactingSession, JSONSession } from '../../src/index.ts';
import type { CompactFunction, CompactionDecision, CompactionDetails } from '../../src/index.ts';
import { callItem, resultItem } from '../../src/testing/conversation.ts';
import { expectFailure } from '../../src/testing/expect-failure.ts';
import { assistant, user } from '../runs/expected-items.ts';
import {
  COMPACTION_USAGE,
  newChat,
  newCompactor,
  openCompacting,
  openPlain,
  spent,
  STORES,
  SUMMARY,
  transcriptOf,
} from './chat.ts';

const [ONE, TWO, THREE, FOUR] = [user('one'), assistant('two'), user('three'), assistant('four')];
const OTHER_SUMMARY: AgentInputItem = { type: 'compaction', encrypted_content: 'by another' };
const REASONING: AgentInputItem = { type: 'reasoning', id: 'rs_1', content: [] };
const FORCED = { force: true };

/** Something that can be waited for until it is said to go on. */
function newGate(): {
  readonly reached: Promise<void>;
  pass: () => Promise<void>;
  open: () => void;
} {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    pass: () => {
      reached.resolve();
      return opened.promise;
    },
    open: opened.resolve,
  };
}

describe.each(STORES)('a compaction in $store', ({ newSetting }) => {
  test('is decided on what the SDK decides on', async () => {
    const decisions: CompactionDecision[] = [];
    const session = openCompacting(newSetting(), {
      ...newCompactor(),
      shouldCompact: (decision) => {
        decisions.push(decision);
        return false;
      },
    });
    const untyped = { role: 'user', content: 'of no type' } as AgentInputItem;
    await session.addItems([SUMMARY, ONE, TWO, untyped]);
    const context = new RunContext();

    expect(await session.runCompaction({ responseId: 'r1', store: false }, context)).toBeNull();

    expect(decisions).toEqual([
      {
        sessionId: 's',
        args: { responseId: 'r1', store: false },
        runContext: context,
        responseId: 'r1',
        compactionMode: 'input',
        compactionCandidateItems: [TWO, untyped],
        sessionItems: [SUMMARY, ONE, TWO, untyped],
      },
    ]);
  });

  test('that is forced is not decided on', async () => {
    const { compact, seen } = newCompactor();
    const shouldCompact = (): boolean => expect.unreachable('was asked');
    const session = openCompacting(newSetting(), { compact, shouldCompact });
    expect(await session.runCompaction(FORCED)).toBeNull();
    await session.addItems([ONE]);
    expect(await session.runCompaction(FORCED)).not.toBeNull();
    expect(seen).toEqual([[ONE]]);
  });

  test('begins at the latest compaction item, as the model does', async () => {
    const { compact, seen } = newCompactor();
    const session = openCompacting(newSetting(), { compact });
    await session.addItems([ONE, OTHER_SUMMARY, TWO]);
    await session.runCompaction();
    expect(seen).toEqual([[OTHER_SUMMARY, TWO]]);
  });

  test('gives each function items of its own', async () => {
    const spoil = (items: AgentInputItem[]): void => {
      for (const item of items) {
        const [part] = (item as { content: object[] }).content;
        Object.assign(part!, { text: 'changed' });
      }
    };
    const { compact, seen } = newCompactor();
    const session = openCompacting(newSetting(), {
      shouldCompact: ({ sessionItems }) => {
        spoil(sessionItems);
        return true;
      },
      compact: async (items, details) => {
        seen.push(structuredClone(items));
        spoil(items);
        return compact([], details);
      },
    });
    await session.addItems([TWO, FOUR]);
    expect(await session.runCompaction()).not.toBeNull();
    expect(seen[0]).toEqual([TWO, FOUR]);
    expect(await transcriptOf(session)).toEqual([
      ['two', false],
      ['four', false],
    ]);
  });

  test('knows the call that it comes from', async () => {
    const told: CompactionDetails[] = [];
    const session = openCompacting(newSetting(), {
      compact: (_items, details) => {
        told.push(details);
        return null;
      },
    });
    await session.addItems([ONE, TWO]);
    const context = new RunContext();
    expect(await session.runCompaction({ responseId: 'r1' }, context)).toBeNull();
    expect(told).toEqual([{ sessionId: 's', args: { responseId: 'r1' }, runContext: context }]);
    expect(await session.getItems()).toEqual([ONE, TWO]);
  });

  test.each<[string, CompactFunction]>([
    ['items', () => [SUMMARY, FOUR]],
    ['items and nothing about usage', async () => ({ items: [SUMMARY, FOUR] })],
    ['items and null as usage', () => ({ items: [SUMMARY, FOUR], usage: null })],
  ])('can give %s, which is one request of no tokens', async (_, compact) => {
    const session = openCompacting(newSetting(), { compact });
    await session.addItems([ONE, TWO, THREE, FOUR]);
    const result = await session.runCompaction();
    expect(result?.usage).toMatchObject({ inputTokens: 0, outputTokens: 0, totalTokens: 0 });
    expect(await session.getItems()).toEqual([SUMMARY, FOUR]);
    expect((await session.getMetadata()).usage).toMatchObject({ requests: 1, totalTokens: 0 });
  });

  test.each<[string, object]>([
    ['the SDK', COMPACTION_USAGE],
    [
      'a client of OpenAI',
      {
        input_tokens: 100,
        output_tokens: 7,
        total_tokens: 107,
        input_tokens_details: { cached_tokens: 40 },
        output_tokens_details: { reasoning_tokens: 3 },
      },
    ],
  ])('records usage as %s tells it', async (_, usage) => {
    const session = openCompacting(newSetting(), { compact: () => ({ items: [SUMMARY], usage }) });
    await session.addItems([ONE]);
    const { usage: told } = (await session.runCompaction())!;
    expect(told).toMatchObject({ ...COMPACTION_USAGE, endpoint: (usage as never)['endpoint'] });
    expect((await session.getMetadata()).usage).toEqual(spent(0, 1));
  });

  test('records the usage of a run that compacts', async () => {
    const { agent } = newChat('a summary');
    const compact: CompactFunction = async (items) => {
      const { state, finalOutput } = await new Runner({ tracingDisabled: true }).run(agent, items);
      const usage = new Usage();
      for (const more of [state.usage, new Usage(COMPACTION_USAGE)]) usage.add(more);
      return { items: [user(finalOutput ?? '')], usage };
    };
    const session = openCompacting(newSetting(), { compact });
    await session.addItems([ONE, TWO]);
    const result = await session.runCompaction();
    expect(result?.usage).toMatchObject({
      totalTokens: 122,
      inputTokensDetails: { cached_tokens: 40 },
    });
    expect(await session.getItems()).toEqual([user('a summary')]);
    expect((await session.getMetadata()).usage).toEqual(spent(1, 1));
  });

  test.each<[string, (session: JSONSession) => Promise<unknown>, AgentInputItem[]]>([
    ['removed the end', (other) => other.popItem(), [ONE, callItem('c'), resultItem('c')]],
    ['cleared it', (other) => other.clearSession(), []],
    [
      'compacted it',
      (other) => other.replaceHistoryWithCompaction([OTHER_SUMMARY]),
      [OTHER_SUMMARY],
    ],
    [
      'rewrote a call in it',
      (other) =>
        other.applyHistoryMutations({
          mutations: [
            {
              type: 'replace_function_call',
              callId: 'c',
              replacement: { ...callItem('c'), arguments: '{"a":1}' } as never,
            },
          ],
        }),
      [ONE, { ...callItem('c'), arguments: '{"a":1}' } as never, resultItem('c'), TWO],
    ],
  ])('gives up and pays once when another %s', async (_, change, expected) => {
    const setting = newSetting();
    const compactor = newCompactor();
    const session = openCompacting(setting, compactor);
    const other = openPlain(setting);
    await session.addItems([ONE, callItem('c'), resultItem('c'), TWO]);
    compactor.meanwhile = () => change(other);
    const context = new RunContext();

    expect(await session.runCompaction({}, context)).toBeNull();

    expect(compactor.seen).toHaveLength(1);
    expect(await other.getItems()).toEqual(expected);
    expect((await other.getMetadata()).usage).toEqual(spent(0, 1));
    expect(context.usage).toMatchObject({ requests: 1, totalTokens: 107 });
    await session.addItems([THREE], context);
    expect((await other.getMetadata()).usage).toEqual(spent(0, 1));
  });

  test('of a session that expires meanwhile creates no other', async () => {
    const setting = newSetting();
    const compactor = newCompactor();
    const session = openCompacting(setting, compactor);
    await session.addItems([ONE, TWO]);
    compactor.meanwhile = () => openPlain(setting).delete();
    const context = new RunContext();
    await expectFailure('session_expired', () => session.runCompaction({}, context));
    expect(context.usage).toMatchObject({ requests: 1, totalTokens: 107 });
    await expectFailure('session_not_found', () => openPlain(setting).getMetadata());
  });

  test('of two at once in two handles, one is kept and both are counted', async () => {
    const setting = newSetting();
    const gates = [newGate(), newGate()];
    const sessions = gates.map((gate, index) => {
      const compactor = newCompactor([user(`summary ${index}`)]);
      compactor.meanwhile = () => gate.pass();
      return openCompacting(setting, compactor);
    });
    await sessions[0]!.addItems([ONE, TWO]);
    const calls = sessions.map(async (session) => session.runCompaction());
    await Promise.all(gates.map(({ reached }) => reached));
    gates[1]!.open();
    expect(await calls[1]).not.toBeNull();
    await openPlain(setting).addItems([THREE]);
    gates[0]!.open();

    expect(await calls[0]).toBeNull();
    expect(await openPlain(setting).getItems()).toEqual([user('summary 1'), THREE]);
    expect((await sessions[0]!.getMetadata()).usage).toEqual(spent(0, 2));
  });

  test('serves all calls of one handle that wait for it', async () => {
    const compactor = newCompactor();
    const gate = newGate();
    compactor.meanwhile = () => gate.pass();
    const session = openCompacting(newSetting(), compactor);
    await session.addItems([ONE, TWO]);
    const first = session.runCompaction();
    await gate.reached;
    const others = [session.runCompaction(), session.runCompaction(FORCED)];
    gate.open();
    expect(await first).not.toBeNull();
    expect(await Promise.all(others)).toEqual([null, null]);
    expect(compactor.seen).toHaveLength(1);
    expect(await session.runCompaction(FORCED)).not.toBeNull();
  });

  test('that came to nothing leaves the next call of the handle its turn', async () => {
    let calls = 0;
    const compact: CompactFunction = () => {
      calls += 1;
      if (calls === 1) throw new Error('no luck');
      return calls === 2 ? null : [SUMMARY];
    };
    const session = openCompacting(newSetting(), { compact });
    await session.addItems([ONE, TWO]);
    const results = await Promise.allSettled([1, 2, 3].map(async () => session.runCompaction()));
    expect(results).toMatchObject([
      { reason: new Error('no luck') },
      { value: null },
      { value: { usage: {} } },
    ]);
  });

  test('by a run with the same session does not wait for itself', async () => {
    const { agent } = newChat('a summary');
    const session: CompactingSession = openCompacting(newSetting(), {
      compact: async () => {
        await new Runner({ tracingDisabled: true }).run(agent, 'Sum up.', { session });
        return [SUMMARY];
      },
    });
    await session.addItems([ONE, TWO]);
    expect(await session.runCompaction()).not.toBeNull();
    expect(await session.getItems()).toEqual([SUMMARY, user('Sum up.'), assistant('a summary')]);
  });
});

describe.each(STORES)('pairs of calls and results in $store', ({ newSetting }) => {
  test('a call that waits stays behind what is compacted, as the message it was', async () => {
    const setting = newSetting();
    const { compact, seen } = newCompactor();
    const session = openCompacting(setting, { compact });
    await session.addItems([ONE, callItem('a'), resultItem('a'), REASONING, callItem('b')]);
    const before = await session.getMessages();
    await session.runCompaction(FORCED);
    expect(seen).toEqual([[ONE, callItem('a'), resultItem('a')]]);
    expect(await session.getItems()).toEqual([SUMMARY, REASONING, callItem('b')]);
    const after = await session.getMessages();
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(after.map(({ inHistory }) => inHistory)).toEqual([false, false, false, true, true]);
    expect(await session.runCompaction(FORCED)).not.toBeNull();
    expect(await session.getItems()).toEqual([SUMMARY, REASONING, callItem('b')]);
  });

  test('a result that comes while the history is compacted finds its call', async () => {
    const setting = newSetting();
    const compactor = newCompactor();
    const session = openCompacting(setting, compactor);
    await session.addItems([callItem('old'), ONE, TWO]);
    compactor.meanwhile = () => openPlain(setting).addItems([resultItem('old'), FOUR]);
    await session.runCompaction();
    expect(await session.getItems()).toEqual([SUMMARY, callItem('old'), resultItem('old'), FOUR]);
    expect((await transcriptOf(session)).map(([text]) => text)).toEqual([
      'weather({})',
      'one',
      'two',
      'sunny',
      'four',
    ]);
  });

  test('nothing but calls that wait is not compacted', async () => {
    const { compact, seen } = newCompactor();
    const session = openCompacting(newSetting(), { compact });
    await session.addItems([callItem('a')]);
    expect(await session.runCompaction(FORCED)).toBeNull();
    expect(seen).toEqual([]);
  });

  test('halves that a function leaves are left out', async () => {
    const session = openCompacting(newSetting(), {
      compact: (items) => [SUMMARY, ...items.slice(2), callItem('c'), ...items.slice(0, 1)],
    });
    await session.addItems([ONE, callItem('a'), resultItem('a'), TWO]);
    await session.runCompaction();
    expect(await session.getItems()).toEqual([SUMMARY, TWO, ONE]);
  });

  test('what models refuse is not handed on', async () => {
    const { compact, seen } = newCompactor();
    const session = openCompacting(newSetting(), { compact });
    await session.addItems([ONE, resultItem('lost'), TWO, REASONING]);
    await session.runCompaction();
    expect(seen).toEqual([[ONE, TWO]]);
  });
});
