/**
 * A job in one process: one run that is to be stored once.
 *
 * @module
 */
import type { JobOutcome, JSONSession } from '../../src/index.ts';
import { openSession, type Setting } from './setting.ts';
import { type State, takeTurn, type Turn } from './take-turn.ts';
import { newTravel, type Step, type Travel } from './travel-agent.ts';

/**
 * A job to do.
 */
export interface Job extends Setting {
  readonly jobId: string;
  readonly script: readonly Step[];
  readonly says: string;
}

/**
 * What came of a job.
 */
export interface JobReport {
  readonly answer: string | null;
  readonly status: string;
  /** Ids of the messages of the turn. */
  readonly ids: readonly string[];
  /** How often the model was asked. */
  readonly paid: number;
}

/**
 * Does a job with a session and an agent of its own.
 */
export async function doJob(job: Job): Promise<JobReport> {
  const travel = newTravel(job.script);
  await using session = openSession(job);
  const { stream, says } = job;
  const outcome = await session.once(job.jobId, () =>
    takeTurn(travel.agent, says, { session, stream }),
  );
  return reportOf(outcome, travel);
}

/**
 * Tells what came of a job.
 */
export function reportOf(outcome: JobOutcome<unknown>, { model }: Travel): JobReport {
  const { answer, status, messages } = outcome;
  return { answer, status, ids: messages.map(({ id }) => id), paid: model.calls.length };
}

/**
 * Makes what tries a job over and over with one agent.
 */
export function jobOf(
  { agent }: Travel,
  { jobId, session, stream }: { jobId: string; session: JSONSession; stream: boolean },
): (input: string | State) => Promise<JobOutcome<Turn>> {
  return async (input) => session.once(jobId, () => takeTurn(agent, input, { session, stream }));
}
