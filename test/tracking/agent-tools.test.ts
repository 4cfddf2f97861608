/**
 * Agents that work as tools of others, or in them: what they cost is the caller's, what they say is
 * not said in the conversation.
 */
import { describe, expect, test } from 'vitest';
import type { RunContext } from '@openai/agents-core';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { openSession } from '../runs/setting.ts';
import { connect, newAgent, newTool } from './agents.ts';
import { type Cost, countsOf, ownCounts } from './costs.ts';
import { expectRecorded } from './recorded.ts';
import { take, trackedRunner } from './runs.ts';
import { called, calls, handsOver, replies, said, says } from './script.ts';

describe.each(EVERY_SETTING)('an agent as a tool, $title', ({ newSetting }) => {
  test('is paid by its caller and does not appear', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const expert = newAgent('Expert', [calls(2, 'look', 'c2'), says(3, 'I know.')], {
      tools: [newTool('look')],
    });
    const boss = newAgent('Boss', [calls(1, 'ask', 'c1'), says(4, 'Done.')], {
      tools: [expert.asTool({ toolName: 'ask', toolDescription: 'Asks.' })],
    });

    const result = await take(trackedRunner(), boss, 'Hello.', { session, stream });

    const messages = await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['Boss'],
      spent: { Boss: [1, 2, 3, 4] },
    });
    expect(messages).toHaveLength(4);
  });

  test('can be streamed to its caller', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const expert = newAgent('Expert', [says(2, 'I know.')]);
    const events: string[] = [];
    const ask = expert.asTool({
      toolName: 'ask',
      toolDescription: 'Asks.',
      onStream: ({ event }) => void events.push(event.type),
    });
    const boss = newAgent('Boss', [calls(1, 'ask', 'c1'), says(3, 'Done.')], { tools: [ask] });

    const result = await take(trackedRunner(), boss, 'Hello.', { session, stream });

    expect(events).not.toEqual([]);
    await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['Boss'],
      spent: { Boss: [1, 2, 3] },
    });
  });

  test('can hand over within itself', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const expert = newAgent('Expert', [replies(2, handsOver('Other', 'h1'))]);
    const other = newAgent('Other', [says(3, 'I know.')]);
    connect(expert, other);
    const boss = newAgent('Boss', [calls(1, 'ask', 'c1'), says(4, 'Done.')], {
      tools: [expert.asTool({ toolName: 'ask', toolDescription: 'Asks.' })],
    });

    const result = await take(trackedRunner(), boss, 'Hello.', { session, stream });

    const messages = await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['Boss'],
      spent: { Boss: [1, 2, 3, 4] },
    });
    expect(messages).toHaveLength(4);
  });

  test('is paid by the one of two callers that called it', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const expert = newAgent('Expert', [says(2, 'First.'), says(5, 'Second.')]);
    const ask = expert.asTool({ toolName: 'ask', toolDescription: 'Asks.' });
    const triage = newAgent(
      'Triage',
      [calls(1, 'ask', 'c1'), replies(3, handsOver('Billing', 'h1'))],
      {
        tools: [ask],
      },
    );
    const billing = newAgent('Billing', [calls(4, 'ask', 'c2'), says(6, 'Done.')], {
      tools: [ask],
    });
    connect(triage, billing);

    const result = await take(trackedRunner(), triage, 'Hello.', { session, stream });

    const messages = await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['Triage', 'Billing'],
      handoffs: ['Triage > Billing'],
      spent: { Triage: [1, 2, 3], Billing: [4, 5, 6] },
    });
    expect(messages).toHaveLength(8);
  });

  test('can be called several times at once, and beside a handoff', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const experts = ['a', 'b', 'c'].map((letter, index) =>
      newAgent(
        `Expert ${letter}`,
        [calls(2 + 2 * index, 'look', letter), says(3 + 2 * index, letter)],
        {
          tools: [newTool('look')],
        },
      ).asTool({ toolName: `ask_${letter}`, toolDescription: 'Asks.' }),
    );
    const boss = newAgent(
      'Boss',
      [
        replies(
          1,
          called('ask_a', 'c1'),
          called('ask_b', 'c2'),
          called('ask_c', 'c3'),
          handsOver('Heir', 'h1'),
        ),
      ],
      { tools: experts },
    );
    const heir = newAgent('Heir', [says(8, 'Done.')]);
    connect(boss, heir);

    const result = await take(trackedRunner(), boss, 'Hello.', { session, stream });

    const messages = await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['Boss', 'Heir'],
      handoffs: ['Boss > Heir'],
      spent: { Boss: [1, 2, 3, 4, 5, 6, 7], Heir: [8] },
    });
    expect(messages).toHaveLength(10);
  });
});

describe.each(EVERY_SETTING)('a run within a tool, $title', ({ newSetting }) => {
  test.each([
    ['with the context of the caller', true, [1, 2, 3, 4]],
    ['with a context of its own, which the caller does not pay', false, [1, 4]],
  ] as const)('by the same runner, %s', async (_title, isShared, costs: readonly Cost[]) => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const runner = trackedRunner();
    const other = newAgent('Other', [replies(2, said('On.'), handsOver('Third', 'h1'))]);
    const third = newAgent('Third', [says(3, 'I know.')]);
    connect(other, third);
    const asks = newTool('ask', async (context) => {
      const shared = isShared ? { context: context as RunContext } : {};
      const result = await take(runner, other, 'Well?', { stream, ...shared });
      return String(result.finalOutput);
    });
    const boss = newAgent('Boss', [calls(1, 'ask', 'c1'), says(4, 'Done.')], { tools: [asks] });

    const result = await take(runner, boss, 'Hello.', { session, stream });

    const messages = await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['Boss'],
      spent: { Boss: costs },
    });
    expect(messages).toHaveLength(4);
  });

  test('with a session of its own is recorded there', async () => {
    const setting = newSetting();
    const inner = { ...setting, sessionId: 'inner' };
    const { stream } = setting;
    await using session = openSession(setting);
    await using innerSession = openSession(inner);
    const runner = trackedRunner();
    const other = newAgent('Other', [replies(2, said('On.'), handsOver('Third', 'h1'))]);
    const third = newAgent('Third', [says(3, 'I know.')]);
    connect(other, third);
    const innerResults: Awaited<ReturnType<typeof take>>[] = [];
    const asks = newTool('ask', async () => {
      innerResults.push(await take(runner, other, 'Well?', { session: innerSession, stream }));
      return 'asked';
    });
    const boss = newAgent('Boss', [calls(1, 'ask', 'c1'), says(4, 'Done.')], { tools: [asks] });

    const result = await take(runner, boss, 'Hello.', { session, stream });

    await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['Boss'],
      spent: { Boss: [1, 4] },
    });
    const innerRuns = innerResults.map((one) => ({ input: 'Well?', result: one }));
    const messages = await expectRecorded(inner, innerRuns, {
      agentsUsed: ['Other', 'Third'],
      handoffs: ['Other > Third'],
      spent: { Other: [2], Third: [3] },
    });
    expect(messages).toHaveLength(5);
  });
});

test('costs that are compared here differ', () => {
  expect(ownCounts([])).toEqual(countsOf([]));
  expect(countsOf([1, 2])).not.toEqual(countsOf([3]));
});
