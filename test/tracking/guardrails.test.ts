/**
 * Runs whose answer an output guardrail blocks, and accepts later.
 */
import { OutputGuardrailTripwireTriggered } from '@openai/agents-core';
import { describe, expect, test } from 'vitest';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { openSession, type Setting } from '../runs/setting.ts';
import { connect, newAgent, newTool } from './agents.ts';
import { entriesOf, expectRecorded } from './recorded.ts';
import { type AnyAgent, type AnyState, fail, take, trackedRunner } from './runs.ts';
import { called, handsOver, replies, said, says } from './script.ts';

describe.each(EVERY_SETTING)('an answer that is blocked, $title', ({ newSetting }) => {
  /** Whether the guardrail blocks. */
  const guardrail = { blocks: true };
  const outputGuardrails = [
    {
      name: 'promises',
      execute: async () => ({ tripwireTriggered: guardrail.blocks, outputInfo: null }),
    },
  ];

  function newPair(): AnyAgent {
    guardrail.blocks = true;
    const options = { tools: [newTool('look')], outputGuardrails };
    const triage = newAgent(
      'Triage',
      [replies(1, said('Same.'), called('look', 'c1')), replies(2, handsOver('Billing', 'h1'))],
      options,
    );
    const billing = newAgent(
      'Billing',
      [replies(3, said('Same.'), called('look', 'c2')), says(4, 'Same.')],
      options,
    );
    connect(triage, billing);
    return triage;
  }

  async function block(setting: Setting) {
    const session = openSession(setting);
    const agent = newPair();
    const options = { session, stream: setting.stream };
    const runner = trackedRunner();
    const error = await fail(runner, agent, 'Hello.', options);
    expect(error).toBeInstanceOf(OutputGuardrailTripwireTriggered);
    const resume = () => take(runner, agent, error.state as AnyState, options);
    return { session, resume, [Symbol.asyncDispose]: async () => session.close() };
  }

  test('has its effects stored under the right agents, and is paid', async () => {
    const setting = newSetting();
    await using blocked = await block(setting);
    const { session } = blocked;

    const messages = await session.getMessages();

    for (const { item, agent } of messages) {
      if (item === undefined || !('callId' in item)) continue;
      expect(agent).toBe(item.callId === 'c2' ? 'Billing' : 'Triage');
    }
    const { usage, agentsUsed, totalTokens } = await session.getMetadata();
    expect(agentsUsed).toEqual(['Triage', 'Billing']);
    expect(usage.requests).toBe(4);
    expect(usage.agents['Triage']?.requests).toBe(2);
    expect(usage.agents['Billing']?.requests).toBe(2);
    expect(totalTokens).toBe(usage.totalTokens);
  });

  test('is whole once it is accepted, and stays so', async () => {
    const setting = newSetting();
    await using blocked = await block(setting);
    const { resume } = blocked;
    guardrail.blocks = false;

    for (let time = 0; time < 2; time += 1) {
      const result = await resume();
      const run = { input: 'Hello.', result };
      expect(entriesOf(run)).toHaveLength(10);
      await expectRecorded(setting, [run], {
        agentsUsed: ['Triage', 'Billing'],
        handoffs: ['Triage > Billing'],
        spent: { Triage: [1, 2], Billing: [3, 4] },
      });
    }
  });

  test('can be blocked again in between', async () => {
    const setting = newSetting();
    await using blocked = await block(setting);
    const { resume } = blocked;
    await expect(resume()).rejects.toBeInstanceOf(OutputGuardrailTripwireTriggered);
    guardrail.blocks = false;

    const result = await resume();

    await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['Triage', 'Billing'],
      handoffs: ['Triage > Billing'],
      spent: { Triage: [1, 2], Billing: [3, 4] },
    });
  });
});
