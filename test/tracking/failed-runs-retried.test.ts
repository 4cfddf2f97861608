/**
 * Runs that fail, are kept, and are tried again with the same input.
 */
import { createRequire } from 'node:module';
import type * as Sdk from '@openai/agents-core';
import {
  type AgentInputItem,
  RunContext,
  Runner,
  type SessionInputCallback,
  tool,
} from '@openai/agents-core';
import { modelError, type ScriptedModel } from '@openai/agents-core/testing';
import { describe, expect, test } from 'vitest';
import { JSONSession, newestItems, tracked } from '../../src/index.ts';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { user } from '../runs/expected-items.ts';
import { openSession } from '../runs/setting.ts';
import { newAgent, newTool } from './agents.ts';
import { type AnyAgent, fail, type Input, plainRunner, take } from './runs.ts';
import { calls, replies, says } from './script.ts';

/** The SDK once more, as another module system loads it. */
const otherSdk = createRequire(import.meta.url)('@openai/agents-core') as typeof Sdk;

const BROKEN = modelError(new Error('The model is down'));

const runner = tracked(plainRunner(), { keepFailedRuns: true });

/** Items in short. */
function briefly(items: readonly AgentInputItem[]): string[] {
  return items.map((item) => {
    if ('callId' in item) return `${item.type} ${item.callId}`;
    return 'role' in item ? `${item.role} ${JSON.stringify(item.content)}` : item.type;
  });
}

/** What the models were sent at last. */
function lastInput(agent: AnyAgent): string[] {
  const input = (agent.model as ScriptedModel).lastCall?.request.input ?? [];
  return typeof input === 'string' ? [input] : briefly(input);
}

const TURN = ['user "Hello."', 'function_call c1', 'function_call_result c1'];

