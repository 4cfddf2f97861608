/**
 * New entries of the transcript, from messages and from items of the SDK.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import type { MessageRole } from '../document/document.ts';
import { InvalidInputError } from '../errors.ts';
import { encodeItem, type ItemCodecOptions } from '../items/item-codec.ts';
import { randomHex } from '../random-ids.ts';
import type { NewEntry } from '../store.ts';
import {
  checkArguments,
  checkInteger,
  checkName,
  checkRole,
  checkText,
} from './input-validation.ts';

/**
 * A message for `JSONSession.addMessage`.
 */
export interface NewMessage {
  /** `tool` is kept in the transcript and not sent to models: it belongs to no call. */
  role: MessageRole;
  content: string;
  /** The agent that the message came from. It does not become the current agent; see `trackAgent`. */
  agent?: string | undefined;
  /** Tokens that the message cost; they add to the session's total. */
  tokens?: number | undefined;
}

/**
 * Gives the entry for a message.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the field that is wrong, `ItemTooLargeError`
 * (`item_too_large`).
 */
export function messageEntry(message: NewMessage, codec: ItemCodecOptions): NewEntry {
  checkArguments(message, 'message');
  const role = checkRole(message.role, 'role');
  const content = checkText(message.content, 'content', codec.loneSurrogates);
  const { agent, tokens } = message;
  return {
    id: randomHex(8),
    ...encodeMessage(role, content, codec),
    agent: agent === undefined ? null : checkName(agent, 'agent'),
    tokens:
      tokens === undefined ? null : checkInteger(tokens, 'tokens', 0, Number.MAX_SAFE_INTEGER),
  };
}

/**
 * Gives the entries for items.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the item that is wrong, `ItemTooLargeError`
 * (`item_too_large`).
 */
export function itemEntries(items: readonly AgentInputItem[], codec: ItemCodecOptions): NewEntry[] {
  if (!Array.isArray(items)) throw new InvalidInputError('items', 'must be an array');
  // Array.from, as map would leave the holes of a sparse array to fail later.
  return Array.from(items, (item: unknown, index) => ({
    id: randomHex(8),
    ...encodeItem(item, codec, `items[${index}]`),
    agent: null,
    tokens: null,
  }));
}

/** What is too large is treated as the same text in an item would be. */
function encodeMessage(
  role: MessageRole,
  content: string,
  codec: ItemCodecOptions,
): Pick<NewEntry, 'role' | 'content' | 'item'> {
  if (role === 'tool') {
    const text = encodeItem({ type: 'message', role: 'user', content }, codec, 'content');
    return { role, content: text.content };
  }
  const parts = [{ type: 'output_text', text: content }];
  const item =
    role === 'assistant'
      ? { type: 'message', role, status: 'completed', content: parts }
      : { type: 'message', role, content };
  return encodeItem(item, codec, 'content');
}
