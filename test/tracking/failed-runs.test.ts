/**
 * Runs that fail, and what is kept of them.
 */
import { type AgentInputItem, MaxTurnsExceededError, Runner } from '@openai/agents-core';
import { removeAllTools } from '@openai/agents-core/extensions';
import { modelError, ScriptedModel } from '@openai/agents-core/testing';
import { describe, expect, test } from 'vitest';
import { tracked } from '../../src/index.ts';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { isGone } from '../runs/history.ts';
import { openLossySession } from '../runs/lossy-session.ts';
import { openSession, type Setting } from '../runs/setting.ts';
import { answerAll, type AnyAgent, fail, plainRunner, take } from './runs.ts';
import { connect, handoffTo, newAgent, newTool } from './agents.ts';
import { countsOf } from './costs.ts';
import { calls, handsOver, replies, said, says } from './script.ts';

const BROKEN = modelError(new Error('The model is down'));

function keepingRunner(): Runner {
  return tracked(plainRunner(), { keepFailedRuns: true });
}

/** What is stored, one line for each entry: who, what, and `!` where it was kept of a failed run. */
async function stored(setting: Setting): Promise<string[]> {
  await using session = openSession(setting);
  const messages = await session.getMessages();
  expect(await session.getItems()).toHaveLength(messages.length);
  return messages.map(
    ({ agent, content, failed }) => `${agent ?? 'user'}: ${content}${failed ? ' !' : ''}`,
  );
}

/** What the models were sent at last. */
function lastInput(agent: AnyAgent): AgentInputItem[] {
  const input = (agent.model as ScriptedModel).lastCall?.request.input ?? [];
  return typeof input === 'string' ? [] : [...input];
}

