/**
 * Runs that fail because something refused what they did, and leave nothing of it.
 */
import { createRequire } from 'node:module';
import type * as Sdk from '@openai/agents-core';
import {
  GuardrailExecutionError,
  InvalidToolOutputError,
  OutputGuardrailTripwireTriggered,
  ToolCallError,
  UserError,
} from '@openai/agents-core';
import { ScriptedModel } from '@openai/agents-core/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { JSONSession, SessionExpiredError, tracked } from '../../src/index.ts';
import { isRefusal } from '../../src/runs/refusal.ts';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { openSession, type Setting } from '../runs/setting.ts';
import { isSdkSince } from '../sdk-versions/sdk-since.ts';
import { newAgent, newTool } from './agents.ts';
import { fail, plainRunner } from './runs.ts';
import { calls, says } from './script.ts';

/** The SDK once more, as another module system loads it. */
const otherSdk = createRequire(import.meta.url)('@openai/agents-core') as typeof Sdk;

const blocks = {
  name: 'blocks',
  execute: async () => ({ tripwireTriggered: true, outputInfo: null }),
};
const breaks = {
  name: 'breaks',
  execute: async (): Promise<never> => {
    throw new Error('The guardrail is down');
  },
};

/** A session with a rule of its own, which nothing here knows. */
class StrictSession extends JSONSession {
  override async addItems(...args: Parameters<JSONSession['addItems']>): Promise<void> {
    if (JSON.stringify(args[0]).includes('Secret.')) throw new Error('Not here');
    return super.addItems(...args);
  }
}

const renamed: (() => void)[] = [];

afterEach(() => {
  for (const restore of renamed.splice(0)) restore();
});

/** Renames classes as minifiers do. */
function minify(...classes: readonly { readonly name: string }[]): void {
  for (const one of classes) {
    const { name } = one;
    Object.defineProperty(one, 'name', { configurable: true, value: 'e' });
    renamed.push(() => Object.defineProperty(one, 'name', { configurable: true, value: name }));
  }
}

async function stored(setting: Setting): Promise<string> {
  await using session = openSession(setting);
  return JSON.stringify(await session.getMessages());
}

/** What was kept, and not stored by the SDK. */
async function kept(setting: Setting): Promise<string> {
  await using session = openSession(setting);
  const messages = await session.getMessages();
  return JSON.stringify(messages.filter(({ failed }) => failed));
}

describe.each(EVERY_SETTING)('a run with a session, $title', ({ newSetting }) => {
  test.each([
    ['blocks', blocks],
    ['breaks down', breaks],
  ])('keeps no answer where a guardrail %s whose errors were renamed', async (_how, guardrail) => {
    const setting = newSetting();
    const { stream } = setting;
    minify(OutputGuardrailTripwireTriggered, GuardrailExecutionError);
    await using session = openSession(setting);
    await session.create();
    const agent = newAgent('A', [calls(1, 'look', 'c1'), says(2, 'Secret.')], {
      tools: [newTool('look')],
      outputGuardrails: [guardrail],
    });

    const error = await fail(tracked(plainRunner(), { keepFailedRuns: true }), agent, 'Hello.', {
      session,
      stream,
    });

    expect(error.name).toBe('e');
    expect(await kept(setting)).not.toContain('Secret.');
    // Releases before stored themselves what a guardrail could not look at.
    if (isSdkSince('0.20.0')) expect(await stored(setting)).not.toContain('Secret.');
  });

  test.each([
    ['blocks', blocks],
    ['breaks down', breaks],
  ])('keeps no answer where a guardrail of another copy of the SDK %s', async (_how, guardrail) => {
    const setting = newSetting();
    const { stream } = setting;
    minify(otherSdk.OutputGuardrailTripwireTriggered, otherSdk.GuardrailExecutionError);
    await using session = openSession(setting);
    await session.create();
    const agent = new otherSdk.Agent({
      name: 'A',
      model: new ScriptedModel([says(1, 'Secret.')]),
      outputGuardrails: [guardrail],
    });
    const other = new otherSdk.Runner({ tracingDisabled: true });
    const runner = tracked(other, { keepFailedRuns: true });

    const error = await fail(runner, agent, 'Hello.', { session, stream });

    expect(error).toBeInstanceOf(otherSdk.AgentsError);
    expect(error).not.toBeInstanceOf(OutputGuardrailTripwireTriggered);
    expect(await stored(setting)).not.toContain('Secret.');
  });

  test('keeps its calls and no answer that the session does not take', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = new StrictSession(setting);
    const agent = newAgent('A', [calls(1, 'look', 'c1'), says(2, 'Secret.')], {
      tools: [newTool('look')],
    });
    const runner = tracked(plainRunner(), { keepFailedRuns: true });

    const error = await fail(runner, agent, 'Hello.', { session, stream });

    expect(isRefusal(error)).toBe(false);
    const text = await stored(setting);
    expect(text).toContain('look is done');
    expect(text).not.toContain('Secret.');
  });
});

describe('a failure', () => {
  const inner = new GuardrailExecutionError(
    'Input guardrail failed to complete: x',
    new Error('x'),
  );

  test.each<[string, unknown]>([
    ['of a guardrail', inner],
    ['of a guardrail, in a tool', new ToolCallError('Failed', inner)],
    ['of a guardrail, in an agent that is a tool', nested(inner)],
    ['of another copy, in a tool', nested(new otherSdk.UserError('Not so'))],
    ['that has the fields of one', { result: { guardrail: blocks } }],
    ['that says so', { name: 'e', message: 'Output guardrail failed to complete: x' }],
    ['of the program', new UserError('Not so')],
    ['of the session', new SessionExpiredError('s')],
  ])('%s lets nothing be kept', (_what, error) => {
    expect(isRefusal(error)).toBe(true);
  });

  test('of the program lets nothing be kept though its class was renamed', () => {
    minify(UserError);
    const error = new UserError('Not so');

    expect(error.name).toBe('e');
    expect(isRefusal(error)).toBe(true);
    expect(isRefusal(nested(error))).toBe(true);
  });

  test.each<[string, unknown]>([
    ['of a model', new Error('Down')],
    ['of a tool', nested(new Error('Broken guardrail'))],
    ['of a tool that gives what it may not', nested(new InvalidToolOutputError('Wrong'))],
    ['that is in itself', loop()],
    ['that is nothing', undefined],
    ['that is a text', 'Guardrail'],
  ])('%s lets work be kept', (_what, error) => {
    expect(isRefusal(error)).toBe(false);
  });
});

function nested(error: Error): Error {
  return new ToolCallError('Failed', new ToolCallError('Failed', error));
}

function loop(): unknown {
  const error: { error?: unknown } = {};
  error.error = error;
  return error;
}
