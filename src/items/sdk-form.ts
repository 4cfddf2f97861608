/**
 * The form in which the SDK hands items to a session: without the ids that providers give to calls, and
 * with binary data as data URLs (its `runner/sessionItems`, which it does not export).
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import { toBase64 } from './item-bytes.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Gives an item in that form; it shares no object with the item that it was made of.
 */
export function sdkForm(item: AgentInputItem): AgentInputItem {
  return formOf(item) as AgentInputItem;
}

function formOf(value: unknown, mediaType?: string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const bytes = bytesOf(value);
  if (bytes !== undefined) return dataUrl(bytes, mediaType);
  if (Array.isArray(value)) return value.map((one) => formOf(one, mediaType));
  return isFields(value) ? formOfFields(value, mediaType) : value;
}

function formOfFields(fields: Fields, inherited: string | undefined): Fields {
  const mediaType = textOf(fields['mediaType']) ?? inherited;
  const keys = Object.keys(fields).filter((key) => key !== 'id' || !hasTransientId(fields));
  return Object.fromEntries(
    keys.map((key) => {
      const isData = key === 'data' || key === 'fileData';
      return [key, formOf(fields[key], isData ? mediaType : inherited)];
    }),
  );
}

/** The call id says which call it is, and the provider knows the other only for a while. */
function hasTransientId({ type, call_id, callId, providerData }: Fields): boolean {
  if (type === 'function_call' || type === 'function_call_result') return true;
  if (type !== 'tool_search_call' && type !== 'tool_search_output') return false;
  const given = isFields(providerData) ? providerData : {};
  return [call_id ?? callId, given['call_id'] ?? given['callId']].some(
    (id) => textOf(id) !== undefined,
  );
}

function bytesOf(value: object): Uint8Array | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  // What JSON makes of a buffer of Node.
  const { type, data } = value as Fields;
  return type === 'Buffer' && Array.isArray(data) ? Uint8Array.from(data as number[]) : undefined;
}

function dataUrl(bytes: Uint8Array, mediaType = 'text/plain'): string {
  const type = mediaType.startsWith('data:') ? 'text/plain' : mediaType;
  return `data:${type};base64,${toBase64(bytes)}`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isFields(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