describe.each(EVERY_SETTING)('a run that fails, $title', ({ newSetting }) => {
  test('keeps its completed calls, and goes on from there when it is tried again', async () => {
    const setting = newSetting();
    const { stream } = setting;
    let looks = 0;
    const tools = [newTool('look', () => `look ${(looks += 1)}`)];
    const agent = newAgent('A', [calls(1, 'look', 'c1'), BROKEN, says(2, 'Done.')], { tools });
    const first = openSession(setting);

    const error = await fail(keepingRunner(), agent, 'Hello.', { session: first, stream });

    expect(error.message).toBe('The model is down');
    const kept = ['user: Hello. !', 'A: look({"input":"Go on."}) !', 'A: look 1 !'];
    if (stream) kept[0] = 'user: Hello.';
    expect(await stored(setting)).toEqual(kept);
    expect((await first.getMetadata()).usage).toMatchObject(countsOf([1]));
    await first.close();

    await using session = openSession(setting);
    const result = await take(keepingRunner(), agent, 'Hello.', { session, stream });

    expect(result.finalOutput).toBe('Done.');
    expect(looks).toBe(1);
    expect(lastInput(agent).map(({ type }) => type ?? 'message')).toEqual([
      'message',
      'function_call',
      'function_call_result',
    ]);
    expect(await stored(setting)).toEqual([...kept, 'A: Done.']);
    expect((await session.getMetadata()).usage).toMatchObject(countsOf([1, 2]));
  });

  test('keeps its input when the first call fails, and asks once when it is tried again', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const agent = newAgent('A', [BROKEN, BROKEN, says(1, 'Done.'), says(2, 'Again.')]);
    const runner = keepingRunner();
    const options = { session, stream };

    await fail(runner, agent, 'Hello.', options);
    await fail(runner, agent, 'Hello.', options);
    const kept = stream ? 'user: Hello.' : 'user: Hello. !';
    expect(await stored(setting)).toEqual([kept]);
    await take(runner, agent, 'Hello.', options);
    // It has its answer now, so this is another one.
    await take(runner, agent, 'Hello.', options);

    expect(await stored(setting)).toEqual([kept, 'A: Done.', 'user: Hello.', 'A: Again.']);
  });

  test('is left alone by another input', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const agent = newAgent('A', [calls(1, 'look', 'c1'), BROKEN, says(2, 'Done.')], {
      tools: [newTool('look')],
    });
    const runner = keepingRunner();

    await fail(runner, agent, 'Hello.', { session, stream });
    await take(runner, agent, 'Forget it.', { session, stream });

    const lines = await stored(setting);
    expect(lines.slice(3)).toEqual(['user: Forget it.', 'A: Done.']);
    expect(lines).toHaveLength(5);
  });

  test('fails again further on, and repeats nothing', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const tools = [newTool('look'), newTool('count')];
    const agent = newAgent(
      'A',
      [calls(1, 'look', 'c1'), BROKEN, calls(2, 'count', 'c2'), BROKEN, says(3, 'Done.')],
      { tools },
    );
    const runner = keepingRunner();
    const options = { session, stream };

    await fail(runner, agent, 'Hello.', options);
    await fail(runner, agent, 'Hello.', options);
    await take(runner, agent, 'Hello.', options);

    const lines = await stored(setting);
    expect(lines.map((line) => line.replace(' !', ''))).toEqual([
      'user: Hello.',
      'A: look({"input":"Go on."})',
      'A: look is done',
      'A: count({"input":"Go on."})',
      'A: count is done',
      'A: Done.',
    ]);
    expect((await session.getMetadata()).usage).toMatchObject(countsOf([1, 2, 3]));
  });

  test('that exceeds its turns goes on from its state, without repeats', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const agent = newAgent(
      'A',
      [calls(1, 'look', 'c1'), calls(2, 'look', 'c2'), says(3, 'Done.')],
      {
        tools: [newTool('look')],
      },
    );
    const runner = keepingRunner();

    const error = await fail(runner, agent, 'Hello.', { session, stream, maxTurns: 2 });
    expect(error).toBeInstanceOf(MaxTurnsExceededError);
    expect(await stored(setting)).toHaveLength(5);
    const state = error.state ?? expect.fail('no state');
    await session.close();
    await using other = openSession(setting);
    await take(runner, agent, state, { session: other, stream, maxTurns: 5 });

    const lines = await stored(setting);
    expect(lines.map((line) => line.replace(' !', ''))).toEqual([
      'user: Hello.',
      'A: look({"input":"Go on."})',
      'A: look is done',
      'A: look({"input":"Go on."})',
      'A: look is done',
      'A: Done.',
    ]);
    expect((await other.getMetadata()).usage).toMatchObject(countsOf([1, 2, 3]));
  });

  test('keeps which agent was at work', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const tools = [newTool('look')];
    const triage = newAgent('Triage', [replies(1, handsOver('Billing', 'h1'))]);
    const billing = newAgent('Billing', [calls(2, 'look', 'c1'), BROKEN, says(3, 'Done.')], {
      tools,
    });
    connect(triage, billing);
    const runner = keepingRunner();

    await fail(runner, triage, 'Hello.', { session, stream });
    const agent = await session.currentAgent([triage, billing], triage);
    expect(agent).toBe(billing);
    await take(runner, agent, 'Hello.', { session, stream });

    const messages = await session.getMessages();
    expect(messages.map((message) => message.agent)).toEqual([
      null,
      'Triage',
      'Triage',
      'Billing',
      'Billing',
      'Billing',
    ]);
    expect(messages.map(({ handoff }) => handoff?.to)).toEqual([
      undefined,
      undefined,
      'Billing',
      undefined,
      undefined,
      undefined,
    ]);
    expect((await session.getMetadata()).usage.agents).toMatchObject({
      Triage: countsOf([1]),
      Billing: countsOf([2, 3]),
    });
  });

  test('keeps who was handed over to, where that has done nothing yet', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const triage = newAgent('Triage', [replies(1, handsOver('Billing', 'h1'))]);
    const billing = newAgent('Billing', [BROKEN, says(2, 'Done.')]);
    connect(triage, billing);
    const runner = keepingRunner();

    await fail(runner, triage, 'Hello.', { session, stream });
    expect(await stored(setting)).toHaveLength(3);
    const agent = await session.currentAgent([triage, billing], triage);
    expect(agent).toBe(billing);
    await take(runner, agent, 'Hello.', { session, stream });

    const lines = await stored(setting);
    expect(lines.at(-1)).toBe('Billing: Done.');
    expect(await session.getMetadata()).toMatchObject({ currentAgent: 'Billing' });
    expect((await session.getMetadata()).agentsUsed).toEqual(['Triage', 'Billing']);
  });

  test('keeps who was handed over to by its last turn', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const triage = newAgent('Triage', [replies(1, handsOver('Billing', 'h1'))]);
    const billing = newAgent('Billing', [says(2, 'Done.')]);
    connect(triage, billing);

    await fail(keepingRunner(), triage, 'Hello.', { session, stream, maxTurns: 1 });

    expect(await session.currentAgent([triage, billing], triage)).toBe(billing);
  });

  test('keeps what a handoff filter left', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const billing = newAgent('Billing', [calls(2, 'look', 'c2'), BROKEN], {
      tools: [newTool('look')],
    });
    const triage = newAgent(
      'Triage',
      [calls(1, 'look', 'c1'), replies(3, said('To billing.'), handsOver('Billing', 'h1'))],
      {
        tools: [newTool('look')],
        handoffs: [handoffTo(billing, { inputFilter: removeAllTools })],
      },
    );

    await fail(keepingRunner(), triage, 'Hello.', { session, stream });

    const lines = await stored(setting);
    expect(lines.map((line) => line.replace(' !', '')).slice(-2)).toEqual([
      'Billing: look({"input":"Go on."})',
      'Billing: look is done',
    ]);
  });

  test('goes on after an approval and fails then, with each result once', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const tools = [newTool('pay', undefined, { needsApproval: true }), newTool('look')];
    const agent = newAgent(
      'A',
      [calls(1, 'pay', 'c1'), calls(2, 'look', 'c2'), BROKEN, says(3, 'Done.')],
      { tools },
    );
    const runner = keepingRunner();
    const { state } = await take(runner, agent, 'Hello.', { session, stream });
    answerAll(state, 'approve');

    await fail(runner, agent, state, { session, stream });
    const exchange = [
      'user: Hello.',
      'A: pay({"input":"Go on."})',
      'A: pay is done',
      'A: look({"input":"Go on."})',
      'A: look is done',
    ];
    const lines = await stored(setting);
    expect(lines.map((line) => line.replace(' !', ''))).toEqual(exchange);
    await take(runner, agent, state, { session, stream });

    const after = await stored(setting);
    expect(after.map((line) => line.replace(' !', ''))).toEqual([...exchange, 'A: Done.']);
  });

  test('keeps nothing that a guardrail stopped', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const stops = {
      name: 'stops',
      execute: async () => ({ tripwireTriggered: true, outputInfo: null }),
    };
    const agent = newAgent('A', [says(1, 'Done.')], { inputGuardrails: [stops] });

    const error = await fail(keepingRunner(), agent, 'Hello.', { session, stream });

    expect(error.message).toMatch(/guardrail/iu);
    expect(await isGone(setting)).toBe(true);
  });

  test('still sees its own filter of what models are sent', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const agent = newAgent('A', [calls(1, 'look', 'c1'), BROKEN], { tools: [newTool('look')] });
    const seen: number[] = [];
    const runner = tracked(
      new Runner({
        tracingDisabled: true,
        callModelInputFilter: ({ modelData }) => {
          seen.push(modelData.input.length);
          return modelData;
        },
      }),
      { keepFailedRuns: true },
    );

    await fail(runner, agent, 'Hello.', { session, stream });

    expect(seen).toEqual([1, 3]);
    expect(await stored(setting)).toHaveLength(3);
  });

  test('tells of its own failure where keeping fails too', async () => {
    const setting = newSetting();
    const { stream } = setting;
    const { session, lose, losses } = await openLossySession(setting);
    const agent = newAgent('A', [calls(1, 'look', 'c1'), BROKEN], { tools: [newTool('look')] });
    lose('append', 'request');

    const error = await fail(keepingRunner(), agent, 'Hello.', { session, stream });

    expect(losses()).toBe(1);
    expect(error.message).toMatch(stream ? /lost/u : /The model is down/u);
  });

  test('keeps nothing unless asked to', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const agent = newAgent('A', [calls(1, 'look', 'c1'), BROKEN], { tools: [newTool('look')] });

    await fail(tracked(plainRunner()), agent, 'Hello.', { session, stream });

    if (stream) expect(await stored(setting)).toEqual(['user: Hello.']);
    else expect(await isGone(setting)).toBe(true);
  });
});

const AT_ONCE = EVERY_SETTING.filter(({ newSetting }) => !newSetting().stream);

// The SDK stores the input of a stream itself, once its guardrails have passed it.
describe.each(AT_ONCE)('a run that fails, $title', ({ newSetting }) => {
  test('keeps no input that its guardrails may not have passed', async () => {
    const setting = newSetting();
    await using session = openSession(setting);
    const passes = {
      name: 'passes',
      execute: async () => ({ tripwireTriggered: false, outputInfo: null }),
    };
    const agent = newAgent('A', [BROKEN], { inputGuardrails: [passes] });

    await fail(keepingRunner(), agent, 'Hello.', { session, stream: false });

    expect(await isGone(setting)).toBe(true);
  });
});
