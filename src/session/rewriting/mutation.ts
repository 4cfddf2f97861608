/**
 * Rewriting items in the middle of a history.
 *
 * @module
 */
import type { SessionHistoryMutation, SessionHistoryRewriteArgs } from '@openai/agents-core';

import type { JsonValue, MessageEntry } from '../../document/document.ts';
import { decodeItem, encodeItem, type ItemCodecOptions } from '../../items/item-codec.ts';
import { itemJson } from '../../items/item-equality.ts';
import { InvalidInputError } from '../../errors.ts';
import type { WriteCall } from '../writing/caller-operation.ts';
import { checkArguments, checkName } from '../input-validation.ts';
import { rewriteAsPlanned } from './rewriting.ts';
import type { SessionHandle } from '../session-handle.ts';

/**
 * Checks the mutations that a caller hands over.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming what is wrong.
 */
export function checkMutations(args: SessionHistoryRewriteArgs): SessionHistoryMutation[] {
  const { mutations } = checkArguments(args, 'args');
  if (!Array.isArray(mutations)) throw new InvalidInputError('mutations', 'must be an array');
  for (const [index, mutation] of mutations.entries()) {
    const field = `mutations[${index}]`;
    const { callId, replacement } = checkArguments(mutation, field);
    checkName(callId, `${field}.callId`);
    checkArguments(replacement, `${field}.replacement`);
  }
  return mutations;
}

/**
 * Gives what mutations do, as JSON.
 */
export function mutationsJson(mutations: readonly SessionHistoryMutation[]): JsonValue {
  return [
    'mutations',
    ...mutations.map(({ type, callId, replacement }) => [type, callId, itemJson(replacement)]),
  ];
}

/**
 * Applies mutations as the SDK's own sessions do: the first call with the id is replaced, later ones
 * are dropped. What stands behind keeps its place, id and time.
 *
 * @throws `ConflictError` (`conflict`) when other writers kept changing the history until the
 * time was up.
 */
export async function applyMutations(
  handle: SessionHandle,
  mutations: SessionHistoryMutation[],
  { codec, deadline, once }: WriteCall & { codec: ItemCodecOptions },
): Promise<void> {
  await rewriteAsPlanned(handle, deadline, async () => {
    const snapshot = await handle.read({ kind: 'all', within: 'history' }, deadline);
    if (snapshot === null) return null;
    const { entries, tail: version, visited } = snapshot;
    const after = mutations.reduce(
      (history, mutation) => replaceFunctionCall(history, mutation, codec),
      entries,
    );
    if (after === entries) return null;
    const kept = unchanged(entries, after, visited);
    const removal = { version, drop: visited - kept, entries: after.slice(kept), ...once };
    return { removal, applied: undefined };
  });
}

/** Gives the very same history where no call has the id. */
function replaceFunctionCall(
  history: MessageEntry[],
  { callId, replacement }: SessionHistoryMutation,
  codec: ItemCodecOptions,
): MessageEntry[] {
  const first = history.findIndex((entry) => isCall(entry, callId));
  if (first === -1) return history;
  const { item: _item, ...fields } = history[first] as MessageEntry;
  const replaced = { ...fields, ...encodeItem(replacement, codec, 'replacement') };
  const others = history.filter((entry) => !isCall(entry, callId));
  return others.toSpliced(first, 0, replaced as MessageEntry);
}

function isCall(entry: MessageEntry, callId: string): boolean {
  const item = decodeItem(entry);
  return item?.type === 'function_call' && item.callId === callId;
}

/** How many values stay. Values that are no entries are left out of a history that is rewritten. */
function unchanged(before: MessageEntry[], after: MessageEntry[], visited: number): number {
  if (visited !== before.length) return 0;
  const first = before.findIndex((entry, index) => entry !== after[index]);
  return first === -1 ? before.length : first;
}
