/**
 * What `getItems()` gives is sent to OpenAI by the SDK's own models: real clients, whose requests are
 * caught on their way out.
 *
 * @module
 */
import {
  Agent,
  type AgentInputItem,
  type Model,
  OpenAIChatCompletionsModel,
  OpenAIProvider,
  OpenAIResponsesModel,
  Runner,
  setTracingDisabled,
  withTrace,
} from '@openai/agents';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { JSONSession } from '../../src/index.ts';
import type { SessionStore } from '../../src/index.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { callItem, resultItem } from '../../src/testing/conversation.ts';
import { PYTHON_DOCUMENTS } from '../../src/testing/python-documents.ts';
import { VALID_ITEMS } from '../../src/testing/sample-items.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';

type Body = Record<string, unknown>;

const ANSWERS: Record<string, object> = {
  '/v1/responses': {
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    output: [
      {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'Understood.', annotations: [] }],
      },
    ],
    usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
  },
  '/v1/chat/completions': {
    id: 'chat_1',
    object: 'chat.completion',
    choices: [
      { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Understood.' } },
    ],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  },
};

const ALL_TYPES = [...new Set(VALID_ITEMS.map(({ item }) => item.type ?? 'message'))].toSorted();
const CHAT_TYPES = ['function_call', 'function_call_result', 'message', 'reasoning', 'unknown'];

let requests: Body[] = [];

/** Answers as OpenAI would and keeps what was sent. */
async function answer(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const { pathname } = new URL(input instanceof Request ? input.url : input);
  requests.push(JSON.parse(init?.body as string) as Body);
  return Response.json(ANSWERS[pathname]);
}

function provider(useResponses: boolean): OpenAIProvider {
  const baseURL = 'https://api.openai.invalid/v1';
  return new OpenAIProvider({ apiKey: 'no-key', baseURL, useResponses });
}

/** What a model sends for these items, or how it refuses them. */
async function sentFor(model: Model, items: readonly AgentInputItem[]): Promise<unknown> {
  requests = [];
  try {
    await withTrace('models', () =>
      model.getResponse({
        input: [...items],
        modelSettings: {},
        tools: [],
        outputType: 'text',
        handoffs: [],
        tracing: false,
      }),
    );
  } catch (error) {
    expect(requests).toEqual([]);
    return `refused: ${(error as Error).message}`;
  }
  expect(requests).toHaveLength(1);
  return requests[0];
}

let responses: Model;
let chat: Model;
let sqlite: SessionStore;
const client = createClient({ url: sharedRedisUrl() });
client.on('error', () => {});
const redis = new RedisStore(client);
const keyPrefix = `models:${crypto.randomUUID()}:`;

beforeAll(async () => {
  setTracingDisabled(true);
  vi.stubGlobal('fetch', answer);
  responses = await provider(true).getModel('gpt-5.2');
  chat = await provider(false).getModel('gpt-5.2');
  sqlite = await SqliteStore.open(':memory:');
  await client.connect();
});

afterAll(async () => {
  vi.unstubAllGlobals();
  const { keys } = await client.scan('0', { MATCH: `${keyPrefix}*`, COUNT: 10_000_000 });
  if (keys.length > 0) await client.del(keys);
  client.destroy();
  await sqlite.close();
});

test('these are the real models', () => {
  expect(responses).toBeInstanceOf(OpenAIResponsesModel);
  expect(chat).toBeInstanceOf(OpenAIChatCompletionsModel);
});

test('a plain string as content of the assistant is refused', async () => {
  const item = { role: 'assistant', status: 'completed', content: 'Hi' } as unknown;
  expect(await sentFor(responses, [item as AgentInputItem])).toMatch(/^refused: .*not a function/);
});