describe.each(EVERY_SETTING)('a run that is tried again, $title', ({ newSetting }) => {
  /** A model that has looked, breaks down once, and then says what it has found. */
  function newLooking(): AnyAgent {
    const script = [calls(1, 'look', 'c1'), BROKEN, says(2, 'Done.')];
    return newAgent('A', script, { tools: [newTool('look')] });
  }

  test.each(['the run', 'the runner'])(
    'is sent its question with a window of %s',
    async (whose) => {
      const setting = newSetting();
      const { stream } = setting;
      await using session = openSession(setting);
      await session.addItems([user('Before.'), user('Long before.')]);
      const agent = newLooking();
      const sessionInputCallback = newestItems(1);
      const windowed =
        whose === 'the run'
          ? runner
          : tracked(new Runner({ tracingDisabled: true, sessionInputCallback }), {
              keepFailedRuns: true,
            });
      const options = {
        session,
        stream,
        ...(whose === 'the run' && { sessionInputCallback }),
      };
      await fail(windowed, agent, 'Hello.', options);

      await take(windowed, agent, 'Hello.', options);

      expect(lastInput(agent)).toEqual(['user "Long before."', ...TURN]);
      expect(briefly(await session.getItems()).slice(2, -1)).toEqual(TURN);
      expect(await session.getItems()).toHaveLength(6);
    },
  );

  test('hands its callback what was there before, and the failed turn as what is new', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    await session.addItems([user('Hello.')]);
    const seen: [string[], string[]][] = [];
    const sessionInputCallback: SessionInputCallback = (history, newItems) => {
      seen.push([briefly(history), briefly(newItems)]);
      return [...history, ...newItems];
    };
    await session.addItems([user('Before.')]);
    const agent = newLooking();
    const options = { session, stream, sessionInputCallback };
    await fail(runner, agent, 'Hello.', options);

    await take(runner, agent, 'Hello.', options);

    const before = ['user "Hello."', 'user "Before."'];
    expect(seen).toEqual([
      [before, ['user "Hello."']],
      [before, TURN],
    ]);
  });

  test('stores nothing once more that its callback changes', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const agent = newLooking();
    await fail(runner, agent, 'Hello.', { session, stream });
    const sessionInputCallback: SessionInputCallback = (history, newItems) => [
      ...history,
      ...newItems.map((item) => ('role' in item ? user('Hello, on Monday.') : { ...item })),
    ];

    await take(runner, agent, 'Hello.', { session, stream, sessionInputCallback });

    expect(lastInput(agent)).toEqual(['user "Hello, on Monday."', ...TURN.slice(1)]);
    expect(briefly(await session.getItems()).slice(0, -1)).toEqual(TURN);
    expect(await session.getItems()).toHaveLength(4);
  });

  test('is known by an input that was too large to be stored', async () => {
    const setting = newSetting();
    const { stream } = setting;
    const limits = { maxItemBytes: 400, oversizedItem: 'placeholder' } as const;
    await using session = new JSONSession({ ...setting, ...limits });
    const agent = newLooking();
    const long = `Hello. ${'x'.repeat(1000)}`;
    await fail(runner, agent, long, { session, stream });
    expect(JSON.stringify(await session.getItems())).not.toContain('xxx');

    await take(runner, agent, long, { session, stream });

    expect(await session.getItems()).toHaveLength(4);
  });

  test('is known by an input with binary data', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const image = { type: 'input_image' as const, image: new Uint8Array([1, 2, 3]) };
    const input = [{ type: 'message', role: 'user', content: [image] }] as unknown as Input;
    const agent = newLooking();
    await fail(runner, agent, input, { session, stream });

    await take(runner, agent, input, { session, stream });

    const items = await session.getItems();
    expect(items).toHaveLength(4);
    expect(items[0]).toMatchObject({ content: [{ image: 'data:text/plain;base64,AQID' }] });
  });

  test('keeps items in the form in which the SDK stores them', async () => {
    const setting = newSetting();
    const { stream } = setting;
    const other = newSetting();
    await using session = openSession(setting);
    await using plain = openSession(other);
    const call = {
      id: 'fc_1',
      type: 'function_call',
      callId: 'c1',
      name: 'look',
      arguments: '{"input":"Go on."}',
    };
    const reply = replies(1, { ...call, status: 'completed' } as never);
    const tools = [newTool('look')];
    await fail(runner, newAgent('A', [reply, BROKEN], { tools }), 'Hello.', { session, stream });

    const done = newAgent('A', [reply, says(2, 'Done.')], { tools });
    await take(plainRunner(), done, 'Hello.', { session: plain, stream });

    const kept = await session.getItems();
    expect(kept).toHaveLength(3);
    expect(kept).toEqual((await plain.getItems()).slice(0, 3));
    expect(kept[1]).not.toHaveProperty('id');
  });

  test('lacks the calls that were made beside one that failed', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const throws = tool({
      name: 'throws',
      description: 'Fails.',
      parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
      strict: false,
      errorFunction: null,
      execute: async (): Promise<string> => {
        throw new Error('The tool is down');
      },
    });
    let looks = 0;
    const look = newTool('look', () => `look ${(looks += 1)}`);
    const [one, two, three] = ['c1', 'c2', 'c3'].map((callId) => ({
      type: 'function_call' as const,
      callId,
      name: callId === 'c3' ? 'throws' : 'look',
      status: 'completed' as const,
      arguments: '{"input":"Go on."}',
    }));
    const script = [replies(1, one as never), replies(2, two as never, three as never)];
    const agent = newAgent('A', script, { tools: [look, throws] });

    await fail(runner, agent, 'Hello.', { session, stream });

    expect(looks).toBe(2);
    expect(briefly(await session.getItems())).toEqual(TURN);
  });

  test('keeps nothing where the provider keeps the conversation', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    await session.create();
    const agent = newLooking();
    await fail(runner, agent, 'Hello.', { session, stream, conversationId: 'conv_1' });

    expect(await session.getItems()).toEqual([]);
  });

  test('is sent its question where the provider keeps the conversation', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const agent = newLooking();
    await fail(runner, agent, 'Hello.', { session, stream });

    await take(runner, agent, 'Hello.', { session, stream, conversationId: 'conv_1' });

    expect(lastInput(agent)).toEqual(TURN.slice(0, 1));
  });

  test('hands the context of the run to prepareItems', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = new TenantSession(setting);
    const agent = newLooking();
    const options = { session, stream, context: new RunContext({ tenant: 'acme' }) };
    await fail(runner, agent, 'Hello.', options);
    expect(briefly(await session.getItems())[0]).toContain('of acme');

    await take(runner, agent, 'Hello.', options);

    expect(await session.getItems()).toHaveLength(4);
  });

  test('hands the context of a run of another copy of the SDK to prepareItems', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = new TenantSession(setting);
    const agent = newLooking();
    const other = new otherSdk.Runner({ tracingDisabled: true });
    const otherRunner = tracked(other, { keepFailedRuns: true });
    const options = { session, stream, context: new otherSdk.RunContext({ tenant: 'acme' }) };
    await fail(otherRunner, agent, 'Hello.', options);

    await take(otherRunner, agent, 'Hello.', options);

    expect(await session.getItems()).toHaveLength(4);
  });
});

/** Marks what users say with the tenant of the run. */
class TenantSession extends JSONSession {
  protected override prepareItems(
    items: readonly AgentInputItem[],
    runContext?: RunContext,
  ): AgentInputItem[] {
    const { tenant } = (runContext?.context ?? {}) as { tenant?: string };
    return items.map((item) =>
      'role' in item && item.role === 'user'
        ? user(`${JSON.stringify(item.content)} of ${tenant}`)
        : item,
    );
  }
}
