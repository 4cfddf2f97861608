import type { AgentInputItem } from '@openai/agents-core';

/** An item as a store may give it back, whatever its type says. */
export function foreign(item: object): AgentInputItem {
  return item as AgentInputItem;
}

export function user(content: string): AgentInputItem {
  return { type: 'message', role: 'user', content };
}

export function system(content: string): AgentInputItem {
  return { type: 'message', role: 'system', content };
}

export function said(text: string): AgentInputItem {
  return {
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text }],
  };
}

export function thought(id: string): AgentInputItem {
  return { type: 'reasoning', id, content: [] };
}

export function compaction(id: string): AgentInputItem {
  return { type: 'compaction', id, encrypted_content: 'gAAAA' };
}

export function webSearch(id: string): AgentInputItem {
  return { type: 'hosted_tool_call', id, name: 'web_search_call', status: 'completed' };
}

export function call(callId: string, parent?: string): AgentInputItem {
  return {
    type: 'function_call',
    callId,
    name: 'weather',
    status: 'completed',
    arguments: '{}',
    ...by(parent),
  };
}

export function result(callId: string, parent?: string): AgentInputItem {
  return {
    type: 'function_call_result',
    callId,
    name: 'weather',
    status: 'completed',
    output: { type: 'text', text: 'sunny' },
    ...by(parent),
  };
}

export function program(callId: string, parent?: string): AgentInputItem {
  return foreign({ type: 'program', callId, code: 'go()', fingerprint: 'f', ...by(parent) });
}

export function programOutput(callId: string, parent?: string): AgentInputItem {
  return foreign({
    type: 'program_output',
    callId,
    output: 'done',
    status: 'completed',
    ...by(parent),
  });
}

function by(callerId: string | undefined): object {
  return callerId === undefined ? {} : { caller: { type: 'program', callerId } };
}

function approvalRequest(id: string): AgentInputItem {
  return {
    type: 'hosted_tool_call',
    id: `item_${id}`,
    name: 'mcp_approval_request',
    status: 'completed',
    providerData: { type: 'mcp_approval_request', id },
  };
}

function approvalResponse(id: string): AgentInputItem {
  return {
    type: 'hosted_tool_call',
    name: 'mcp_approval_response',
    providerData: { type: 'mcp_approval_response', approve: true, approval_request_id: id },
  };
}

/** A tool search whose call has an id of its own and whose output has none. */
export function searchCall(id: string, execution?: 'client' | 'server'): AgentInputItem {
  return foreign({ type: 'tool_search_call', id, call_id: null, arguments: {}, execution });
}

export function searchOutput(execution?: 'client' | 'server'): AgentInputItem {
  return foreign({ type: 'tool_search_output', call_id: null, tools: [], execution });
}

/** A call and its result. */
export type Pair = readonly [AgentInputItem, AgentInputItem];

/** How each kind of call and its result look, by call id. */
export const PAIR_KINDS: Readonly<Record<string, (callId: string) => Pair>> = {
  function_call: (callId) => [call(callId), result(callId)],
  computer_call: (callId) => [
    { type: 'computer_call', callId, status: 'completed', action: { type: 'screenshot' } },
    {
      type: 'computer_call_result',
      callId,
      output: { type: 'computer_screenshot', data: 'image' },
    },
  ],
  shell_call: (callId) => [
    { type: 'shell_call', callId, status: 'completed', action: { commands: ['ls'] } },
    {
      type: 'shell_call_output',
      callId,
      output: [{ stdout: 'a', stderr: '', outcome: { type: 'exit', exitCode: 0 } }],
    },
  ],
  apply_patch_call: (callId) => [
    {
      type: 'apply_patch_call',
      callId,
      status: 'completed',
      operation: { type: 'delete_file', path: 'a.txt' },
    },
    { type: 'apply_patch_call_output', callId, status: 'completed' },
  ],
  program: (callId) => [program(callId), programOutput(callId)],
  tool_search_call: (callId) => [
    { type: 'tool_search_call', callId, execution: 'client', arguments: {} },
    { type: 'tool_search_output', callId, execution: 'client', tools: [] },
  ],
  'tool_search_call, ids of the provider': (callId) => [
    {
      type: 'tool_search_call',
      id: `item_${callId}`,
      arguments: {},
      providerData: { call_id: callId, execution: 'client' },
    },
    { type: 'tool_search_output', tools: [], providerData: { callId, execution: 'client' } },
  ],
  'tool_search_call, answered by its item id': (callId) => [
    { type: 'tool_search_call', id: callId, call_id: null, arguments: {} },
    { type: 'tool_search_output', call_id: callId, tools: [] },
  ],
  'tool_search_call without call id': (id) => [searchCall(id), searchOutput('client')],
  'tool_search_call of the provider': (id) => [searchCall(id, 'server'), searchOutput('server')],
  mcp_approval_request: (id) => [approvalRequest(id), approvalResponse(id)],
  'mcp_approval_request by its item id': (id) => [
    {
      type: 'hosted_tool_call',
      id,
      name: 'other',
      providerData: { type: 'mcp_approval_request' },
    },
    approvalResponse(id),
  ],
};
