/**
 * Jobs that are done once, however often they are tried.
 *
 * @module
 */
import { decodeItem } from '../../items/item-codec.ts';
import type { EntryVisitor, AppliedOperation } from '../../store.ts';
import { isInput } from '../../windows/turns.ts';
import { JobAttempt, jobOperationId, runAttempt } from './job-attempt.ts';
import { type Message, toMessages, withoutCompaction } from '../message.ts';
import { CLOCK_SKEW_SECONDS } from '../message-filter.ts';
import { completed, isComplete } from './run-result.ts';
import type { SessionHandle } from '../session-handle.ts';
import type { SessionParts } from '../session-parts.ts';

/**
 * A turn that stands for a job.
 */
export interface JobTurn {
  /** What its last message says. */
  readonly answer: string;
  /** Its messages as they are stored, oldest first. */
  readonly messages: Message[];
}

/**
 * What came of a job, see `JSONSession.once`. There is an answer where the status is `done` or
 * `repeated`, and only there:
 *
 * - `done`: this attempt did the job; `result` is what its function gave.
 * - `repeated`: another attempt did it, before or at the same time.
 * - `unfinished`: it is still to be done, and a retry calls the function again: the run waits for
 *   approvals or was cancelled, or nothing but questions was written.
 * - `removed`: it is done, and its messages are no longer there or were changed since.
 */
export type JobOutcome<R> =
  | (JobTurn & { readonly status: 'done'; readonly result: R })
  | (JobTurn & { readonly status: 'repeated'; readonly result: undefined })
  | {
      readonly status: 'unfinished';
      readonly result: R;
      readonly answer: null;
      readonly messages: readonly [];
    }
  | {
      readonly status: 'removed';
      readonly result: R | undefined;
      readonly answer: null;
      readonly messages: readonly [];
    };

/** Ids of entries are that long. */
const ID_DIGITS = 16;
const TURN_SIZE_HINT = 20;

/**
 * Does a job unless its turn is stored.
 */
export async function doOnce<R>(
  { handle }: SessionParts,
  jobId: string,
  fn: () => R | Promise<R>,
): Promise<JobOutcome<R>> {
  const id = await jobOperationId(jobId);
  const known = await readOperation(handle, id);
  if (known !== null) return repeated(handle, known);
  const attempt = new JobAttempt(id);
  try {
    const result = await runAttempt(handle.place, attempt, () => completed(fn));
    return await outcomeOf(handle, { id, attempt, result });
  } finally {
    attempt.close();
  }
}

async function outcomeOf<R>(
  handle: SessionHandle,
  { id, attempt, result }: { id: string; attempt: JobAttempt; result: R },
): Promise<JobOutcome<R>> {
  // A write of which the answer was lost can have completed the job.
  const found = attempt.isUnsure ? await readOperation(handle, id) : null;
  const isFound = found !== null && attempt.owns(found.digest);
  if (!isFound) await attempt.finish(isComplete(result), (addition) => handle.append(addition));
  if (!isFound && attempt.isLate) {
    return repeated(handle, found ?? (await readOperation(handle, id)));
  }
  const own = isFound ? found : attempt.turn;
  if (own === null) return { status: 'unfinished', result, answer: null, messages: [] };
  const turn = await readTurn(handle, own);
  return turn === null
    ? { status: 'removed', result, answer: null, messages: [] }
    : { status: 'done', result, ...turn };
}

async function repeated(
  handle: SessionHandle,
  operation: AppliedOperation | null,
): Promise<JobOutcome<never>> {
  const turn = operation && (await readTurn(handle, operation));
  return turn === null
    ? { status: 'removed', result: undefined, answer: null, messages: [] }
    : { status: 'repeated', result: undefined, ...turn };
}

async function readOperation(handle: SessionHandle, id: string): Promise<AppliedOperation | null> {
  const snapshot = await handle.read({ kind: 'none' }, undefined, id);
  return snapshot?.operation ?? null;
}

/**
 * Reads the messages from the first to the last that the digest names: all of them or none. A turn that
 * was written without its question begins with the one that it answers.
 */
async function readTurn(
  handle: SessionHandle,
  { digest, time }: AppliedOperation,
): Promise<JobTurn | null> {
  const [first, last] = [digest.slice(0, ID_DIGITS), digest.slice(ID_DIGITS)];
  const visitor = (): EntryVisitor => {
    const before = questionVisitor();
    let part: 'behind' | 'within' | 'before' = 'behind';
    return (entry) => {
      if (part === 'before') return before(entry);
      if (entry.id === last) part = 'within';
      if (part === 'within' && entry.id === first) {
        part = 'before';
        return isInput(decodeItem(entry)) ? 'last' : 'take';
      }
      if (part === 'within') return 'take';
      return entry.timestamp < time - CLOCK_SKEW_SECONDS ? 'stop' : 'skip';
    };
  };
  const snapshot = await handle.read({ kind: 'walk', visitor, sizeHint: TURN_SIZE_HINT });
  const isWhole = snapshot?.entries.some(({ id }) => id === first) === true;
  const messages = isWhole ? withoutCompaction(toMessages(snapshot)) : [];
  const newest = messages.at(-1);
  return newest === undefined ? null : { answer: newest.content, messages };
}

/** Takes an input with what was kept of runs that failed to answer it. */
function questionVisitor(): EntryVisitor {
  let isWithin = false;
  return (entry) => {
    const isQuestion = isInput(decodeItem(entry));
    isWithin ||= isQuestion;
    return isQuestion || (entry.failed === true && !isWithin) ? 'take' : 'stop';
  };
}
