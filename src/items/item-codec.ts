/**
 * SDK items to entries of `messages` and back, without loss.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import type { JsonObject, JsonValue, MessageRole } from '../document/document.ts';
import { InvalidInputError, ItemTooLargeError } from '../errors.ts';
import { isRecord } from '../document/is-record.ts';
import { canonicalise, deepTag, textTag, unwrapLiteral } from './item-json.ts';
import type { CanonicalItem } from './item-json.ts';
import { restore } from './item-restore.ts';
import { describeItem } from './item-text.ts';
import type { ItemPath } from './item-text.ts';
import { jsonBytes } from './json-size.ts';
import { shrinkItem } from './oversized-item.ts';

/**
 * What becomes of an item that is larger than `maxItemBytes`: an error, notes in the place of its
 * largest parts, or whatever item a function makes of it.
 */
export type OversizedItem =
  | 'error'
  | 'placeholder'
  | ((item: AgentInputItem, bytes: number) => AgentInputItem);

/**
 * How items are encoded.
 */
export interface ItemCodecOptions {
  /** Largest item that is stored, as JSON text in bytes of UTF-8. */
  readonly maxItemBytes: number;
  readonly oversizedItem: OversizedItem;
  /** Whether strings with half of a surrogate pair are repaired or refused. */
  readonly loneSurrogates: 'replace' | 'reject';
}

/**
 * The options that apply where a caller gives none.
 */
export const DEFAULT_ITEM_CODEC_OPTIONS: ItemCodecOptions = {
  maxItemBytes: 32 * 1024 * 1024,
  oversizedItem: 'error',
  loneSurrogates: 'replace',
};

/**
 * The fields of a `MessageEntry` that an item is stored in.
 */
export interface EncodedItem {
  role: MessageRole;
  content: string;
  /** Left out where role and content say everything. */
  item?: JsonValue;
}

/**
 * The fields of a stored entry that an item is read from, by whatever program they were written.
 */
export interface DecodableEntry {
  readonly role: string;
  readonly content: string;
  readonly item?: JsonValue;
}

/**
 * Turns an item into the fields of an entry.
 *
 * @param field - Name of the item in errors, for example `items[2]`.
 * @param noteBound - Is told of a number of bytes that its JSON text does not exceed.
 * @throws {InvalidInputError} when the item is not an object or holds what JSON cannot hold.
 * @throws {ItemTooLargeError} when it is too large and the options do not help.
 */
export function encodeItem(
  item: unknown,
  options: ItemCodecOptions,
  field: string,
  noteBound?: (bytes: number) => void,
): EncodedItem {
  const { loneSurrogates } = options;
  const canonical = canonicalise(item, { loneSurrogates, field });
  noteBound?.(canonical.byteBound);
  const bytes = bytesAbove(options.maxItemBytes, canonical);
  if (bytes === undefined) return encodeCanonical(canonical, field);
  return encodeOversized(canonical, bytes, options, field);
}

/**
 * Rebuilds the item of an entry, or gives `undefined` where the entry is transcript only. Never
 * throws; the result shares no object with the entry.
 */
export function decodeItem(entry: DecodableEntry): AgentInputItem | undefined {
  const { role, content, item } = (entry ?? {}) as Partial<DecodableEntry>;
  const text = typeof content === 'string' ? content : '';
  return (isRecord(item) ? restoreItem(item, text) : undefined) ?? plainItem(role, text);
}

/**
 * Tells whether {@link decodeItem} gives an item of an entry.
 */
export function holdsItem(entry: DecodableEntry): boolean {
  return PLAIN_ROLES.has(entry.role) || decodeItem(entry) !== undefined;
}

/**
 * Gives what a reader gets back after the item was stored.
 *
 * @throws as {@link encodeItem} does.
 */
export function canonicalItem(
  item: unknown,
  options: ItemCodecOptions,
  field: string,
): AgentInputItem {
  return decodeItem(encodeItem(item, options, field)) as AgentInputItem;
}

