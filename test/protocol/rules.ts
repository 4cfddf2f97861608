/**
 * The rules of the protocol that the explorer can break one at a time, to show that it would notice.
 *
 * @module
 */

/**
 * How server and clients behave. {@link PROTOCOL} is what the library does.
 */
export interface Rules {
  /** Which numbers of a known writer are a repeat. */
  readonly repeats: 'last' | 'any up to last';
  /** Whether a number that does not follow is refused. */
  readonly refusesGaps: boolean;
  /** Whether only a number 1 begins a life, or takes a document of the Python class. */
  readonly numbersBeginLife: boolean;
  /** Which records are kept while anything of their writer may still arrive. */
  readonly keepsRecords: 'all' | 'those of number 1' | 'none';
  /** Whether a deletion leaves a record of the life and the call. */
  readonly recordsDeletions: boolean;
  /** Whether a delete that has seen no life and found nothing leaves a record of the call. */
  readonly recordsNothingFound: boolean;
  /** Whether what begins a life looks whether it has begun one that was deleted. */
  readonly looksAtDeletedLives: boolean;
  /** Whether a delete that meets a lock is told so, after an unanswered attempt. */
  readonly trustsLockedDeletes: boolean;
  /** Whether a create that finds a session is told so, after an unanswered attempt. */
  readonly trustsExistingSessions: boolean;
  /** Whether operations are remembered. */
  readonly remembersOperations: boolean;
  /** How many writes of one lane are under way at a time. */
  readonly inFlight: 1 | 2;
  /** Whether a lane becomes a new writer after an unknown outcome. */
  readonly renewsAfterUnknown: boolean;
  /** Whether a number can go to another write when a refusal may not be the last word. */
  readonly reusesNumbers: boolean;
  /** Whether a refusal that may not be the last word is told as one, after an unanswered attempt. */
  readonly trustsRefusals: boolean;
  /** Whether a gap in the life last written to ends with an unknown outcome; else it is sent anew. */
  readonly gapIsUnknown: boolean;
  /** Whether a gap in another life is sent again under the old id. */
  readonly renewsForAnotherLife: boolean;
  /** Whether a repeat from another process goes under the number of the first one. */
  readonly repeatsUnderNumber: boolean;
  /** Whether an attempt without an answer is told apart from one that was never sent. */
  readonly knowsUnanswered: boolean;
  /** Whether a pop names the version that it read. */
  readonly namesVersion: boolean;
}

export const PROTOCOL: Rules = {
  repeats: 'last',
  refusesGaps: true,
  numbersBeginLife: true,
  keepsRecords: 'all',
  recordsDeletions: true,
  recordsNothingFound: true,
  looksAtDeletedLives: true,
  trustsLockedDeletes: false,
  trustsExistingSessions: false,
  remembersOperations: true,
  inFlight: 1,
  renewsAfterUnknown: true,
  reusesNumbers: false,
  trustsRefusals: false,
  gapIsUnknown: true,
  renewsForAnotherLife: true,
  repeatsUnderNumber: true,
  knowsUnanswered: true,
  namesVersion: true,
};
