/**
 * Handoffs whose input filter removes them from the conversation.
 */
import type { HandoffInputData } from '@openai/agents-core';
import { removeAllTools } from '@openai/agents-core/extensions';
import { describe, expect, test } from 'vitest';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { openSession } from '../runs/setting.ts';
import { handoffTo, newAgent, newTool } from './agents.ts';
import { countsOf } from './costs.ts';
import { entry, expectRecorded } from './recorded.ts';
import { type AnyAgent, type AnyState, fail, take, trackedRunner } from './runs.ts';
import { called, handsOver, replies, said, says } from './script.ts';

function removeEverything(data: HandoffInputData): HandoffInputData {
  return { ...data, inputHistory: [], preHandoffItems: [], newItems: [] };
}

/** Lets agents hand over to each other through a filter. */
function connectFiltered(inputFilter: typeof removeEverything, ...agents: AnyAgent[]): void {
  for (const agent of agents) {
    const others = agents.filter((other) => other !== agent);
    agent.handoffs = others.map((other) => handoffTo(other, { inputFilter }));
  }
}

describe.each(EVERY_SETTING)('a handoff that is filtered out, $title', ({ newSetting }) => {
  test('stands on the first entry of the target, with tools removed', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const triage = newAgent(
      'Triage',
      [
        replies(1, said('I look.'), called('look', 'c1')),
        replies(2, said('To billing.'), handsOver('Billing', 'h1')),
      ],
      { tools: [newTool('look')] },
    );
    const billing = newAgent('Billing', [says(3, 'Billing here.'), says(4, 'Still.')]);
    connectFiltered(removeAllTools, triage, billing);
    const runner = trackedRunner();

    const first = await take(runner, triage, 'Hello.', { session, stream });
    const second = await take(runner, billing, 'And?', { session, stream });

    const runs = [
      { input: 'Hello.', result: first },
      { input: 'And?', result: second },
    ];
    const messages = await expectRecorded(setting, runs, {
      agentsUsed: ['Triage', 'Billing'],
      handoffs: ['Triage > Billing'],
      landings: { 'Billing here.': 'Triage > Billing' },
      spent: { Triage: [1, 2], Billing: [3, 4] },
    });
    expect(messages).toHaveLength(6);
  });

  test('stands on the first entry of the target, with everything removed', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const triage = newAgent('Triage', [replies(1, said('To you.'), handsOver('Billing', 'h1'))]);
    const billing = newAgent('Billing', [says(2, 'Billing here.')]);
    connectFiltered(removeEverything, triage, billing);

    const result = await take(trackedRunner(), triage, 'Hello.', { session, stream });

    const messages = await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['Triage', 'Billing'],
      handoffs: ['Triage > Billing'],
      entries: [
        entry('user', 'Hello.', null),
        entry('assistant', 'Billing here.', 'Billing', 'Triage > Billing'),
      ],
      spent: { Triage: [1], Billing: [2] },
      tokens: { Billing: countsOf([2]).totalTokens },
    });
    expect(messages).toHaveLength(2);
  });

  test('and another one behind it each stand on their target', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const triage = newAgent('Triage', [replies(1, said('To you.'), handsOver('Billing', 'h1'))]);
    const billing = newAgent('Billing', [replies(2, said('On.'), handsOver('Refunds', 'h2'))]);
    const refunds = newAgent('Refunds', [says(3, 'Done.')]);
    connectFiltered(removeAllTools, triage, billing, refunds);

    const result = await take(trackedRunner(), triage, 'Hello.', { session, stream });

    const messages = await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['Triage', 'Billing', 'Refunds'],
      handoffs: ['Triage > Billing', 'Billing > Refunds'],
      landings: { 'On.': 'Triage > Billing', 'Done.': 'Billing > Refunds' },
      spent: { Triage: [1], Billing: [2], Refunds: [3] },
    });
    expect(messages).toHaveLength(4);
  });

  test('and the one back each stand on their target', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const triage = newAgent('Triage', [
      replies(1, said('To you.'), handsOver('Billing', 'h1')),
      says(3, 'Done.'),
    ]);
    const billing = newAgent('Billing', [replies(2, said('Back.'), handsOver('Triage', 'h2'))]);
    connectFiltered(removeAllTools, triage, billing);

    const result = await take(trackedRunner(), triage, 'Hello.', { session, stream });

    const messages = await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['Triage', 'Billing'],
      handoffs: ['Triage > Billing', 'Billing > Triage'],
      landings: { 'Back.': 'Triage > Billing', 'Done.': 'Billing > Triage' },
      spent: { Triage: [1, 3], Billing: [2] },
    });
    expect(messages).toHaveLength(4);
  });

  test('and then one that is not, each stand where they belong', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const triage = newAgent('Triage', [replies(1, said('To you.'), handsOver('Billing', 'h1'))]);
    const billing = newAgent('Billing', [replies(2, said('On.'), handsOver('Refunds', 'h2'))]);
    const refunds = newAgent('Refunds', [says(3, 'Done.')]);
    triage.handoffs = [handoffTo(billing, { inputFilter: removeAllTools })];
    billing.handoffs = [refunds];

    const result = await take(trackedRunner(), triage, 'Hello.', { session, stream });

    const messages = await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['Triage', 'Billing', 'Refunds'],
      handoffs: ['Triage > Billing', 'Billing > Refunds'],
      landings: { 'On.': 'Triage > Billing' },
      spent: { Triage: [1], Billing: [2], Refunds: [3] },
    });
    expect(messages).toHaveLength(6);
  });

  test('stands there too where the run stops in between and goes on', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    await session.create();
    const triage = newAgent('Triage', [replies(1, said('To you.'), handsOver('Billing', 'h1'))]);
    const billing = newAgent('Billing', [says(2, 'Billing here.')]);
    connectFiltered(removeEverything, triage, billing);
    const runner = trackedRunner();
    const stopped = await fail(runner, triage, 'Hello.', { session, stream, maxTurns: 1 });
    const state = stopped.state as AnyState;

    const result = await take(runner, triage, state, { session, stream, maxTurns: 5 });

    const messages = await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['Triage', 'Billing'],
      handoffs: ['Triage > Billing'],
      entries: [
        ...(stream ? [entry('user', 'Hello.', null)] : []),
        entry('assistant', 'Billing here.', 'Billing', 'Triage > Billing'),
      ],
      spent: { Triage: [1], Billing: [2] },
      tokens: { Billing: countsOf([2]).totalTokens },
    });
    expect(messages).toHaveLength(stream ? 2 : 1);
  });
});
