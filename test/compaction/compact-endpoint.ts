/**
 * Stands in for OpenAI's Responses API with its endpoint for compaction.
 *
 * @module
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** A request that was received. */
interface Received {
  readonly path: string;
  readonly body: { readonly model: string; readonly input: readonly Record<string, unknown>[] };
}

/**
 * A stand-in that runs until the test is over.
 */
export interface CompactEndpoint {
  readonly baseURL: string;
  readonly received: Received[];
  /** What a compaction is answered with from then on; 200 unless told otherwise. */
  status: number;
}

/**
 * Starts one. A compaction keeps the messages of the user and puts a compaction item behind them, as
 * the real one does.
 */
export async function startCompactEndpoint(): Promise<CompactEndpoint> {
  const endpoint: { baseURL: string; received: Received[]; status: number } = {
    baseURL: '',
    received: [],
    status: 200,
  };
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    const answer = (body: Received['body']): unknown => {
      const path = request.url ?? '';
      endpoint.received.push({ path, body });
      const isCompaction = path === '/responses/compact';
      response.statusCode = isCompaction ? endpoint.status : 200;
      return response.end(JSON.stringify(isCompaction ? compaction(body) : said()));
    };
    json(request).then(
      (body) => answer(body as Received['body']),
      (error: Error) => response.destroy(error),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  endpoint.baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return endpoint;
}

function compaction({ input }: Received['body']): object {
  return {
    id: 'resp_c',
    object: 'response.compaction',
    created_at: 1,
    output: [
      ...input
        .filter(({ role }) => role === 'user')
        .map(({ content }, index) => ({
          id: `msg_${index}`,
          type: 'message',
          role: 'user',
          status: 'completed',
          content: [{ type: 'input_text', text: content }],
        })),
      { id: 'cmp_1', type: 'compaction', encrypted_content: `of ${input.length} items` },
    ],
    usage: usageOf(100, 7),
  };
}

function said(): object {
  const content = [{ type: 'output_text', text: 'Understood.', annotations: [] }];
  return {
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    output: [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content }],
    usage: usageOf(10, 5),
  };
}

function usageOf(input: number, output: number): object {
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  };
}
