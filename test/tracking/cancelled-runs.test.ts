/**
 * Runs that are cancelled: what they have spent by then is recorded.
 */
import { describe, expect, test } from 'vitest';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { openSession } from '../runs/setting.ts';
import { newAgent, newTool } from './agents.ts';
import { countsOf } from './costs.ts';
import { plainRunner, trackedRunner } from './runs.ts';
import { calls, says } from './script.ts';

const CASES = EVERY_SETTING.map((setting) => ({
  ...setting,
  isStreamed: /streamed/u.test(setting.title),
}));

describe.each(CASES)('a run that is cancelled, $title', ({ newSetting, isStreamed }) => {
  test('by its signal, in a tool', async () => {
    const setting = newSetting();
    await using session = openSession(setting);
    await session.create();
    const controller = new AbortController();
    const abort = newTool('abort', () => {
      controller.abort();
      return 'aborted';
    });
    const agent = newAgent('A', [calls(1, 'abort', 'c1'), says(2, 'Never.'), says(3, 'Later.')], {
      tools: [abort],
    });
    const { signal } = controller;
    const runner = trackedRunner();

    if (isStreamed) {
      const result = await runner.run(agent, 'Hello.', { session, signal, stream: true });
      await result.completed.catch(() => {});
      expect(result.cancelled).toBe(true);
    } else {
      await expect(runner.run(agent, 'Hello.', { session, signal })).rejects.toThrow(/abort/iu);
    }

    const spent = { ...countsOf([1]), agents: { A: countsOf([1]) } };
    await expect.poll(async () => (await session.getMetadata()).usage).toStrictEqual(spent);
    // What runs without tracking afterwards is not taken for it.
    await plainRunner().run(newAgent('B', [says(4, 'Hi.')]), 'Hello.', { session });
    const { agents, ...total } = (await session.getMetadata()).usage;
    expect(total).toStrictEqual(countsOf([1, 4]));
    expect(agents).toStrictEqual({ A: countsOf([1]) });
  });
});
