/**
 * What is kept in a history of a run that failed, and found again when that is tried again.
 *
 * @module
 */
import type { AgentInputItem, RunContext } from '@openai/agents-core';

import type { MessageEntry } from '../document/document.ts';
import { canonicalItem, decodeItem } from '../items/item-codec.ts';
import { sameItems } from '../items/item-equality.ts';
import { sdkForm } from '../items/sdk-form.ts';
import type { EntryVisitor } from '../store.ts';
import type { RunTrace } from '../tracking/run-scope.ts';
import { isInput } from '../windows/turns.ts';
import { toItems } from '../session/item-selection.ts';
import { itemEntries, tracedEntries } from '../session/writing/new-entries.ts';
import { partsOf } from '../session/session-parts.ts';

/**
 * Keeps items of a run that failed, in the form in which the SDK would have stored them.
 *
 * @param trace - What the run tells of them.
 */
export async function keepFailedTurn(
  session: object,
  items: readonly AgentInputItem[],
  { trace, runContext }: { trace: RunTrace; runContext: RunContext | undefined },
): Promise<void> {
  const { options, handle, prepare } = partsOf(session);
  const entries = itemEntries(prepare(items.map(sdkForm), runContext), options.codec);
  await handle.append({
    entries: tracedEntries(entries, trace).map((entry) =>
      Object.assign(entry, { failed: true as const }),
    ),
    run: trace.record,
  });
  trace.commit();
}

/**
 * Gives an input as it comes back once a run has stored it, or null where it cannot be stored.
 */
export function storedInput(
  session: object,
  input: readonly AgentInputItem[],
  runContext: RunContext,
): AgentInputItem[] | null {
  const { options, prepare } = partsOf(session);
  try {
    return prepare(input.map(sdkForm), runContext).map((item, index) =>
      canonicalItem(item, options.codec, `items[${index}]`),
    );
  } catch {
    return null;
  }
}

/**
 * Tells whether the history ends with a turn that has this input and no answer: one that was kept, or
 * an input alone.
 *
 * @param input - As {@link storedInput} gives it.
 */
export async function endsWithFailedTurn(
  session: object,
  input: readonly AgentInputItem[],
): Promise<boolean> {
  const visitor = (): EntryVisitor => lastInputVisitor(input.length);
  const snapshot = await partsOf(session).handle.read({
    kind: 'walk',
    within: 'history',
    visitor,
    sizeHint: input.length,
  });
  return sameItems(toItems(snapshot?.entries ?? []), input);
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
