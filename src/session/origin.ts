/**
 * Where items come from that are about to be stored, and what that cost.
 *
 * @module
 */
import type { AgentInputItem, RunContext } from '@openai/agents-core';

import type { RunRecord } from '../store.ts';
import { currentRun } from '../tracking/current-run.ts';
import type { ItemOrigin } from '../tracking/run-items.ts';
import { claimUsage } from '../tracking/untracked-usage.ts';
import { readMarks } from './read-marks.ts';
import { partsOf } from './session-parts.ts';

/**
 * What is known of items and of the run that they come from.
 */
export interface Origin {
  /** How many of the items, from the first on, are stored already. */
  readonly skip?: number;
  readonly origins?: readonly ItemOrigin[];
  readonly run?: RunRecord;
}

/** An origin, and what is to be called once the write was acknowledged, or has failed. */
interface OpenOrigin extends Origin {
  readonly commit: () => void;
  readonly release: (error: unknown) => void;
}

/** Nothing to tell. */
const UNKNOWN: OpenOrigin = { commit: () => {}, release: () => {} };

/**
 * Writes items with what is known of them.
 *
 * @param kind - Whether the items come behind those of the run, or replace some of them.
 */
export async function writeWithOrigin(
  session: object,
  items: readonly AgentInputItem[],
  context: { runContext: RunContext | undefined; kind: 'append' | 'replace' },
  write: (origin: Origin) => Promise<void>,
): Promise<void> {
  const origin = await originOf(session, items, context);
  try {
    await write(origin);
  } catch (error) {
    origin.release(error);
    throw error;
  }
  origin.commit();
}

/**
 * Gives what is known of items: from the run that is under way with the session if that is tracked,
 * else what the run context has spent.
 */
async function originOf(
  session: object,
  items: readonly AgentInputItem[],
  { runContext, kind }: { runContext: RunContext | undefined; kind: 'append' | 'replace' },
): Promise<OpenOrigin> {
  const scope = currentRun(session, runContext);
  if (scope !== undefined) {
    const { skip, origins, record, commit } = await scope.trace(items, kind);
    return { skip, origins, run: record, commit, release: () => {} };
  }
  const { handle } = partsOf(session);
  const claim = runContext && (await claimUsage(runContext, handle.key, () => readMarks(handle)));
  if (claim === undefined) return UNKNOWN;
  return { ...UNKNOWN, run: claim.record, release: claim.release };
}
