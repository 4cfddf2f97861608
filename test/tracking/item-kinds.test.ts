/**
 * Items of other kinds than words and calls, and such that two agents have in common.
 */
import type { AgentOutputItem } from '@openai/agents-core';
import { describe, expect, test } from 'vitest';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { openSession } from '../runs/setting.ts';
import { connect, newAgent } from './agents.ts';
import { expectRecorded } from './recorded.ts';
import { take, trackedRunner } from './runs.ts';
import { handsOver, replies, said } from './script.ts';

function reasoned(id: string): AgentOutputItem {
  return { type: 'reasoning', id, content: [{ type: 'input_text', text: 'Hm.' }] };
}

function searched(id: string): AgentOutputItem {
  return { type: 'hosted_tool_call', id, name: 'web_search_call', status: 'completed' };
}

describe.each(EVERY_SETTING)('items of two agents, $title', ({ newSetting }) => {
  test('that are equal, over several turns', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const triage = newAgent('Triage', [
      replies(1, reasoned('r1'), searched('s1'), said('Same.'), handsOver('Billing', 'h1')),
      replies(3, reasoned('r3'), said('Same.')),
      replies(4, reasoned('r4'), searched('s4'), said('Same.'), handsOver('Billing', 'h3')),
    ]);
    const billing = newAgent('Billing', [
      replies(2, reasoned('r2'), searched('s2'), said('Same.'), handsOver('Triage', 'h2')),
      replies(5, reasoned('r5'), searched('s5'), said('Same.')),
    ]);
    connect(triage, billing);
    const runner = trackedRunner();

    const first = await take(runner, triage, 'Same.', { session, stream });
    const second = await take(runner, triage, 'Same.', { session, stream });

    const runs = [
      { input: 'Same.', result: first },
      { input: 'Same.', result: second },
    ];
    const messages = await expectRecorded(setting, runs, {
      agentsUsed: ['Triage', 'Billing'],
      handoffs: ['Triage > Billing', 'Billing > Triage', 'Triage > Billing'],
      spent: { Triage: [1, 3, 4], Billing: [2, 5] },
    });
    expect(messages.filter(({ agent }) => agent === 'Billing')).toHaveLength(8);
  });

  test('whose agent cannot be called by any name', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const names = ['__proto__', 'Zoë "the" $.x[0]\u0000', 'constructor'] as const;
    const agents = names.map((name, index) => {
      const next = names[index + 1];
      const handoff =
        next === undefined ? [] : [handsOver(next.replaceAll(/[^\w]/gu, '_'), `h${index}`)];
      return newAgent(name, [replies(index, said('Same.'), ...handoff)]);
    });
    connect(...agents);

    const result = await take(trackedRunner(), agents[0]!, 'Hello.', { session, stream });

    const { agentsUsed, usage, currentAgent } = await session.getMetadata();
    expect(agentsUsed).toEqual(names);
    expect(currentAgent).toBe('constructor');
    expect(Object.keys(usage.agents).toSorted()).toEqual([...names].toSorted());
    expect(result.lastAgent?.name).toBe('constructor');
  });
});
