/**
 * What is kept beside sessions so that they, or their messages, are found.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import type { SessionSummary } from '../../../directory-store.ts';
import type { SessionName } from '../beside-session.ts';

/**
 * One kind of it.
 */
export interface KeptBeside {
  /** What the keys of its hashes begin with. */
  readonly prefixOf: (keyPrefix: string) => string;

  /** Compares what is kept of a session with it. */
  compare(session: SessionSummary, deadline: Deadline): Promise<'same' | 'missing' | 'stale'>;

  /** Makes it anew from the session, or removes it where there is none. */
  renew(session: SessionName, deadline: Deadline): Promise<void>;
}
