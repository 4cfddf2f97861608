/**
 * One attempt at a job: what it writes, and how the write that completes the job says so.
 *
 * @module
 */
import type { AgentInputItem, RunContext } from '@openai/agents-core';

import { hasCode } from '../../errors.ts';
import { sha256 } from '../../items/canonical-text.ts';
import { decodeItem } from '../../items/item-codec.ts';
import type {
  AppliedOperation,
  NewEntry,
  Operation,
  RewriteParams,
  RunRecord,
  WriteResult,
} from '../../store.ts';
import { findOpenCalls } from '../../windows/open-calls.ts';
import { isInput } from '../../windows/turns.ts';
import { JobRun } from './job-run.ts';
import { PlaceScope } from '../exclusive/place-scope.ts';

/** Makes the id of a job longer than that of a transaction, so that the two are never the same. */
const JOB_MARK = '01';

/**
 * An append, as far as an attempt looks at it.
 */
export interface JobAddition {
  readonly entries?: readonly NewEntry[];
  readonly tokens?: number;
  readonly operation?: Operation | undefined;
  readonly run?: RunRecord | undefined;
  /** Of the run that adds items to the history, if one does. */
  readonly runContext?: RunContext | undefined;
}

type Write = (addition: JobAddition) => Promise<WriteResult>;

/**
 * One attempt. It is open until its turn is stored with the job, or another attempt's was, or its
 * function is done.
 */
export class JobAttempt {
  readonly #id: string;
  /** What is stored. */
  readonly #written: NewEntry[] = [];
  /** What was sent and may be stored. */
  readonly #sent: NewEntry[] = [];
  readonly #digests: Set<string> = new Set();
  #turn: AppliedOperation | null = null;
  #isLate = false;
  #isClosed = false;
  readonly #run = new JobRun();

  /**
   * @param id - Of the job, as {@link jobOperationId} gives it.
   */
  constructor(id: string) {
    this.#id = id;
  }

  /** The turn of this attempt once it stands for the job, else null. */
  get turn(): AppliedOperation | null {
    return this.#turn;
  }

  /** Whether another attempt was first. What runs of this one write from then on is not stored. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /**
   * Ends the attempt: what its function has left behind writes as if there was no job.
   */
  close(): void {
    this.#isClosed = true;
  }

  /**
   * Takes note that a run of the attempt reads the history.
   */
  noteRead(context: RunContext): void {
    this.#run.noteRead(context);
  }

  /**
   * Does a write of the attempt, and completes the job in the same step when it is the answer of the
   * run.
   */
  async append<A extends JobAddition>(
    addition: A,
    write: (addition: A | JobAddition) => Promise<WriteResult>,
  ): Promise<WriteResult> {
    const { entries = [], operation, runContext } = addition;
    const isOfRun = runContext !== undefined && this.#run.noteWrite(runContext, entries);
    if (entries.length === 0 || this.#turn !== null || this.#isClosed) return write(addition);
    // Who adds a message by hand is told that it is stored.
    if (this.#isLate) return write(isByHand(addition) ? addition : costOf(addition));
    // What is kept of a run that failed is no turn: the job is still to be done.
    if (entries.some(isFailed)) return write(addition);
    this.#sent.push(...entries);
    if (isOfRun && operation === undefined && isAnswered(this.#sent)) {
      const turn = [...this.#written, ...entries];
      return (await this.#complete(turn, addition, write)) ?? write(costOf(addition));
    }
    const result = await write(addition);
    this.#written.push(...entries);
    return result;
  }

  /**
   * Takes note of a rewrite. Entries that were there before bring their time along; what a compaction
   * wrote is nobody's turn.
   */
  noteRewrite({ drop, entries = [] }: Pick<RewriteParams, 'drop' | 'entries'>): void {
    const added = entries.filter(
      (entry) => !('timestamp' in entry) && entry.compaction === undefined,
    );
    if (this.#isClosed || (added.length === 0 && drop !== 'all')) return;
    // A turn that is rewritten is written as a whole.
    for (const noted of [this.#written, this.#sent]) noted.splice(0, noted.length, ...added);
  }

  /**
   * Completes the job when its function is done and what it wrote is more than a question.
   *
   * @param isComplete - What is known of the run beside its writes, or undefined.
   */
  async finish(isComplete: boolean | undefined, write: Write): Promise<void> {
    const last = this.#written.at(-1);
    if (this.#turn !== null || this.#isLate) return;
    if (last === undefined || isInput(decodeItem(last))) return;
    if (isComplete ?? !hasOpenCall(this.#sent)) await this.#complete(this.#written, {}, write);
  }

  /** Whether the turn of this attempt may stand for the job though no answer has said so. */
  get isUnsure(): boolean {
    return this.#turn === null && this.#digests.size > 0;
  }

  /**
   * Tells whether a digest stands for a turn that this attempt has sent.
   */
  owns(digest: string): boolean {
    return this.#digests.has(digest);
  }

  /** Gives undefined, with nothing written, when another attempt was first. */
  async #complete<A extends JobAddition>(
    turn: readonly NewEntry[],
    addition: A,
    write: (addition: A | JobAddition) => Promise<WriteResult>,
  ): Promise<WriteResult | undefined> {
    const digest = `${turn.at(0)?.id ?? ''}${turn.at(-1)?.id ?? ''}`;
    this.#digests.add(digest);
    try {
      const operation = { id: this.#id, digest, namesEntries: true } as const;
      const result = await write({ ...addition, operation });
      this.#turn = { digest, time: result.time };
      return result;
    } catch (error) {
      if (!hasCode(error, 'operation_conflict')) throw error;
      this.#isLate = true;
      return undefined;
    }
  }
}

const attempts = new PlaceScope<JobAttempt>();

/**
 * Runs a function as an attempt at a job of a session: what it writes there is the attempt's.
 */
export function runAttempt<R>(place: string, attempt: JobAttempt, fn: () => R): R {
  return attempts.run(place, attempt, fn);
}

/**
 * Gives the attempt that a write to a session is part of, whichever handle writes.
 */
export function currentAttempt(place: string): JobAttempt | undefined {
  return attempts.find(place);
}

/**
 * Gives the id under which a store remembers a job.
 */
export async function jobOperationId(jobId: string): Promise<string> {
  return `${await sha256(jobId)}${JOB_MARK}`;
}

function isByHand({ entries = [], operation, runContext }: JobAddition): boolean {
  return runContext === undefined && operation === undefined && !entries.some(isFailed);
}

function isFailed({ failed }: NewEntry): boolean {
  return failed === true;
}

/** What was paid is counted, even where what came of it is not stored. */
function costOf({ tokens, run }: JobAddition): JobAddition {
  return {
    ...(tokens !== undefined && { tokens }),
    ...(run && { run: { ...run, agents: [], currentAgent: null } }),
  };
}

/** Models can speak before their calls are done, and before they wait for an approval. */
function isAnswered(turn: readonly NewEntry[]): boolean {
  const last = turn.at(-1);
  return last !== undefined && isAnswer(decodeItem(last)) && !hasOpenCall(turn);
}

function isAnswer(item: AgentInputItem | undefined): boolean {
  const { type = 'message', role } = (item ?? {}) as { type?: unknown; role?: unknown };
  return type === 'message' && role === 'assistant';
}

function hasOpenCall(turn: readonly NewEntry[]): boolean {
  return findOpenCalls(turn.flatMap((entry) => decodeItem(entry) ?? [])).length > 0;
}