describe.each([
  ['Redis', () => redis],
  ['SQLite', () => sqlite],
])('in %s', (_, storeOf) => {
  async function stored(items: readonly AgentInputItem[]): Promise<AgentInputItem[]> {
    const session = await JSONSession.create({ store: storeOf(), keyPrefix });
    await session.addItems([...items]);
    return session.getItems();
  }

  async function said(): Promise<JSONSession> {
    const session = new JSONSession({ store: storeOf(), keyPrefix });
    for (const { role, content } of PYTHON_DOCUMENTS['py-chat'].messages) {
      await session.addMessage({ role, content });
    }
    await session.addMessage({ role: 'tool', content: 'a note' });
    return session;
  }

  test.each(VALID_ITEMS.map(({ name, item }) => [name, item] as const))(
    'a %s reaches both models as it would without the store',
    async (_name, item) => {
      const found = await stored([item]);
      const [viaResponses, viaChat] = [await sentFor(responses, found), await sentFor(chat, found)];
      expect(viaResponses).toEqual(await sentFor(responses, [item]));
      expect(viaChat).toEqual(await sentFor(chat, [item]));
    },
  );

  test('all items that a model takes reach it in one request', async () => {
    const items = [...VALID_ITEMS.map(({ item }) => item), callItem('c'), resultItem('c')];
    for (const [model, types] of [
      [responses, ALL_TYPES],
      [chat, CHAT_TYPES],
    ] as const) {
      const accepted: AgentInputItem[] = [];
      for (const item of items) {
        if (typeof (await sentFor(model, [item])) !== 'string') accepted.push(item);
      }
      const found = new Set(accepted.map((item) => item.type ?? 'message'));
      expect([...found].toSorted()).toEqual(types);
      expect(await sentFor(model, await stored(accepted))).toEqual(await sentFor(model, accepted));
    }
  });

  test('messages by addMessage are sent', async () => {
    const items = await (await said()).getItems();
    const [hello, course, may, booked, brief] = PYTHON_DOCUMENTS['py-chat'].messages.map(
      ({ content }) => content,
    );
    expect(await sentFor(responses, items)).toMatchObject({
      input: [
        { role: 'user', content: hello },
        { role: 'assistant', content: [{ type: 'output_text', text: course }] },
        { role: 'user', content: may },
        { role: 'assistant', content: [{ type: 'output_text', text: booked }] },
        { role: 'system', content: brief },
      ],
    });
    expect(await sentFor(chat, items)).toMatchObject({
      messages: [
        { role: 'user', content: hello },
        { role: 'assistant', content: [{ type: 'text', text: course }] },
        { role: 'user', content: may },
        { role: 'assistant', content: [{ type: 'text', text: booked }] },
        { role: 'system', content: brief },
      ],
    });
  });

  test.each([true, false])('a run goes on with them (Responses: %s)', async (useResponses) => {
    const session = await said();
    const runner = new Runner({ modelProvider: provider(useResponses), tracingDisabled: true });
    requests = [];
    const agent = new Agent({ name: 'Planner', model: 'gpt-5.2' });
    const { finalOutput } = await runner.run(agent, 'Thanks', { session });
    expect(finalOutput).toBe('Understood.');
    const sent = requests[0]?.[useResponses ? 'input' : 'messages'] as Body[];
    expect(sent.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
      'system',
      'user',
    ]);
    const again = await runner.run(agent, 'And now?', { session });
    expect(again.finalOutput).toBe('Understood.');
    expect(requests[1]?.[useResponses ? 'input' : 'messages']).toHaveLength(8);
  });
});

describe('documents of the Python class', () => {
  test.each(Object.entries(PYTHON_DOCUMENTS))('%s is sent', async (name, document) => {
    const sessionId = crypto.randomUUID();
    await client.json.set(`${keyPrefix}${sessionId}`, '$', document as never);
    const session = await JSONSession.load(sessionId, { store: redis, keyPrefix });
    const items = await session.getItems();
    const [viaResponses, viaChat] = [await sentFor(responses, items), await sentFor(chat, items)];
    expect(viaResponses).toMatchObject({
      input: document.messages.map(({ role, content }) => ({
        role,
        content: role === 'assistant' ? [{ type: 'output_text', text: content }] : content,
      })),
    });
    expect(viaChat).toMatchObject({
      messages: document.messages.map(({ role, content }) => ({
        role,
        content: role === 'assistant' ? [{ type: 'text', text: content }] : content,
      })),
    });
    expect([name, items.length]).toEqual([name, document.messages.length]);
  });
});
