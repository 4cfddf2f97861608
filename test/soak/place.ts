/**
 * A store under soak, and what can be done to it.
 *
 * @module
 */
import type { SessionDocument } from '../../src/document/document.ts';
import type { SessionStore } from '../../src/index.ts';
import type { PlannedFault } from './plan.ts';

/**
 * Something that goes wrong.
 */
export interface Fault {
  readonly name: string;
  /**
   * Lets it happen and ends it again.
   *
   * @param hold - Waits, but not past the end of the round.
   */
  readonly inflict: (
    planned: PlannedFault,
    hold: (milliseconds: number) => Promise<void>,
  ) => Promise<void>;
}

/**
 * Where sessions are kept while workers and faults are at them.
 */
export interface Place {
  readonly name: 'redis' | 'sqlite';
  readonly faults: readonly Fault[];
  /** For who judges: past all that is broken. */
  readonly store: SessionStore;
  /** The most connections that so many workers may have, those that die included; null: it has none. */
  readonly mostConnections: number | null;
  /** Where a worker reaches it, and with which client. */
  addressOf(worker: number): { readonly url: string; readonly way: number };
  /** Ends all faults, and waits until what was on its way has arrived. */
  heal(): Promise<void>;
  /** Reads a document past the library; null where there is none. */
  document(key: string): Promise<SessionDocument | null>;
  /** How many connections there are, or null where nobody says. */
  connections(): Promise<number | null>;
  /** Removes all sessions; says what is wrong with the place itself. */
  wipe(): Promise<string[]>;
  stop(): Promise<void>;
}
