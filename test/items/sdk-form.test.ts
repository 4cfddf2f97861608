/**
 * The form of items, against what the SDK hands to a session.
 */
import { Agent, type AgentInputItem, MemorySession, Runner } from '@openai/agents-core';
import { assistantMessage, ScriptedModel } from '@openai/agents-core/testing';
import { expect, test } from 'vitest';
import { sdkForm } from '../../src/items/sdk-form.ts';

const BYTES = new Uint8Array([0, 1, 254, 255]);

const ITEMS: Readonly<Record<string, Record<string, unknown>>> = {
  'a message with an id': {
    type: 'message',
    id: 'msg_1',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: 'Hello.', providerData: { id: 'p1' } }],
  },
  'reasoning with an id': { type: 'reasoning', id: 'rs_1', content: [] },
  'a call': { type: 'function_call', id: 'fc_1', callId: 'c1', name: 'look', arguments: '{}' },
  'a result': {
    type: 'function_call_result',
    id: 'fr_1',
    callId: 'c1',
    name: 'look',
    status: 'completed',
    output: [{ type: 'input_image', id: 'i1', image: BYTES }],
  },
  'a search with a call id': { type: 'tool_search_call', id: 's1', call_id: 'c1', arguments: {} },
  'a search whose provider knows its call id': {
    type: 'tool_search_call',
    id: 's2',
    arguments: {},
    providerData: { callId: 'c2' },
  },
  'a search without a call id': { type: 'tool_search_call', id: 's3', arguments: {} },
  'what a search found': { type: 'tool_search_output', id: 'o1', callId: 'c1', tools: [] },
  'a file with a media type': fileOf({ fileData: BYTES, mediaType: 'application/pdf' }),
  'a file whose media type is a data URL': fileOf({ fileData: BYTES, mediaType: 'data:x' }),
  'a file in a view': fileOf({ file: new DataView(BYTES.buffer, 1, 2) }),
  'a file in a buffer': fileOf({ file: BYTES.buffer, mediaType: 'application/pdf' }),
  'a file in a buffer that was text': fileOf({ file: { type: 'Buffer', data: [1, 2] } }),
  'a file within data': fileOf({ data: { file: BYTES }, mediaType: 'image/png' }),
  'nothing in particular': { type: 'unknown', id: 'u1', providerData: { list: [null, 1, 'a'] } },
};

function fileOf(fields: Record<string, unknown>): Record<string, unknown> {
  return { type: 'message', role: 'user', content: [{ type: 'input_file', ...fields }] };
}

test.each(Object.entries(ITEMS))('%s is as the SDK stores it', async (_what, fields) => {
  const item = fields as unknown as AgentInputItem;
  const before = structuredClone(item);
  const session = new MemorySession();
  const agent = new Agent({ name: 'A', model: new ScriptedModel([[assistantMessage('Hello.')]]) });
  await new Runner({ tracingDisabled: true }).run(agent, [item], { session });
  const [stored] = await session.getItems();

  expect(sdkForm(item)).toStrictEqual(stored);
  expect(item).toStrictEqual(before);
});