function encodeCanonical(canonical: CanonicalItem, field: string): EncodedItem {
  const { json, tagged, deep } = canonical;
  const { role, content, source } = describeItem(tagged ? untagged(canonical, field) : json);
  if (isPlain(json, role, content)) return { role, content };
  if (source) digHole(json, source);
  return { role, content, item: deep ? deepTag(json, field) : json };
}

function encodeOversized(
  canonical: CanonicalItem,
  bytes: number,
  options: ItemCodecOptions,
  field: string,
): EncodedItem {
  const { maxItemBytes, oversizedItem, loneSurrogates } = options;
  if (oversizedItem === 'error') throw new ItemTooLargeError(field, bytes, maxItemBytes);
  const item = untagged(canonical, field);
  const smaller =
    oversizedItem === 'placeholder'
      ? shrinkItem(item, bytes, maxItemBytes)
      : refusePromise(oversizedItem(item, bytes));
  const result = canonicalise(smaller, { loneSurrogates, field: 'result of oversizedItem' });
  const left = bytesAbove(maxItemBytes, result);
  if (left !== undefined) throw new ItemTooLargeError(field, left, maxItemBytes);
  return encodeCanonical(result, field);
}

/** A fresh copy of the item as readers get it back. */
function untagged({ json, deep }: CanonicalItem, field: string): AgentInputItem {
  return restore(deep ? deepTag(json, field) : json, '') as AgentInputItem;
}

/** A promise would quietly be stored as an empty object. */
function refusePromise(item: AgentInputItem): AgentInputItem {
  if (typeof (item as { then?: unknown } | null | undefined)?.then === 'function') {
    throw new InvalidInputError('oversizedItem', 'must return an item, not a promise');
  }
  return item;
}

/** Most items are so small that there is nothing to count. */
function bytesAbove(limit: number, { byteBound, json }: CanonicalItem): number | undefined {
  if (byteBound <= limit) return undefined;
  const bytes = jsonBytes(json);
  return bytes > limit ? bytes : undefined;
}

/** Those of which every text is an item. */
const PLAIN_ROLES: ReadonlySet<string> = new Set(['user', 'system', 'assistant']);

function plainItem(role: unknown, text: string): AgentInputItem | undefined {
  if (role === 'user') return { type: 'message', role, content: text };
  if (role === 'system') return { type: 'message', role, content: text };
  if (role !== 'assistant') return undefined;
  const content = [{ type: 'output_text' as const, text }];
  return { type: 'message', role, status: 'completed', content };
}

function isPlain(json: JsonObject, role: MessageRole, content: string): boolean {
  const plain = plainItem(role, content);
  return plain !== undefined && isSame(json, plain as unknown as JsonValue);
}

/** Key order counts: it must come back, too. */
function isSame(json: JsonValue | undefined, plain: JsonValue | undefined): boolean {
  if (typeof plain !== 'object' || plain === null) return json === plain;
  if (typeof json !== 'object' || json === null) return false;
  if (Array.isArray(json) !== Array.isArray(plain)) return false;
  const keys = Object.keys(plain);
  const found = Object.keys(json);
  if (found.length !== keys.length) return false;
  const [one, other] = [json as JsonObject, plain as JsonObject];
  return keys.every((key, index) => found[index] === key && isSame(one[key], other[key]));
}

function digHole(json: JsonObject, source: ItemPath): void {
  let holder = unwrapLiteral(json) as JsonObject;
  for (const key of source.slice(0, -1)) holder = unwrapLiteral(holder[key]) as JsonObject;
  holder[source.at(-1) as string] = textTag();
}

function restoreItem(json: JsonObject, text: string): AgentInputItem | undefined {
  try {
    const item = restore(json, text);
    const valid = isRecord(item) && !(item instanceof Uint8Array);
    return valid ? (item as unknown as AgentInputItem) : undefined;
  } catch {
    return undefined;
  }
}
