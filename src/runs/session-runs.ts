/**
 * The runs of a session: their scopes while they can go on, and what is left to be recorded when one
 * ends.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import { readMarks } from '../session/writing/read-marks.ts';
import { partsOf } from '../session/session-parts.ts';
import { RunScope } from '../tracking/run-scope.ts';

/** Scopes of runs that may go on in this process. */
const scopes = new WeakMap<object, RunScope>();

/** What is being recorded of runs that have ended. */
const settling = new WeakMap<object, Promise<void>>();

/**
 * Gives the scope of a run that begins with an input or goes on from a state.
 */
export async function scopeFor(session: object, input: unknown): Promise<RunScope> {
  // A run that is tried again finds what the one before it has left.
  await settling.get(session);
  const state = stateOf(input);
  const known = state && scopes.get(state);
  // A run can go on with another handle than that with which it began.
  const isKnown = known?.place === partsOf(session).handle.place;
  const scope = isKnown ? known : newScope(session);
  scope.session = session;
  if (state !== undefined) scope.resume(state, isKnown);
  else if (Array.isArray(input)) scope.begin(input as AgentInputItem[]);
  return scope;
}

/**
 * Records what a run that has ended has spent beside its writes. It never fails: what cannot be
 * recorded now is when the run goes on in this process.
 *
 * @param state - Of the run, if it has left one.
 * @param keep - Keeps the work of a run that failed.
 */
export async function settleRun(
  scope: RunScope,
  state: object | undefined,
  keep?: () => Promise<void>,
): Promise<void> {
  const settled = settle(scope, state, keep);
  settling.set(scope.session, settled);
  await settled;
}

async function settle(
  scope: RunScope,
  state: object | undefined,
  keep: (() => Promise<void>) | undefined,
): Promise<void> {
  if (state !== undefined) scopes.set(state, scope);
  try {
    await keep?.();
    const rest = await scope.rest();
    if (rest === null) return;
    await partsOf(scope.session).handle.append({ run: rest.record, create: false });
    rest.commit();
  } catch {
    // The run has an outcome of its own, which must reach whoever waits for it.
  }
}

function newScope(session: object): RunScope {
  const { place } = partsOf(session).handle;
  return new RunScope(session, place, async (one, deadline) =>
    readMarks(partsOf(one).handle, deadline),
  );
}

/**
 * Gives the state that a run goes on from, of whatever copy of the SDK, if its input is one.
 */
export function stateOf(input: unknown): object | undefined {
  return typeof input === 'object' && input !== null && !Array.isArray(input) ? input : undefined;
}
