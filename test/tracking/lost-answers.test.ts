/**
 * Writes of which a run does not know whether they were applied: what it has spent is counted once.
 */
import { RunState } from '@openai/agents-core';
import { modelResponder } from '@openai/agents-core/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectFailure } from '../../src/testing/expect-failure.ts';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { type LossySession, openLossySession } from '../runs/lossy-session.ts';
import { OtherProcess } from '../runs/other-process.ts';
import { openSession, type Setting } from '../runs/setting.ts';
import { newAgent, newTool } from './agents.ts';
import { Company, type Scripts, step } from './company.ts';
import { countsOf, usageOfCost } from './costs.ts';
import { expectRecorded } from './recorded.ts';
import { runLeg } from './leg.ts';
import { type AnyState, answerAll, resultOf, take, trackedRunner } from './runs.ts';
import { called, calls, handsOver, said } from './script.ts';

let other: OtherProcess;

beforeAll(async () => {
  other = await OtherProcess.start();
});

afterAll(() => other.end());

const CASES = EVERY_SETTING.flatMap(({ title, newSetting }) =>
  (['answer', 'request'] as const).map((loss) => ({
    title: `${loss}, ${title}`,
    loss,
    newSetting,
  })),
);
const SCRIPTS: Scripts = {
  Triage: [step(1, said('To you.'), handsOver('Billing', 'h1'))],
  Billing: [step(2, said('I book.'), called('book', 'c1')), step(3, said('I book.'))],
};
const DONE = {
  agentsUsed: ['Triage', 'Billing'],
  handoffs: ['Triage > Billing'],
  spent: { Triage: [1], Billing: [2, 3] },
};

describe.each(CASES)('a write that lost its $title', ({ newSetting, loss }) => {
  interface Failed {
    readonly company: Company;
    readonly state: AnyState;
    readonly lossy: LossySession;
  }

  /** A run whose approved call was made, and whose result is written or not. */
  async function failToWrite(setting: Setting): Promise<Failed> {
    const company = new Company(SCRIPTS);
    const lossy = await openLossySession(setting);
    const { session } = lossy;
    const { stream } = setting;
    const { state } = await take(trackedRunner(), company.agent('Triage'), 'Hello.', {
      session,
      stream,
    });
    answerAll(state, 'approve');
    lossy.lose('append', loss);
    await expectFailure('outcome_unknown', () =>
      take(trackedRunner(), company.agent('Triage'), state, { session, stream }),
    );
    expect(lossy.losses()).toBe(1);
    return { company, state, lossy };
  }

  test('is counted once when the run goes on', async () => {
    const setting = newSetting();
    const { stream } = setting;
    const { company, state, lossy } = await failToWrite(setting);

    const result = await take(trackedRunner(), company.agent('Triage'), state, {
      session: lossy.session,
      stream,
    });

    const messages = await expectRecorded(setting, [{ input: 'Hello.', result }], DONE);
    expect(messages).toHaveLength(8);
  });

  test.each([
    ['as text', runLeg],
    ['in another process', (leg: Parameters<typeof runLeg>[0]) => other.do(leg)],
  ])('is counted once when the run goes on %s', async (_way, runElsewhere) => {
    const setting = newSetting();
    const { company, state } = await failToWrite(setting);
    const input = { state: state.toString() };

    const report = await runElsewhere({
      ...setting,
      scripts: company.left,
      start: 'Triage',
      input,
    });

    expect(report.failure).toBeNull();
    const agent = new Company(SCRIPTS).agent('Triage');
    const result = resultOf(await RunState.fromString(agent, report.state));
    await expectRecorded(setting, [{ input: 'Hello.', result }], DONE);
  });

  test('is counted once when the run ends with it', async () => {
    const setting = newSetting();
    const { stream } = setting;
    const company = new Company({
      Triage: [step(1, called('look', 'c1')), step(2, said('Done.'))],
    });
    const { session, lose } = await openLossySession(setting);
    await session.create();
    lose('append', loss);

    await expectFailure('outcome_unknown', () =>
      take(trackedRunner(), company.agent('Triage'), 'Hello.', { session, stream }),
    );

    const { usage, totalTokens } = await session.getMetadata();
    const total = countsOf([1, 2]);
    expect(usage).toStrictEqual({ ...total, agents: { Triage: total } });
    expect(totalTokens).toBe(total.totalTokens);
  });
});

describe.each(EVERY_SETTING)(
  'what a process spent that lost its store, $title',
  ({ newSetting }) => {
    test('is recorded by the process where the run goes on', async () => {
      const setting = newSetting();
      const { stream } = setting;
      const session = openSession(setting);
      const asksAgain = modelResponder(async () => {
        await session.close();
        return { output: [called('book', 'c2')], usage: usageOfCost(2) };
      });
      const tools = [newTool('book', undefined, { needsApproval: true })];
      const agent = newAgent('Triage', [calls(1, 'book', 'c1'), asksAgain], { tools });
      const runner = trackedRunner();
      const { state } = await take(runner, agent, 'Hello.', { session, stream });
      answerAll(state, 'approve');
      await expectFailure('store_closed', () => take(runner, agent, state, { session, stream }));
      await using later = openSession(setting);
      expect((await later.getMetadata()).usage).toMatchObject(countsOf([1]));

      const report = await other.do({
        ...setting,
        scripts: { Triage: [step(3, said('Done.'))] },
        start: 'Triage',
        input: { state: state.toString() },
        answer: 'approve',
      });

      expect(report.failure).toBeNull();
      const total = countsOf([1, 2, 3]);
      const { usage } = await later.getMetadata();
      expect(usage).toStrictEqual({ ...total, agents: { Triage: total } });
    });
  },
);
