/**
 * What a handle is asked to write.
 *
 * @module
 */
import type { HeadChanges, RewriteParams, WriteParams } from '../../store.ts';
import type { JobAddition } from '../jobs/job-attempt.ts';

/**
 * What an append adds.
 */
export interface Addition extends JobAddition {
  readonly changes?: HeadChanges;
  /** Whether the session is created when there is none; default true. */
  readonly create?: boolean;
  /** The id of a write of which nobody knows whether it was applied, to do that one. */
  readonly repeats?: string | undefined;
}

/**
 * What a rewrite does.
 */
export type Removal = Omit<RewriteParams, keyof WriteParams | Clearing> &
  Partial<Pick<RewriteParams, Clearing>>;

type Clearing = 'forgetOperations' | 'resetTokens';
