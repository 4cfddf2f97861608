/**
 * The way back from tagged JSON (see `item-json.ts`) to an item.
 *
 * @module
 */
import type { JsonObject, JsonValue } from '../document/document.ts';
import { isRecord } from '../document/is-record.ts';
import { fromBase64 } from './item-bytes.ts';
import { isTagKey, setKey } from './item-json.ts';

/**
 * Builds a fresh value from tagged JSON, with tags resolved and `text` in the place of holes.
 *
 * @throws when a tag is malformed.
 */
export function restore(json: JsonValue, text: string): unknown {
  if (isRecord(json) && typeof json['$json'] === 'string' && Object.keys(json).length === 1) {
    return restoreText(json['$json'], text);
  }
  return restoreValue(json, text);
}

function restoreValue(json: JsonValue | undefined, text: string): unknown {
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map((value) => restoreValue(value, text));
  const keys = Object.keys(json);
  const [first = ''] = keys;
  if (keys.length !== 1 || !isTagKey(first)) return restoreRecord(json, keys, text);
  if (first !== '$literal') return resolveTag(first, json[first], text);
  const literal = literalOf(json[first]);
  return restoreRecord(literal, Object.keys(literal), text);
}

function restoreRecord(json: JsonObject, keys: string[], text: string): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const key of keys) {
    const value = json[key];
    setKey(out, key, typeof value === 'object' ? restoreValue(value, text) : value);
  }
  return out;
}

function resolveTag(key: string, value: JsonValue | undefined, text: string): unknown {
  if (key === '$text' && value === true) return text;
  if (key === '$bytes' && typeof value === 'string') return fromBase64(value);
  if (key === '$number' && typeof value === 'string') return finiteNumber(value);
  throw new Error('malformed tag');
}

function finiteNumber(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new TypeError('malformed tag');
  return value;
}

function literalOf(value: JsonValue | undefined): JsonObject {
  if (!isRecord(value)) throw new Error('malformed tag');
  return value;
}

/** Not recursive: what was stored must come back however little stack the reader has left. */
function restoreText(json: string, text: string): unknown {
  const top = { root: JSON.parse(json) as unknown };
  if (!json.includes('"$')) return top.root;
  const pending: Record<string, unknown>[] = [top];
  for (let holder = pending.pop(); holder; holder = pending.pop()) {
    for (const key of Object.keys(holder)) {
      const [value, children] = resolveInPlace(holder[key], text);
      if (value !== holder[key]) setKey(holder, key, value);
      if (children) pending.push(children);
    }
  }
  return top.root;
}

function resolveInPlace(
  value: unknown,
  text: string,
): [value: unknown, children?: Record<string, unknown>] {
  if (typeof value !== 'object' || value === null) return [value];
  const record = value as JsonObject;
  const keys = Array.isArray(value) ? [] : Object.keys(record);
  const [first = ''] = keys;
  if (keys.length !== 1 || !isTagKey(first)) return [record, record];
  if (first !== '$literal') return [resolveTag(first, record[first], text)];
  const literal = literalOf(record[first]);
  return [literal, literal];
}
