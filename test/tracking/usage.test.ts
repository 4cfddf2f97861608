/**
 * What runs spend, tracked or not, in contexts of their own and in such that they share.
 */
import { type AgentInputItem, MemorySession, RunContext } from '@openai/agents-core';
import { modelError } from '@openai/agents-core/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tracked } from '../../src/index.ts';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { isGone } from '../runs/history.ts';
import { OtherProcess } from '../runs/other-process.ts';
import { openSession } from '../runs/setting.ts';
import { newAgent, newTool } from './agents.ts';
import { step } from './company.ts';
import { countsOf } from './costs.ts';
import { newJourney, WAYS } from './journey.ts';
import { expectRecorded } from './recorded.ts';
import { fail, plainRunner, take, trackedRunner } from './runs.ts';
import { called, calls, replies, said, says } from './script.ts';

let other: OtherProcess;

beforeAll(async () => {
  other = await OtherProcess.start();
});

afterAll(() => other.end());

const RUNNERS = [
  { kind: 'tracked', newRunner: trackedRunner, name: 'A' },
  { kind: 'untracked', newRunner: plainRunner, name: null },
] as const;
const CASES = EVERY_SETTING.flatMap(({ title, newSetting }) =>
  RUNNERS.map((runner) => ({ ...runner, title: `${runner.kind}, ${title}`, newSetting })),
);

describe.each(CASES)('usage, $title', ({ newSetting, newRunner, kind, name }) => {
  /** Costs as they are to stand by agent, or beside all agents. */
  function paid(...costs: number[]): { spent: Record<string, number[]>; unnamed: number[] } {
    return name === null
      ? { spent: {}, unnamed: costs }
      : { spent: { [name]: costs }, unnamed: [] };
  }

  test('of a context that runs use one after the other', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const agent = newAgent('A', [calls(1, 'look', 'c1'), says(2, 'One.'), says(3, 'Two.')], {
      tools: [newTool('look')],
    });
    const context = new RunContext({});
    const runner = newRunner();

    await take(runner, agent, 'Hello.', { session, stream, context });
    await take(runner, agent, 'And?', { session, stream, context });

    const { agents, ...total } = (await session.getMetadata()).usage;
    expect(total).toStrictEqual(countsOf([1, 2, 3]));
    expect(agents).toStrictEqual(name === null ? {} : { [name]: countsOf([1, 2, 3]) });
  });

  test('of a context that was used before, by another session and by none', async () => {
    const setting = newSetting();
    const { stream } = setting;
    const second = { ...setting, sessionId: 'second' };
    await using session = openSession(setting);
    await using secondSession = openSession(second);
    const agent = newAgent('A', [
      says(1, 'One.'),
      says(2, 'Two.'),
      says(3, 'Three.'),
      says(4, 'Four.'),
    ]);
    const context = new RunContext({});
    const runner = newRunner();

    await take(runner, agent, 'Hello.', { stream, context });
    await take(runner, agent, 'Hello.', { session, stream, context });
    await take(runner, agent, 'Hello.', { session: secondSession, stream, context });
    await take(runner, agent, 'Hello.', { session, stream, context });

    const { agents: _first, ...total } = (await session.getMetadata()).usage;
    const { agents: _second, ...secondTotal } = (await secondSession.getMetadata()).usage;
    // Without tracking nobody tells for which session a shared context has spent.
    expect(total).toStrictEqual(countsOf(kind === 'tracked' ? [2, 4] : [2, 3, 4]));
    expect(secondTotal).toStrictEqual(countsOf([3]));
  });

  test.each(WAYS)('of a run that goes on %s', async (way) => {
    const setting = newSetting();
    const scripts = {
      A: [
        step(1, called('look', 'c1')),
        step(2, called('book', 'c2')),
        step(3, called('book', 'c3')),
        step(4, said('Done.')),
      ],
    };
    const plan = { setting, way, scripts, start: 'A', says: 'Hello.', other };
    await using journey = newJourney({ ...plan, isTracked: kind === 'tracked' });
    await journey.goOn();
    await journey.goOn({ answer: 'approve' });

    await journey.goOn({ answer: 'approve' });

    const run = await journey.run();
    const { agents, ...total } = await usageOf(setting);
    expect(total).toStrictEqual(countsOf([1, 2, 3, 4]));
    expect(agents).toStrictEqual(name === null ? {} : { [name]: total });
    expect(total.totalTokens).toBe(run.result.state.usage.totalTokens);
  });

  test('beside tokens that messages were told to cost', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    await session.addMessage({ role: 'user', content: 'Hi.', tokens: 1000 });
    const agent = newAgent('A', [says(1, 'One.')]);

    await take(newRunner(), agent, 'Hello.', { session, stream });
    await session.addMessage({ role: 'assistant', content: 'Bye.', tokens: 5, agent: 'B' });

    const { totalTokens, usage } = await session.getMetadata();
    expect(usage.totalTokens).toBe(countsOf([1]).totalTokens);
    expect(totalTokens).toBe(usage.totalTokens + 1005);
  });

  test('of two runs, and a session that is cleared between them', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const agent = newAgent('A', [says(1, 'One.'), says(2, 'Two.')]);
    const runner = newRunner();
    await take(runner, agent, 'Hello.', { session, stream });
    await session.clear();

    const result = await take(runner, agent, 'Hello.', { session, stream });

    expect(result.rawResponses).toHaveLength(1);
    await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: (await session.getMetadata()).agentsUsed,
      entries: [
        { role: 'user', what: 'Hello.', agent: null },
        { role: 'assistant', what: 'Two.', agent: name },
      ],
      ...paid(2),
    });
  });
});

