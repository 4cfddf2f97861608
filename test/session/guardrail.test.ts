import {
  Agent,
  type AgentInputItem,
  OutputGuardrailTripwireTriggered,
  Runner,
  tool,
} from '@openai/agents-core';
import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents-core/testing';
import { JSONSession } from 'agents-json-session';
import { describe, expect, inject, it } from 'vitest';

const URLS = [
  ['Redis', (): string => inject('redisUrl')],
  ['SQLite', (): string => 'sqlite::memory:'],
] as const;

function blockedAgent(model: ScriptedModel): Agent {
  const book = tool({
    name: 'book',
    description: 'Books a trip.',
    strict: true,
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    },
    execute: () => 'booked',
  });
  return new Agent({
    name: 'Travel',
    model,
    tools: [book],
    outputGuardrails: [
      {
        name: 'no promises',
        execute: async () => ({ tripwireTriggered: true, outputInfo: null }),
      },
    ],
  });
}

function typesOf(items: AgentInputItem[]): (string | undefined)[] {
  return items.map(({ type }) => type);
}

describe.each(URLS)('a run whose output is blocked, on %s', (_, url) => {
  it.each([false, true])('keeps what its tools did (stream: %s)', async (stream) => {
    const model = new ScriptedModel([
      [functionCall('book', { city: 'Oslo' }, { callId: 'c1' })],
      [assistantMessage('I promise.')],
    ]);
    const session = new JSONSession({ url: url(), keyPrefix: `guardrail:${crypto.randomUUID()}:` });
    const run = async (): Promise<void> => {
      const runner = new Runner({ tracingDisabled: true });
      if (!stream) {
        await runner.run(blockedAgent(model), 'Book Oslo', { session });
        return;
      }
      const result = await runner.run(blockedAgent(model), 'Book Oslo', { session, stream });
      await result.completed;
    };
    await expect(run()).rejects.toBeInstanceOf(OutputGuardrailTripwireTriggered);
    expect(typesOf(await session.getItems())).toEqual([
      'message',
      'function_call',
      'function_call_result',
    ]);
    await session.delete();
    await session.close();
  });
});
