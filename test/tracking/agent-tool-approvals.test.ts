/**
 * Agents as tools that wait for an approval.
 */
import { RunState } from '@openai/agents-core';
import { describe, expect, test } from 'vitest';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { openSession } from '../runs/setting.ts';
import { connect, newAgent, newTool } from './agents.ts';
import { expectRecorded } from './recorded.ts';
import { type AnyAgent, answerAll, take, trackedRunner } from './runs.ts';
import { called, calls, handsOver, replies, said, says } from './script.ts';

/** A boss who asks an expert, and hands over. */
function newBoss(after: 'nothing' | 'the call' = 'nothing'): AnyAgent {
  const waiting = [calls(2, 'book', 'c2')];
  const expert = newAgent('Expert', [...(after === 'nothing' ? waiting : []), says(3, 'Booked.')], {
    tools: [newTool('book', undefined, { needsApproval: true })],
  });
  const ask = expert.asTool({ toolName: 'ask', toolDescription: 'Asks.' });
  const asks = [replies(1, said('I ask.'), called('ask', 'c1'))];
  const boss = newAgent(
    'Boss',
    [...(after === 'nothing' ? asks : []), replies(4, handsOver('Heir', 'h1'))],
    { tools: [ask] },
  );
  connect(boss, newAgent('Heir', [says(5, 'Done.')]));
  return boss;
}

describe.each(EVERY_SETTING)('an agent as a tool that waits, $title', ({ newSetting }) => {
  test.each(['live', 'as text'] as const)('goes on %s and is paid by its caller', async (way) => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const boss = newBoss();
    const asked = await take(trackedRunner(), boss, 'Hello.', { session, stream });
    expect(asked.interruptions).toHaveLength(1);
    await expectRecorded(setting, [{ input: 'Hello.', result: asked }], {
      agentsUsed: ['Boss'],
      spent: { Boss: [1, 2] },
    });
    await using later = openSession(setting);
    const [agent, state, used] =
      way === 'live'
        ? [boss, asked.state, session]
        : await (async () => {
            const another = newBoss('the call');
            const revived = await RunState.fromString(another, asked.state.toString());
            return [another, revived, later] as const;
          })();
    answerAll(state, 'approve');

    const result = await take(trackedRunner(), agent, state, { session: used, stream });

    await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['Boss', 'Heir'],
      handoffs: ['Boss > Heir'],
      spent: { Boss: [1, 2, 3, 4], Heir: [5] },
    });
  });
});
