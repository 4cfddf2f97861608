/**
 * Which result answers which call, as the SDK sees it (its `runner/toolResultCorrelation`).
 *
 * Items can be malformed or of a future release, so every field is looked at before it is used.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

/**
 * What a call and its result have in common.
 */
export interface Correlation {
  /** Equal for a call and its results; missing where a tool search was given no id. */
  readonly key: string | undefined;
  /** Tool searches without ids pair by order, those run by the provider apart from the others. */
  readonly search: 'client' | 'server' | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const RESULT_TYPE_OF_CALL: ReadonlyMap<unknown, string> = new Map([
  ['program', 'program_output'],
  ['function_call', 'function_call_result'],
  ['computer_call', 'computer_call_result'],
  ['shell_call', 'shell_call_output'],
  ['apply_patch_call', 'apply_patch_call_output'],
]);
const RESULT_TYPES: ReadonlySet<unknown> = new Set(RESULT_TYPE_OF_CALL.values());
const APPROVAL_REQUEST = 'mcp_approval_request';
const APPROVAL_RESPONSE = 'mcp_approval_response';

/**
 * Tells what the result of an item has in common with it, if the item is a call that has results.
 */
export function callCorrelation(item: AgentInputItem): Correlation | undefined {
  const fields = fieldsOf(item);
  const { type } = fields;
  if (type === 'tool_search_call') {
    return searchCorrelation(fields, searchCallId(fields) ?? textOf(fields['id']));
  }
  if (type === 'hosted_tool_call') return approvalRequest(fields);
  const resultType = RESULT_TYPE_OF_CALL.get(type);
  return resultType === undefined ? undefined : correlation(resultType, fields['callId']);
}

/**
 * Tells what the call of an item has in common with it, if the item is a result.
 */
export function resultCorrelation(item: AgentInputItem): Correlation | undefined {
  const fields = fieldsOf(item);
  const { type } = fields;
  if (type === 'tool_search_output') return searchCorrelation(fields, searchCallId(fields));
  if (type === 'hosted_tool_call') return approvalResponse(fields);
  return RESULT_TYPES.has(type) ? correlation(String(type), fields['callId']) : undefined;
}

/**
 * Gives the call id of the program that made or got an item.
 */
export function programCaller(item: AgentInputItem): string | undefined {
  const { type, callerId } = fieldsOf(fieldsOf(item)['caller']);
  return type === 'program' && typeof callerId === 'string' ? callerId : undefined;
}

function approvalRequest(fields: Fields): Correlation | undefined {
  const { type, id } = fieldsOf(fields['providerData']);
  if (!isObject(fields['providerData'])) return undefined;
  if (fields['name'] !== APPROVAL_REQUEST && type !== APPROVAL_REQUEST) return undefined;
  return correlation(APPROVAL_RESPONSE, id ?? fields['id']);
}

function approvalResponse(fields: Fields): Correlation | undefined {
  if (fields['name'] !== APPROVAL_RESPONSE) return undefined;
  return correlation(APPROVAL_RESPONSE, fieldsOf(fields['providerData'])['approval_request_id']);
}

function searchCorrelation(fields: Fields, id: string | undefined): Correlation {
  const search = searchExecution(fields) === 'server' ? 'server' : 'client';
  return { key: id === undefined ? undefined : keyOf(`tool_search_output:${search}`, id), search };
}

function searchExecution(fields: Fields): unknown {
  const { execution } = fields;
  if (execution === 'client' || execution === 'server') return execution;
  return fieldsOf(fields['providerData'])['execution'];
}

function searchCallId(fields: Fields): string | undefined {
  const given = fieldsOf(fields['providerData']);
  return (
    textOf(given['call_id'] ?? given['callId']) ??
    textOf(fields['call_id']) ??
    textOf(fields['callId'])
  );
}

function correlation(resultType: string, id: unknown): Correlation | undefined {
  return typeof id === 'string' ? { key: keyOf(resultType, id), search: undefined } : undefined;
}

function keyOf(resultType: string, id: string): string {
  return JSON.stringify([resultType, id]);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}
