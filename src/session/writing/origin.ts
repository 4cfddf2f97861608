/**
 * Where items come from that are about to be stored, and what that cost.
 *
 * @module
 */
import type { AgentInputItem, RunContext } from '@openai/agents-core';

import type { Deadline } from '../../deadline.ts';
import type { NewEntry, RunRecord, WriteResult } from '../../store.ts';
import { currentRun } from '../../tracking/current-run.ts';
import type { ItemTrace, WriteKind } from '../../tracking/run-items.ts';
import { claimUsage } from '../../tracking/untracked-usage.ts';
import { tracedEntries } from './new-entries.ts';
import { readMarks } from './read-marks.ts';
import { partsOf } from '../session-parts.ts';

/**
 * Items that are about to be stored, as they were handed over and as entries: one of each for each.
 */
export interface NewItems {
  readonly items: readonly AgentInputItem[];
  readonly entries: readonly NewEntry[];
}

/**
 * What is to be written: the entries of the items that are not stored yet, with where each comes from,
 * and what is known of the run.
 */
export interface OriginatedWrite {
  readonly entries: readonly NewEntry[];
  readonly run: RunRecord | undefined;
}

/** What is known of items, and what is to be called once the write was acknowledged, or has failed. */
interface Origin extends ItemTrace {
  readonly run?: RunRecord;
  readonly commit: () => void;
  readonly release: (error: unknown) => void;
}

/** In what a write is done. */
interface WriteContext {
  readonly runContext: RunContext | undefined;
  readonly kind: WriteKind;
  readonly deadline: Deadline;
}

/** Nothing to tell. */
const UNKNOWN: Origin = { skip: 0, origins: [], commit: () => {}, release: () => {} };

/**
 * Writes items with what is known of them.
 */
export async function writeWithOrigin(
  session: object,
  { items, entries }: NewItems,
  context: WriteContext,
  write: (addition: OriginatedWrite) => Promise<WriteResult | void>,
): Promise<void> {
  const origin = await originOf(session, items, context);
  let result: WriteResult | void;
  try {
    result = await write({ entries: tracedEntries(entries, origin), run: origin.run });
  } catch (error) {
    origin.release(error);
    throw error;
  }
  // An earlier call recorded what had been spent by then, which can be less.
  if (result?.repeated) origin.release(null);
  else origin.commit();
}

/**
 * Gives what is known of items: from the run that is under way with the session if that is tracked,
 * else what the run context has spent.
 */
async function originOf(
  session: object,
  items: readonly AgentInputItem[],
  { runContext, kind, deadline }: WriteContext,
): Promise<Origin> {
  const scope = currentRun(session, runContext);
  if (scope !== undefined) {
    const { skip, origins, record, commit } = await scope.trace(items, kind, deadline);
    return { skip, origins, run: record, commit, release: () => {} };
  }
  const { handle } = partsOf(session);
  const claim =
    runContext && (await claimUsage(runContext, handle.place, () => readMarks(handle, deadline)));
  if (claim === undefined) return UNKNOWN;
  return { ...UNKNOWN, run: claim.record, release: claim.release };
}
