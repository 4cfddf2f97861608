/**
 * What belongs to a session, for the classes of this package and not for those that extend them.
 *
 * @module
 */
import type { AgentInputItem, RunContext } from '@openai/agents-core';

import { SessionHandle } from './session-handle.ts';
import type { ResolvedOptions } from './opening/session-options.ts';

/**
 * The options of a session and its way to the store.
 */
export interface SessionParts {
  readonly options: ResolvedOptions;
  readonly handle: SessionHandle;
  /** Prepares items for the store as the session and those that extend it do. */
  readonly prepare: (items: readonly AgentInputItem[], runContext?: RunContext) => AgentInputItem[];
}

const parts = new WeakMap<object, SessionParts>();

/**
 * Gives a new session its parts.
 */
export function equip(
  session: object,
  options: ResolvedOptions,
  prepare: SessionParts['prepare'],
): void {
  parts.set(session, { options, handle: new SessionHandle(options), prepare });
}

/**
 * Tells whether an object is a session of this package.
 */
export function hasParts(session: object): boolean {
  return parts.has(session);
}

/**
 * Gives the parts of a session.
 */
export function partsOf(session: object): SessionParts {
  const found = parts.get(session);
  if (found === undefined) throw new TypeError('This is no session');
  return found;
}
