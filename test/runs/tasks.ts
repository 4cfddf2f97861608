/**
 * What another process can be asked to do.
 *
 * @module
 */
import type { SessionHistoryTransactionArgs } from '@openai/agents-core';
import { type Leg, type LegReport, runLeg } from '../tracking/leg.ts';
import { type Episode, perform, type Report } from './episode.ts';
import { type Failure, tell } from './failure.ts';
import { doJob, type Job, type JobReport } from './job.ts';
import { openSession, type Setting } from './setting.ts';
import { takeTurns, type Turns } from './turns.ts';

/**
 * Transactions to send, one after the other.
 */
export interface Transactions extends Setting {
  readonly transactions: readonly SessionHistoryTransactionArgs[];
}

/** One task. */
export type Task = Episode | Job | Leg | Transactions | Turns;

/** What a task gives. */
export type ResultOf<T extends Task> = T extends Job
  ? JobReport
  : T extends Leg
    ? LegReport
    : T extends Episode
      ? Report
      : T extends Turns
        ? Report[]
        : (Failure | null)[];

/**
 * Sends transactions to a session that is opened for them.
 *
 * @returns For each how it failed, or null.
 */
export async function applyAll(task: Transactions): Promise<(Failure | null)[]> {
  await using session = openSession(task);
  const outcomes: (Failure | null)[] = [];
  for (const transaction of task.transactions) {
    outcomes.push(await session.applyHistoryTransaction(transaction).then(() => null, tell));
  }
  return outcomes;
}

/**
 * Does a task.
 */
export async function doTask(task: Task): Promise<ResultOf<Task>> {
  if ('transactions' in task) return applyAll(task);
  if ('scripts' in task) return runLeg(task);
  if ('questions' in task) return takeTurns(task);
  return 'jobId' in task ? doJob(task) : perform(task);
}
