/**
 * Runs that fail, are kept, and go on from their states.
 */
import { OutputGuardrailTripwireTriggered } from '@openai/agents-core';
import { describe, expect, test } from 'vitest';
import { type JSONSession, tracked } from '../../src/index.ts';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { openLossySession } from '../runs/lossy-session.ts';
import { openSession } from '../runs/setting.ts';
import { newAgent, newTool } from './agents.ts';
import { countsOf } from './costs.ts';
import { type AnyAgent, type AnyState, fail, plainRunner, take } from './runs.ts';
import { calls, replies, said, says } from './script.ts';

const runner = tracked(plainRunner(), { keepFailedRuns: true });

/** What is stored, one line for each entry: who and what. */
async function stored(session: JSONSession): Promise<string[]> {
  const messages = await session.getMessages({ includeCompaction: true });
  return messages.map(({ agent, content }) => `${agent ?? 'user'}: ${content}`);
}

function look(agent: AnyAgent): AnyAgent {
  agent.tools = [newTool('look')];
  return agent;
}

async function failed(...args: Parameters<typeof take>): Promise<AnyState> {
  const { state } = await fail(...args);
  return state ?? expect.fail('no state');
}

const LOOKED = ['A: look({"input":"Go on."})', 'A: look is done'];

describe.each(EVERY_SETTING)('a run that was kept and goes on, $title', ({ newSetting }) => {
  test('is blocked then, accepted later, and repeats nothing', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const guardrail = { blocks: true };
    const agent = look(
      newAgent('A', [calls(1, 'look', 'c1'), calls(2, 'look', 'c2'), says(3, 'Done.')]),
    );
    agent.outputGuardrails = [
      {
        name: 'blocks',
        execute: async () => ({ tripwireTriggered: guardrail.blocks, outputInfo: null }),
      },
    ];
    const state = await failed(runner, agent, 'Hello.', { session, stream, maxTurns: 1 });
    expect(await stored(session)).toEqual(['user: Hello.', ...LOOKED]);

    const error = await fail(runner, agent, state, { session, stream, maxTurns: 5 });

    expect(error).toBeInstanceOf(OutputGuardrailTripwireTriggered);
    expect(await stored(session)).toEqual(['user: Hello.', ...LOOKED, ...LOOKED]);
    guardrail.blocks = false;
    const blocked = error.state ?? expect.fail('no state');
    await take(runner, agent, blocked, { session, stream, maxTurns: 5 });
    expect(await stored(session)).toEqual(['user: Hello.', ...LOOKED, ...LOOKED, 'A: Done.']);
    expect((await session.getMetadata()).usage).toMatchObject(countsOf([1, 2, 3]));
  });

  test('fails again from its state, more than once, and repeats nothing', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const agent = look(
      newAgent('A', [
        calls(1, 'look', 'c1'),
        calls(2, 'look', 'c2'),
        calls(3, 'look', 'c3'),
        says(4, 'Done.'),
      ]),
    );
    const options = { session, stream };

    const first = await failed(runner, agent, 'Hello.', { ...options, maxTurns: 1 });
    const second = await failed(runner, agent, first, { ...options, maxTurns: 2 });
    const third = await failed(runner, agent, second, { ...options, maxTurns: 3 });
    const kept = ['user: Hello.', ...LOOKED, ...LOOKED, ...LOOKED];
    expect(await stored(session)).toEqual(kept);
    await take(runner, agent, third, { ...options, maxTurns: 5 });

    expect(await stored(session)).toEqual([...kept, 'A: Done.']);
    const messages = await session.getMessages();
    expect(messages.map(({ failed: isKept }) => isKept === true).lastIndexOf(true)).toBe(6);
    expect((await session.getMetadata()).usage).toMatchObject(countsOf([1, 2, 3, 4]));
  });

  test('is compacted by its model, and each entry is of its agent', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const compaction = { type: 'compaction' as const, encrypted_content: 'short' };
    const agent = look(
      newAgent('A', [calls(1, 'look', 'c1'), replies(2, compaction, said('Done.'))]),
    );
    const state = await failed(runner, agent, 'Hello.', { session, stream, maxTurns: 1 });

    await take(runner, agent, state, { session, stream, maxTurns: 5 });

    expect(await session.getItems()).toMatchObject([{ type: 'compaction' }, { role: 'assistant' }]);
    const messages = await session.getMessages({ includeCompaction: true });
    expect(messages.map(({ agent: name, tokens }) => [name, tokens !== null]).slice(-2)).toEqual([
      ['A', false],
      ['A', true],
    ]);
  });
});

const AT_ONCE = EVERY_SETTING.filter(({ newSetting }) => !newSetting().stream);

describe.each(AT_ONCE)('a run of which nobody knows whether it was kept, $title', (one) => {
  test.each(['request', 'answer'] as const)('goes on when the %s was lost', async (loss) => {
    const { session, lose } = await openLossySession(one.newSetting());
    await session.create();
    const agent = look(newAgent('A', [calls(1, 'look', 'c1'), says(2, 'Done.')]));
    lose('append', loss);
    const options = { session, stream: false };
    const state = await failed(runner, agent, 'Hello.', { ...options, maxTurns: 1 });

    await take(runner, agent, state, { ...options, maxTurns: 5 });

    // The SDK stores no input with what goes on from a state.
    const input = loss === 'answer' ? ['user: Hello.'] : [];
    expect(await stored(session)).toEqual([...input, ...LOOKED, 'A: Done.']);
    expect((await session.getMetadata()).usage).toMatchObject(countsOf([1, 2]));
  });
});
