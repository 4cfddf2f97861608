/**
 * Where items come from that are about to be stored, and what that cost.
 *
 * @module
 */
import type { AgentInputItem, RunContext } from '@openai/agents-core';

import type { RunRecord } from '../store.ts';
import { currentRun } from '../tracking/current-run.ts';
import type { EntryOrigin } from '../tracking/run-scope.ts';
import { unrecordedUsage } from '../tracking/untracked-usage.ts';
import { partsOf } from './session-parts.ts';

/**
 * What is known of items and of the run that they come from.
 */
export interface Origin {
  readonly origins?: readonly EntryOrigin[];
  readonly run?: RunRecord;
  /** To be called once the write was acknowledged. */
  readonly commit: () => void;
}

/**
 * Gives what is known of items: from the run that is under way with the session if that is tracked,
 * else what the run context has spent.
 *
 * @param kind - Whether the items come behind those of the run, or replace some of them.
 */
export async function originOf(
  session: object,
  items: readonly AgentInputItem[],
  { runContext, kind }: { runContext: RunContext | undefined; kind: 'append' | 'replace' },
): Promise<Origin> {
  const untracked = runContext && unrecordedUsage(runContext, partsOf(session).handle.key);
  const scope = currentRun(session);
  if (scope === undefined) {
    return untracked === undefined
      ? { commit: () => {} }
      : { run: untracked.record, commit: untracked.commit };
  }
  const { origins, record, commit } = await scope.trace(items, kind);
  return {
    origins,
    run: record,
    commit: () => {
      commit();
      untracked?.commit();
    },
  };
}