async function usageOf(setting: Parameters<typeof openSession>[0]) {
  await using session = openSession(setting);
  return (await session.getMetadata()).usage;
}

describe.each(EVERY_SETTING)('a tracked run, $title', ({ newSetting }) => {
  test('that fails is paid, and leaves nothing else in a session that was there', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    await session.create();
    const agent = newAgent('A', [calls(1, 'look', 'c1'), modelError(new Error('down'))], {
      tools: [newTool('look')],
    });

    const error = await fail(trackedRunner(), agent, 'Hello.', { session, stream });

    expect(error.message).toBe('down');
    const messages = await session.getMessages();
    expect(messages.map(({ content }) => content)).toEqual(stream ? ['Hello.'] : []);
    const { usage, totalTokens } = await session.getMetadata();
    expect(usage).toStrictEqual({ ...countsOf([1]), agents: { A: countsOf([1]) } });
    expect(totalTokens).toBe(usage.totalTokens);
  });

  test('that fails makes no session', async () => {
    const setting = newSetting();
    await using session = openSession(setting);
    const agent = newAgent('A', [calls(1, 'look', 'c1'), modelError(new Error('down'))], {
      tools: [newTool('look')],
    });

    await fail(trackedRunner(), agent, 'Hello.', { session, stream: setting.stream });

    // The SDK stores the input of a stream at once.
    expect(await isGone(setting)).toBe(!setting.stream);
  });

  test('by a runner that was tracked twice is counted once', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const agent = newAgent('A', [says(1, 'One.')]);
    const runner = trackedRunner();
    const before = Object.getOwnPropertyDescriptors(runner);
    expect(Object.getOwnPropertyDescriptors(tracked(runner))).toEqual(before);

    const result = await take(runner, agent, 'Hello.', { session, stream });

    const messages = await expectRecorded(setting, [{ input: 'Hello.', result }], {
      agentsUsed: ['A'],
      spent: { A: [1] },
    });
    expect(messages).toHaveLength(2);
  });

  test('without a session, or with one of another kind, is as it was', async () => {
    const { stream } = newSetting();
    const agent = newAgent('A', [calls(1, 'look', 'c1'), says(2, 'One.'), says(3, 'Two.')], {
      tools: [newTool('look')],
    });
    const runner = trackedRunner();
    const session = new MemorySession();

    const first = await take(runner, agent, 'Hello.', { stream });
    const second = await take(runner, agent, 'Hello.', { session, stream });

    expect(first.finalOutput).toBe('One.');
    expect(first.newItems.map((item) => ('agent' in item ? item.agent.name : null))).toEqual([
      'A',
      'A',
      'A',
    ]);
    expect(second.finalOutput).toBe('Two.');
    expect(await session.getItems()).toHaveLength(2);
  });

  test('whose tools write by hand names no agent for that', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const note = newTool('note', async () => {
      await session.addItems([
        {
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'Noted.' }],
        },
      ]);
      await session.addMessage({ role: 'assistant', content: 'Mine.', agent: 'Hand' });
      return 'ok';
    });
    const agent = newAgent(
      'A',
      [replies(1, said('I note.'), called('note', 'c1')), says(2, 'Done.')],
      {
        tools: [note],
      },
    );

    const result = await take(trackedRunner(), agent, 'Hello.', { session, stream });

    const messages = await session.getMessages();
    const byText = Object.fromEntries(messages.map((one) => [one.content, one.agent]));
    expect(byText).toMatchObject({ 'Noted.': null, 'Mine.': 'Hand', 'I note.': 'A', 'Done.': 'A' });
    const { agents, ...total } = (await session.getMetadata()).usage;
    expect(total).toStrictEqual(countsOf([1, 2]));
    expect(agents).toStrictEqual({ A: countsOf([1, 2]) });
    expect(result.finalOutput).toBe('Done.');
  });

  test('whose input holds what agents have said names none for that', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const agent = newAgent(
      'A',
      [replies(1, said('Same.'), called('look', 'c2')), says(2, 'Done.')],
      {
        tools: [newTool('look')],
      },
    );
    const input = [
      said('Same.'),
      { type: 'message', role: 'system', content: 'Be kind.' },
      called('look', 'c1'),
      {
        type: 'function_call_result',
        callId: 'c1',
        name: 'look',
        status: 'completed',
        output: 'x',
      },
      { type: 'message', role: 'user', content: 'And?' },
    ] as AgentInputItem[];

    const result = await take(trackedRunner(), agent, input, { session, stream });

    const messages = await expectRecorded(setting, [{ input, result }], {
      agentsUsed: ['A'],
      spent: { A: [1, 2] },
    });
    expect(messages).toHaveLength(9);
  });
});
