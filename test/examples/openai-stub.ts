/**
 * Stands in for OpenAI's Responses API, so that examples for a real model run in tests as they are.
 *
 * @module
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/**
 * A running stand-in.
 */
export interface OpenAIStub {
  /** What the SDK must find in the environment. */
  readonly environment: Record<string, string>;
  close(): unknown;
}

/**
 * Starts one that answers every request with the number of items it was sent.
 */
export async function startOpenAIStub(): Promise<OpenAIStub> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    json(request).then(
      (body) => response.end(JSON.stringify(answerTo(body))),
      (error: Error) => response.destroy(error),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    environment: {
      OPENAI_API_KEY: 'no-key',
      OPENAI_BASE_URL: `http://127.0.0.1:${port}`,
      OPENAI_AGENTS_DISABLE_TRACING: '1',
    },
    close: () => server.close(),
  };
}

function answerTo(body: unknown): object {
  const { input } = body as { input: unknown[] };
  const text = `I was sent ${input.length} items.`;
  const content = [{ type: 'output_text', text, annotations: [] }];
  return {
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    output: [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content }],
    usage: {
      input_tokens: 1,
      output_tokens: 1,
      total_tokens: 2,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 0 },
    },
  };
}
