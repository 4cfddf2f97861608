/**
 * The tracked run that is under way where this is called.
 *
 * @module
 */
import type { RunContext } from '@openai/agents-core';

import { AsyncScope } from '../async-scope.ts';
import type { RunScope } from './run-scope.ts';

/**
 * A run as it is seen from within.
 */
export interface RunUnderWay {
  readonly scope: RunScope;
  /** Whether this is within another run that one of its tools began: agents of that are its affair. */
  readonly isNested: boolean;
}

/** The runs under way. */
export const runScopes: AsyncScope<RunUnderWay> = new AsyncScope();

/**
 * Gives the run that a call of a session belongs to, if that is tracked.
 */
export function currentRun(session: object, context: RunContext | undefined): RunScope | undefined {
  const scope = runScopes.current?.scope;
  return context !== undefined && scope?.isOf(session, context) === true ? scope : undefined;
}
