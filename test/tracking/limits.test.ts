/**
 * What tracking cannot know, and what it then records.
 */
import { type HandoffInputData, RunMessageOutputItem } from '@openai/agents-core';
import { OpenAIResponsesCompactionSession } from '@openai/agents';
import { describe, expect, test } from 'vitest';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { openSession } from '../runs/setting.ts';
import { handoffTo, newAgent, newTool } from './agents.ts';
import { countsOf } from './costs.ts';
import { entriesOf, entryOf, expectRecorded } from './recorded.ts';
import { take, trackedRunner } from './runs.ts';
import { called, calls, handsOver, replies, said, says } from './script.ts';

/** Says all messages in other words, each time once more. */
function rewrite(data: HandoffInputData): HandoffInputData {
  const shout = (item: HandoffInputData['newItems'][number]): typeof item =>
    item instanceof RunMessageOutputItem
      ? new RunMessageOutputItem(said(`${item.content}!`) as typeof item.rawItem, item.agent)
      : item;
  return {
    ...data,
    preHandoffItems: data.preHandoffItems.map(shout),
    newItems: data.newItems.map(shout),
  };
}

describe.each(EVERY_SETTING)('a limit of tracking, $title', ({ newSetting }) => {
  test('an input filter that rewrites what the agent said: it is still that agent’s', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const billing = newAgent('Billing', [says(2, 'Two')]);
    const triage = newAgent('Triage', [replies(1, said('One'), handsOver('Billing', 'h1'))], {
      handoffs: [handoffTo(billing, { inputFilter: rewrite })],
    });

    const result = await take(trackedRunner(), triage, 'Hello.', { session, stream });

    const messages = await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['Triage', 'Billing'],
      handoffs: ['Triage > Billing'],
      spent: { Triage: [1], Billing: [2] },
    });
    expect(messages.map(({ content }) => content)).toContain('One!');
  });

  test('one that rewrites what agents before said: it is the rewriting agent’s', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const refunds = newAgent('Refunds', [says(3, 'Three')]);
    const billing = newAgent('Billing', [replies(2, said('Two'), handsOver('Refunds', 'h2'))], {
      handoffs: [handoffTo(refunds, { inputFilter: rewrite })],
    });
    const triage = newAgent('Triage', [replies(1, said('One'), handsOver('Billing', 'h1'))], {
      handoffs: [billing],
    });

    const result = await take(trackedRunner(), triage, 'Hello.', { session, stream });

    const seen = (await session.getMessages()).map(entryOf);
    const told = entriesOf({ input: 'Hello.', result });
    const wrong = told.map((one) => (one.what === 'One!' ? { ...one, agent: 'Billing' } : one));
    expect(wrong).not.toEqual(told);
    expect(seen).toEqual(wrong);
    const { usage, agentsUsed } = await session.getMetadata();
    expect(agentsUsed).toEqual(['Triage', 'Billing', 'Refunds']);
    expect(usage.agents).toStrictEqual({
      Triage: countsOf([1]),
      Billing: countsOf([2]),
      Refunds: countsOf([3]),
    });
  });

  test('an agent tool with a session of its own: tokens without agents, paid by the caller too', async () => {
    const setting = newSetting();
    const inner = { ...setting, sessionId: 'inner' };
    const { stream } = setting;
    await using session = openSession(setting);
    await using innerSession = openSession(inner);
    const expert = newAgent('Expert', [calls(2, 'look', 'c2'), says(3, 'I know.')], {
      tools: [newTool('look')],
    });
    const ask = expert.asTool({
      toolName: 'ask',
      toolDescription: 'Asks.',
      runOptions: { session: innerSession },
    });
    const boss = newAgent('Boss', [calls(1, 'ask', 'c1'), says(4, 'Done.')], { tools: [ask] });

    const result = await take(trackedRunner(), boss, 'Hello.', { session, stream });

    await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['Boss'],
      spent: { Boss: [1, 2, 3, 4] },
    });
    const { usage, agentsUsed, currentAgent, totalTokens } = await innerSession.getMetadata();
    expect(usage).toStrictEqual({ ...countsOf([2, 3]), agents: {} });
    expect(totalTokens).toBe(usage.totalTokens);
    expect({ agentsUsed, currentAgent }).toEqual({ agentsUsed: [], currentAgent: null });
    const messages = await innerSession.getMessages();
    expect(messages).toHaveLength(4);
    expect(new Set(messages.map(({ agent }) => agent))).toEqual(new Set([null]));
  });

  test('an agent tool with the same session: its items are the caller’s', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const expert = newAgent('Expert', [says(2, 'I know.')]);
    const ask = expert.asTool({
      toolName: 'ask',
      toolDescription: 'Asks.',
      runOptions: { session },
    });
    const boss = newAgent('Boss', [calls(1, 'ask', 'c1'), says(3, 'Done.')], { tools: [ask] });

    await take(trackedRunner(), boss, 'Hello.', { session, stream });

    const messages = await session.getMessages();
    expect(messages.map(({ content, agent }) => [content, agent])).toEqual(
      expect.arrayContaining([
        ['I know.', 'Boss'],
        ['Done.', 'Boss'],
      ]),
    );
    const { usage, agentsUsed } = await session.getMetadata();
    expect(usage).toStrictEqual({ ...countsOf([1, 2, 3]), agents: { Boss: countsOf([1, 2, 3]) } });
    expect(agentsUsed).toEqual(['Boss']);
  });

  test('the SDK’s compaction session around it: neither agents nor tokens', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const wrapper = new OpenAIResponsesCompactionSession({
      client: {} as never,
      underlyingSession: session,
      shouldTriggerCompaction: () => false,
    });
    const agent = newAgent(
      'A',
      [replies(1, said('I look.'), called('look', 'c1')), says(2, 'Done.')],
      {
        tools: [newTool('look')],
      },
    );

    const result = await take(trackedRunner(), agent, 'Hello.', { session: wrapper, stream });

    expect(result.finalOutput).toBe('Done.');
    const messages = await session.getMessages();
    expect(messages).toHaveLength(5);
    expect(new Set(messages.map(({ agent: name }) => name))).toEqual(new Set([null]));
    const { usage, agentsUsed, currentAgent, totalTokens } = await session.getMetadata();
    expect(usage).toStrictEqual({ ...countsOf([]), agents: {} });
    expect({ agentsUsed, currentAgent, totalTokens }).toEqual({
      agentsUsed: [],
      currentAgent: null,
      totalTokens: 0,
    });
  });
});
