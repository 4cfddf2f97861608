/**
 * Jobs that are done once, however often they are tried.
 *
 * @module
 */
import type { EntryVisitor, AppliedOperation } from '../store.ts';
import { JobAttempt, jobOperationId, runAttempt } from './job-attempt.ts';
import { type Message, toMessages, withoutCompaction } from './message.ts';
import { CLOCK_SKEW_SECONDS } from './message-filter.ts';
import type { SessionHandle } from './session-handle.ts';
import type { SessionParts } from './session-parts.ts';

/** What `once` knows of the turn that stands for a job. */
export interface JobTurn {
  /**
   * What the last message of the job's turn says. Null where the job is not done yet, because the run
   * waits for approvals or has written nothing, and where its messages were removed since.
   */
  answer: string | null;
  /** The messages of the job's turn as they are stored, oldest first; none where `answer` is null. */
  messages: Message[];
}

/**
 * What came of a job, see `JSONSession.once`.
 */
export type JobOutcome<R> = JobTurn &
  (
    | {
        /** False where this attempt did the job. */
        repeated: false;
        /** What the function gave. */
        result: R;
      }
    | {
        /** True where the job was done by another attempt, before or at the same time. */
        repeated: true;
        result: undefined;
      }
  );

/** Ids of entries are that long. */
const ID_DIGITS = 16;
const TURN_SIZE_HINT = 20;

/** What is looked at of what a function gives, which may be a result of the SDK's runner. */
interface MaybeRunResult {
  readonly interruptions?: unknown;
  readonly cancelled?: unknown;
  readonly completed?: unknown;
}

/**
 * Does a job unless its turn is stored.
 */
export async function doOnce<R>(
  { options, handle }: SessionParts,
  jobId: string,
  fn: () => R | Promise<R>,
): Promise<JobOutcome<R>> {
  const id = await jobOperationId(jobId);
  const known = await readOperation(handle, id);
  if (known !== null) return repeated(handle, known);
  const attempt = new JobAttempt(id);
  const result = await runAttempt(options, attempt, () => completed(fn));
  // A write of which the answer was lost can have completed the job.
  const found = attempt.isUnsure ? await readOperation(handle, id) : null;
  const isFound = found !== null && attempt.owns(found.digest);
  if (!isFound) await attempt.finish(isComplete(result), (addition) => handle.append(addition));
  if (!isFound && attempt.isLate) {
    return repeated(handle, found ?? (await readOperation(handle, id)));
  }
  const turn = await readTurn(handle, isFound ? found : attempt.turn);
  return { repeated: false, result, ...turn };
}

async function repeated(
  handle: SessionHandle,
  operation: AppliedOperation | null,
): Promise<JobOutcome<never>> {
  return { repeated: true, result: undefined, ...(await readTurn(handle, operation)) };
}

/** A streamed run writes when the stream is completed. */
async function completed<R>(fn: () => R | Promise<R>): Promise<R> {
  const result = await fn();
  await fieldsOf(result).completed;
  return result;
}

/** Gives undefined for what is no result of a run. */
function isComplete(result: unknown): boolean | undefined {
  const { interruptions, cancelled } = fieldsOf(result);
  return Array.isArray(interruptions)
    ? interruptions.length === 0 && cancelled !== true
    : undefined;
}

function fieldsOf(result: unknown): MaybeRunResult {
  return typeof result === 'object' && result !== null ? result : {};
}

async function readOperation(handle: SessionHandle, id: string): Promise<AppliedOperation | null> {
  const snapshot = await handle.read({ kind: 'none' }, handle.newDeadline(), id);
  return snapshot?.operation ?? null;
}

/** Reads the messages from the first to the last that the digest names: all of them or none. */
async function readTurn(
  handle: SessionHandle,
  operation: AppliedOperation | null,
): Promise<JobTurn> {
  if (operation === null) return { answer: null, messages: [] };
  const { digest, time } = operation;
  const [first, last] = [digest.slice(0, ID_DIGITS), digest.slice(ID_DIGITS)];
  const visitor = (): EntryVisitor => {
    let isInside = false;
    return ({ id, timestamp }) => {
      isInside ||= id === last;
      if (isInside) return id === first ? 'last' : 'take';
      return timestamp < time - CLOCK_SKEW_SECONDS ? 'stop' : 'skip';
    };
  };
  const snapshot = await handle.read({ kind: 'walk', visitor, sizeHint: TURN_SIZE_HINT });
  const isWhole = snapshot?.entries[0]?.id === first;
  const messages = isWhole ? withoutCompaction(toMessages(snapshot)) : [];
  return { answer: messages.at(-1)?.content ?? null, messages };
}
