/**
 * What is kept in a history of a run that failed, and found again when that is tried again.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import type { MessageEntry } from '../document/document.ts';
import { decodeItem } from '../items/item-codec.ts';
import { itemKey } from '../items/item-equality.ts';
import type { EntryVisitor } from '../store.ts';
import type { RunTrace } from '../tracking/run-scope.ts';
import { isInput } from '../windows/turns.ts';
import { itemEntries, withOrigins } from './new-entries.ts';
import { partsOf } from './session-parts.ts';

/**
 * Keeps items of a run that failed.
 *
 * @param trace - What the run tells of them.
 */
export async function keepFailedTurn(
  session: object,
  items: readonly AgentInputItem[],
  { origins, record, commit }: RunTrace,
): Promise<void> {
  const { options, handle, prepare } = partsOf(session);
  const entries = withOrigins(itemEntries(prepare(items), options.codec), origins);
  await handle.append({
    entries: entries.map((entry) => Object.assign(entry, { failed: true as const })),
    run: record,
  });
  commit();
}

/**
 * Tells whether the history ends with a turn that has this input and no answer: one that was kept, or
 * an input alone.
 */
export async function endsWithFailedTurn(
  session: object,
  input: readonly AgentInputItem[],
): Promise<boolean> {
  const { handle, prepare } = partsOf(session);
  const wanted = prepare(input);
  const visitor = (): EntryVisitor => lastInputVisitor(wanted.length);
  const snapshot = await handle.read({
    kind: 'walk',
    within: 'history',
    visitor,
    sizeHint: wanted.length,
  });
  const found = (snapshot?.entries ?? []).map((entry) => decodeItem(entry));
  return (
    found.length === wanted.length &&
    found.every((item, index) => item && itemKey(item) === itemKey(wanted[index] as AgentInputItem))
  );
}

/** Takes the newest input, where nothing that is not of a failed run stands behind it. */
function lastInputVisitor(count: number): EntryVisitor {
  let left = count;
  return (entry: MessageEntry) => {
    if (!isInput(decodeItem(entry)))
      return left === count && entry.failed === true ? 'skip' : 'stop';
    left -= 1;
    return left === 0 ? 'last' : 'take';
  };
}
