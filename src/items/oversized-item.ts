/**
 * What is kept of an item that is too large to store: everything but its largest parts.
 *
 * A failed write would lose a turn that is already paid, and an item that is left out would tear
 * calls and results apart. So the item stays, and a note stands where the bulk was.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import { isBytes } from './item-bytes.ts';
import { jsonBytes } from './json-size.ts';

type Container = Record<string | number, unknown>;

interface Cut {
  readonly holder: Container;
  readonly key: string | number;
  readonly replacement: unknown;
  /** Bytes that the cut saves. */
  readonly saved: number;
}

/** What tells items apart, pairs calls with results or is checked by its issuer stays whole. */
const KEPT_KEYS: ReadonlySet<string | number> = new Set([
  'type',
  'id',
  'callId',
  'call_id',
  'callerId',
  'name',
  'namespace',
  'role',
  'status',
  'fingerprint',
  'encrypted_content',
]);

const MEDIA: ReadonlyMap<unknown, string> = new Map([
  ['image', 'image'],
  ['input_image', 'image'],
  ['file', 'file'],
  ['input_file', 'file'],
  ['audio', 'audio'],
]);

/** One transparent pixel. */
const EMPTY_SCREENSHOT =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=';

/**
 * Replaces the largest parts of an item by notes, as few as it takes to fit. Changes and returns the
 * item that it is given, which must be canonical.
 *
 * @param bytes - The size of the item.
 * @param limit - The size to come below; where that is impossible the result is larger.
 */
export function shrinkItem(item: AgentInputItem, bytes: number, limit: number): AgentInputItem {
  const top: Container = { item };
  const cuts = findCuts(top, limit).toSorted((one, other) => other.saved - one.saved);
  let size = bytes;
  for (const { holder, key, replacement, saved } of cuts) {
    if (size <= limit) break;
    holder[key] = replacement;
    size -= saved;
  }
  return item;
}

function findCuts(top: Container, limit: number): Cut[] {
  const item = top['item'] as Container;
  const cuts: Cut[] = [];
  const pending: Container[] = [];
  const visit = (holder: Container, key: string | number): void => {
    const replacement = replacementOf(item, holder, key, limit);
    if (replacement !== undefined) addCut(cuts, holder, key, replacement);
    else if (isContainer(holder[key])) pending.push(holder[key]);
  };
  visit(top, 'item');
  for (let holder = pending.pop(); holder; holder = pending.pop()) {
    for (const key of Object.keys(holder)) if (!KEPT_KEYS.has(key)) visit(holder, key);
  }
  return cuts;
}

function addCut(cuts: Cut[], holder: Container, key: string | number, replacement: unknown): void {
  const saved = jsonBytes(holder[key]) - jsonBytes(replacement);
  if (saved > 0) cuts.push({ holder, key, replacement, saved });
}

/** What would stand in the place of a value that can be cut as a whole. */
function replacementOf(
  item: Container,
  holder: Container,
  key: string | number,
  limit: number,
): unknown {
  const value = holder[key];
  if (typeof value === 'string')
    return textReplacement(item, holder, key, note('text', value, limit));
  if (typeof value !== 'object' || value === null) return undefined;
  if (isBytes(value)) return note('data', value, limit);
  const media = MEDIA.get((value as Container)['type']);
  const type = media === undefined ? undefined : partType(item, holder, key);
  return type === undefined ? undefined : { type, text: note(media ?? '', value, limit) };
}

function textReplacement(
  item: Container,
  holder: Container,
  key: string | number,
  text: string,
): string {
  if (holder === item && key === 'arguments') return JSON.stringify({ omitted: text });
  if (holder === item['output'] && holder['type'] === 'computer_screenshot' && key === 'data') {
    return EMPTY_SCREENSHOT;
  }
  return text;
}

/** The type of a text part in the same place, or nothing where no content part stands. */
function partType(item: Container, holder: Container, key: string | number): string | undefined {
  if (holder === item['content'] && Array.isArray(holder)) {
    return item['role'] === 'assistant' ? 'output_text' : 'input_text';
  }
  if (holder === item['output'] && Array.isArray(holder)) return 'input_text';
  return holder === item && key === 'output' ? 'text' : undefined;
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null && !isBytes(value);
}

function note(what: string, value: unknown, limit: number): string {
  return `[${what} omitted: ${jsonBytes(value)} bytes, the limit is ${limit}]`;
}
