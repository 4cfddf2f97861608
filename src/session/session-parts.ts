/**
 * What belongs to a session, for the classes of this package and not for those that extend them.
 *
 * @module
 */
import { SessionHandle } from './session-handle.ts';
import type { ResolvedOptions } from './session-options.ts';

/**
 * The options of a session and its way to the store.
 */
export interface SessionParts {
  readonly options: ResolvedOptions;
  readonly handle: SessionHandle;
}

const parts = new WeakMap<object, SessionParts>();

/**
 * Gives a new session its parts.
 */
export function equip(session: object, options: ResolvedOptions): void {
  parts.set(session, { options, handle: new SessionHandle(options) });
}

/**
 * Gives the parts of a session.
 */
export function partsOf(session: object): SessionParts {
  const found = parts.get(session);
  if (found === undefined) throw new TypeError('This is no session');
  return found;
}
