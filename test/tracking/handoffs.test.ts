/**
 * Agents that hand the conversation over to each other.
 */
import { describe, expect, test } from 'vitest';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { openSession } from '../runs/setting.ts';
import { connect, handoffTo, newAgent, newTool } from './agents.ts';
import { expectRecorded } from './recorded.ts';
import { take, trackedRunner } from './runs.ts';
import { called, calls, handsOver, replies, said, says } from './script.ts';

describe.each(EVERY_SETTING)('agents that hand over, $title', ({ newSetting }) => {
  test('one that does not', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const triage = newAgent('Triage', [calls(1, 'look', 'c1'), says(2, 'Done.')], {
      tools: [newTool('look')],
    });

    const result = await take(trackedRunner(), triage, 'Hello.', { session, stream });

    const messages = await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['Triage'],
      spent: { Triage: [1, 2] },
    });
    expect(messages.map(({ agent }) => agent)).toEqual([null, 'Triage', 'Triage', 'Triage']);
  });

  test('there and back, and on in the next turn', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const triage = newAgent('Triage', [
      replies(1, said('To billing.'), handsOver('Billing', 'h1')),
      says(3, 'Back here.'),
      says(4, 'Again.'),
    ]);
    const billing = newAgent('Billing', [
      replies(2, said('Not mine.'), handsOver('Triage', 'h2')),
      says(5, 'Mine now.'),
    ]);
    connect(triage, billing);
    const runner = trackedRunner();

    const first = await take(runner, triage, 'Hello.', { session, stream });
    const second = await take(runner, triage, 'And?', { session, stream });
    const third = await take(runner, billing, 'And you?', { session, stream });

    const runs = [
      { input: 'Hello.', result: first },
      { input: 'And?', result: second },
      { input: 'And you?', result: third },
    ];
    const messages = await expectRecorded(setting, runs, {
      agentsUsed: ['Triage', 'Billing'],
      handoffs: ['Triage > Billing', 'Billing > Triage'],
      spent: { Triage: [1, 3, 4], Billing: [2, 5] },
    });
    expect(messages.map(({ agent }) => agent?.[0] ?? '-').join('')).toBe('-TTTBBBT-T-B');
  });

  test('over three agents in one run, with tools between', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const tools = [newTool('look')];
    const triage = newAgent('Triage', [replies(1, handsOver('Billing', 'h1'))]);
    const billing = newAgent(
      'Billing',
      [calls(2, 'look', 'c1'), replies(3, called('look', 'c2'), handsOver('Refunds', 'h2'))],
      { tools },
    );
    const refunds = newAgent('Refunds', [calls(4, 'look', 'c3'), says(5, 'Done.')], { tools });
    connect(triage, billing, refunds);

    const result = await take(trackedRunner(), triage, 'Hello.', { session, stream });

    const messages = await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['Triage', 'Billing', 'Refunds'],
      handoffs: ['Triage > Billing', 'Billing > Refunds'],
      spent: { Triage: [1], Billing: [2, 3], Refunds: [4, 5] },
    });
    expect(messages).toHaveLength(12);
  });

  test('two asked for in one answer: the SDK takes the first', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const triage = newAgent('Triage', [
      replies(1, handsOver('Billing', 'h1'), handsOver('Refunds', 'h2')),
    ]);
    const billing = newAgent('Billing', [says(2, 'Billing here.')]);
    const refunds = newAgent('Refunds', []);
    connect(triage, billing, refunds);

    const result = await take(trackedRunner(), triage, 'Hello.', { session, stream });

    const messages = await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['Triage', 'Billing'],
      handoffs: ['Triage > Billing'],
      spent: { Triage: [1], Billing: [2] },
    });
    expect(messages).toHaveLength(4);
  });

  test('under a name of their own', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const billing = newAgent('Billing', [says(2, 'Billing here.')]);
    const triage = newAgent('Triage', [calls(1, 'ask_the_boss', 'h1')], {
      handoffs: [handoffTo(billing, { toolNameOverride: 'ask_the_boss' })],
    });

    const result = await take(trackedRunner(), triage, 'Hello.', { session, stream });

    const messages = await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['Triage', 'Billing'],
      handoffs: ['Triage > Billing'],
      spent: { Triage: [1], Billing: [2] },
    });
    expect(messages).toHaveLength(4);
  });

  test('with half a character in their names', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const half = 'Billing \uD83D';
    const billing = newAgent(half, [says(2, 'Billing here.')]);
    const triage = newAgent('Triage', [calls(1, 'ask', 'h1')], {
      handoffs: [handoffTo(billing, { toolNameOverride: 'ask' })],
    });

    await take(trackedRunner(), triage, 'Hello.', { session, stream });

    const whole = half.toWellFormed();
    const { agentsUsed, currentAgent, usage } = await session.getMetadata();
    expect({ agentsUsed, currentAgent }).toEqual({
      agentsUsed: ['Triage', whole],
      currentAgent: whole,
    });
    expect(Object.keys(usage.agents).toSorted()).toEqual([whole, 'Triage']);
    const messages = await session.getMessages();
    expect(messages.map(({ handoff }) => handoff?.to)).toContain(whole);
    expect(await session.currentAgent([triage, billing])).toBe(billing);
  });
});
