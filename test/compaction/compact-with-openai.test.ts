/**
 * Compaction by OpenAI: a real client and a stand-in for the API.
 */
import { Agent, type AgentInputItem, OpenAIProvider, Runner } from '@openai/agents';
import OpenAI from 'openai';
import { describe, expect, test, vi } from 'vitest';

import { CompactingSession, compactWithOpenAI } from '../../src/index.ts';
import { expectFailure } from '../../src/testing/expect-failure.ts';
import { ownPrefix, SHARED_STORES } from '../processes/shared-stores.ts';
import { assistant, user } from '../runs/expected-items.ts';
import { transcriptOf } from './chat.ts';
import { startCompactEndpoint } from './compact-endpoint.ts';

/** As it is kept: with what the API said of it. */
const SUMMARY = { id: 'cmp_1', type: 'compaction', encrypted_content: 'of 3 items' };
const DETAILS = { sessionId: 's', args: {}, runContext: undefined };

function said(id: string, text: string): object {
  return { id, type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
}

function newClient(baseURL: string): OpenAI {
  return new OpenAI({ apiKey: 'no-key', baseURL, maxRetries: 0 });
}

test('the history is sent, and what comes back is given with its usage', async () => {
  const { baseURL, received } = await startCompactEndpoint();
  const compact = compactWithOpenAI({ client: newClient(baseURL), model: 'gpt-5.2' });

  const outcome = await compact([user('one'), assistant('two'), user('three')], DETAILS);

  expect(received.map(({ path }) => path)).toEqual(['/responses/compact']);
  expect(received[0]?.body).toMatchObject({
    model: 'gpt-5.2',
    input: [
      { role: 'user', content: 'one' },
      { role: 'assistant', content: [{ type: 'output_text', text: 'two' }] },
      { role: 'user', content: 'three' },
    ],
  });
  expect(received[0]?.body).not.toHaveProperty('previous_response_id');
  expect(outcome).toMatchObject({
    items: [said('msg_0', 'one'), said('msg_1', 'three'), SUMMARY],
    usage: { inputTokens: 100, outputTokens: 7, totalTokens: 107, endpoint: 'responses.compact' },
  });
});

test('without a client, a new one takes what the environment says', async () => {
  const { baseURL, received } = await startCompactEndpoint();
  vi.stubEnv('OPENAI_API_KEY', 'no-key');
  vi.stubEnv('OPENAI_BASE_URL', baseURL);
  try {
    await compactWithOpenAI()([user('one')], DETAILS);
  } finally {
    vi.unstubAllEnvs();
  }
  expect(received).toHaveLength(1);
});

test('options that are wrong are named', async () => {
  for (const [field, options] of [
    ['client', { client: {} }],
    ['model', { model: '' }],
    ['options', null],
  ] as const) {
    const make = async (): Promise<unknown> => compactWithOpenAI(options as never);
    expect(await expectFailure('invalid_input', make)).toMatchObject({ field });
  }
});

test('a model that is not of OpenAI is refused when it is used', async () => {
  const { baseURL } = await startCompactEndpoint();
  const compact = compactWithOpenAI({ client: newClient(baseURL), model: 'claude' });
  await expect(compact([user('one')], DETAILS)).rejects.toThrow('Unsupported model');
});

describe.each(SHARED_STORES)('a session in %s', (_, newUrl) => {
  test('is compacted by OpenAI between two runs with its model', async () => {
    const endpoint = await startCompactEndpoint();
    const { baseURL, received } = endpoint;
    const openAIClient = newClient(baseURL);
    const runner = new Runner({
      tracingDisabled: true,
      modelProvider: new OpenAIProvider({ openAIClient: openAIClient as never }),
    });
    const agent = new Agent({ name: 'Assistant', model: 'gpt-5.2' });
    await using session = await CompactingSession.open({
      url: newUrl(),
      keyPrefix: ownPrefix(),
      ttl: 600,
      compact: compactWithOpenAI({ client: openAIClient }),
      shouldCompact: ({ sessionItems }) => sessionItems.length === 2,
    });

    const { state } = await runner.run(agent, 'Hello', { session });
    const compacted: AgentInputItem[] = await session.getItems();
    expect(compacted).toEqual([
      said('msg_0', 'Hello'),
      { ...SUMMARY, encrypted_content: 'of 2 items' },
    ]);
    expect(state.usage).toMatchObject({ requests: 2, totalTokens: 122 });
    expect((await session.getMetadata()).usage).toMatchObject({ requests: 2, totalTokens: 122 });

    await runner.run(agent, 'And now?', { session });
    expect(received.map(({ path }) => path)).toEqual([
      '/responses',
      '/responses/compact',
      '/responses',
    ]);
    expect(received[2]?.body.input).toMatchObject([
      { type: 'compaction', encrypted_content: 'of 2 items' },
      { role: 'user', content: 'And now?' },
    ]);
    expect(await transcriptOf(session)).toEqual([
      ['Hello', false],
      ['Understood.', false],
      ['And now?', true],
      ['Understood.', true],
    ]);
    expect((await session.getMetadata()).usage).toMatchObject({ requests: 3, totalTokens: 137 });

    endpoint.status = 400;
    await expect(session.runCompaction({ force: true })).rejects.toBeInstanceOf(OpenAI.APIError);
    expect(await session.getItems()).toHaveLength(4);
  });
});
