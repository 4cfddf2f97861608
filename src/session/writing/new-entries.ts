/**
 * New entries of the transcript, from messages and from items of the SDK.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import type { MessageRole } from '../../document/document.ts';
import { decodeItem, encodeItem, type ItemCodecOptions } from '../../items/item-codec.ts';
import { randomHex } from '../../random-ids.ts';
import type { NewEntry } from '../../store.ts';
import type { RepeatableOptions } from './caller-operation.ts';
import type { ItemTrace } from '../../tracking/run-items.ts';
import {
  checkArguments,
  checkInteger,
  checkName,
  checkRole,
  checkText,
} from '../input-validation.ts';
import { checkWriteBytes, checkWriteCount } from './write-size.ts';

/**
 * A message for `JSONSession.addMessage`.
 */
export interface NewMessage extends RepeatableOptions {
  /** `tool` is kept in the transcript and not sent to models: it belongs to no call. */
  role: MessageRole;
  content: string;
  /** The agent that the message came from. It does not become the current agent; see `trackAgent`. */
  agent?: string | undefined;
  /** Tokens that the message cost; they add to the session's total. */
  tokens?: number | undefined;
}

/**
 * Gives the item that says what a message says. One of the role `tool`, which belongs to no call, is
 * given as if the user had said it.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the field that is wrong.
 */
export function messageItem(message: NewMessage, codec: ItemCodecOptions): AgentInputItem {
  checkArguments(message, 'message');
  const role = checkRole(message.role, 'role');
  const content = checkText(message.content, 'content', codec.loneSurrogates);
  // Only entries of the role `tool` have no item.
  return decodeItem({ role: role === 'tool' ? 'user' : role, content }) as AgentInputItem;
}

/**
 * Gives the entry for a message, from the item that says what it says.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the field that is wrong, `ItemTooLargeError`
 * (`item_too_large`).
 */
export function messageEntry(
  { role, agent, tokens }: NewMessage,
  item: AgentInputItem | undefined,
  codec: ItemCodecOptions,
): NewEntry {
  const encoded = encodeItem(item, codec, 'content');
  return {
    id: randomHex(8),
    ...(role === 'tool' ? { role, content: encoded.content } : encoded),
    agent: agent === undefined ? null : checkName(agent, 'agent'),
    tokens:
      tokens === undefined ? null : checkInteger(tokens, 'tokens', 0, Number.MAX_SAFE_INTEGER),
  };
}

/**
 * Gives the entries for items.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the item that is wrong, or `items` when they are
 * too much for one call, `ItemTooLargeError` (`item_too_large`).
 */
export function itemEntries(items: readonly AgentInputItem[], codec: ItemCodecOptions): NewEntry[] {
  checkWriteCount(items);
  let byteBound = 0;
  const addBytes = (bytes: number): number => (byteBound += bytes);
  const entries: NewEntry[] = [];
  // By index, as map would leave the holes of a sparse array to fail later.
  for (let index = 0; index < items.length; index += 1) {
    const encoded = encodeItem(items[index], codec, `items[${index}]`, addBytes);
    entries.push({ id: randomHex(8), ...encoded, agent: null, tokens: null });
  }
  checkWriteBytes(entries, byteBound);
  return entries;
}

/**
 * Gives those of the entries that are to be written, with what a run tells of each.
 */
export function tracedEntries(
  entries: readonly NewEntry[],
  { skip, origins }: ItemTrace,
): NewEntry[] {
  const traced: NewEntry[] = [];
  for (let index = skip; index < entries.length; index += 1) {
    traced.push({ ...(entries[index] as NewEntry), ...origins[index - skip] });
  }
  return traced;
}
