/**
 * What runs spend that are not tracked: the session is told what their context has spent in all.
 */
import { RunContext } from '@openai/agents-core';
import { modelError } from '@openai/agents-core/testing';
import { describe, expect, test } from 'vitest';
import { expectFailure } from '../../src/testing/expect-failure.ts';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { openLossySession } from '../runs/lossy-session.ts';
import { openSession } from '../runs/setting.ts';
import { newAgent, newTool } from './agents.ts';
import { countsOf, ownCounts } from './costs.ts';
import { answerAll, fail, plainRunner, take, trackedRunner } from './runs.ts';
import { calls, says } from './script.ts';

const LOSSES = ['answer', 'request'] as const;

describe.each(EVERY_SETTING)('usage of runs that are not tracked, $title', ({ newSetting }) => {
  test.each([
    ['untracked', plainRunner],
    ['tracked', trackedRunner],
  ])(
    'is counted once where %s runs share context and session at once',
    async (_kind, newRunner) => {
      const setting = newSetting();
      const { stream } = setting;
      await using session = openSession(setting);
      const runner = newRunner();
      const context = new RunContext({});
      const tools = [newTool('look')];
      const agents = Array.from({ length: 8 }, (_, index) =>
        newAgent(`A${index}`, [calls(index, 'look', `c${index}`), says(index + 1, 'Done.')], {
          tools,
        }),
      );

      await Promise.all(
        agents.map((agent) => take(runner, agent, 'Hello.', { session, stream, context })),
      );

      const { usage, totalTokens } = await session.getMetadata();
      const { agents: _agents, ...total } = usage;
      expect(total).toStrictEqual(ownCounts([context.usage]));
      expect(totalTokens).toBe(total.totalTokens);
    },
  );

  test.each(LOSSES)('is counted once when the %s of a write was lost', async (loss) => {
    const setting = newSetting();
    const { stream } = setting;
    const { session, lose, losses } = await openLossySession(setting);
    const tools = [newTool('book', undefined, { needsApproval: true })];
    const agent = newAgent(
      'A',
      [calls(1, 'book', 'c1'), calls(2, 'book', 'c2'), says(3, 'Done.')],
      {
        tools,
      },
    );
    const runner = plainRunner();
    const { state } = await take(runner, agent, 'Hello.', { session, stream });
    answerAll(state, 'approve');
    lose('append', loss);
    await expectFailure('outcome_unknown', () => take(runner, agent, state, { session, stream }));
    expect(losses()).toBe(1);
    const again = await take(runner, agent, state, { session, stream });
    answerAll(again.state, 'approve');

    const result = await take(runner, agent, again.state, { session, stream });

    const { agents: _agents, ...total } = (await session.getMetadata()).usage;
    expect(total).toStrictEqual(countsOf([1, 2, 3]));
    expect(total).toStrictEqual(ownCounts([result.state.usage]));
  });

  test.each(LOSSES)(
    'is counted once when the %s of a write that had spent was lost',
    async (loss) => {
      const setting = newSetting();
      const { stream } = setting;
      const { session, lose } = await openLossySession(setting);
      const agent = newAgent('A', [says(1, 'One.'), says(2, 'Two.')]);
      const runner = plainRunner();
      const context = new RunContext({});
      const options = { session, stream, context };
      await session.create();
      lose('append', loss);
      const first = fail(runner, agent, 'Hello.', options);
      expect(await first).toMatchObject({ code: 'outcome_unknown' });

      await take(runner, agent, 'And?', options);

      const { agents: _agents, ...total } = (await session.getMetadata()).usage;
      expect(total).toStrictEqual(ownCounts([context.usage]));
    },
  );

  test('is not that of tracked runs of the same context, also of such that failed', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    await session.create();
    const context = new RunContext({});
    const options = { session, stream, context };
    const broken = newAgent('Broken', [calls(1, 'look', 'c1'), modelError(new Error('down'))], {
      tools: [newTool('look')],
    });
    const agent = newAgent('A', [says(2, 'Two.'), says(3, 'Three.')]);
    await fail(trackedRunner(), broken, 'Hello.', options);

    await take(plainRunner(), agent, 'Hello.', options);
    await take(trackedRunner(), agent, 'Hello.', options);

    const { agents, ...total } = (await session.getMetadata()).usage;
    expect(total).toStrictEqual(countsOf([1, 2, 3]));
    expect(agents).toStrictEqual({ Broken: countsOf([1]), A: countsOf([3]) });
  });
});
