/**
 * One part of a run, in one process, from text to text.
 *
 * @module
 */
import { RunState } from '@openai/agents-core';
import { openSession, type Setting } from '../runs/setting.ts';
import { Company, type Scripts } from './company.ts';
import { type AnyState, answerAll, plainRunner, take, trackedRunner } from './runs.ts';

/**
 * What is to be run.
 */
export interface Leg extends Setting {
  readonly scripts: Scripts;
  /** The name of the agent that the run began with. */
  readonly start: string;
  /** What the user says, or the text of a state that goes on. */
  readonly input: string | { readonly state: string };
  /** How the calls that wait are answered before the run goes on. */
  readonly answer?: 'approve' | 'reject';
  readonly maxTurns?: number;
  /** Left out: it is. */
  readonly isTracked?: boolean;
}

/**
 * What became of it.
 */
export interface LegReport {
  readonly pid: number;
  /** The state as text. */
  readonly state: string;
  /** What the models have not answered yet. */
  readonly left: Scripts;
  /** The message of the error that it ended with, or null. */
  readonly failure: string | null;
}

/**
 * Runs a leg with a session and agents of its own.
 */
export async function runLeg(leg: Leg): Promise<LegReport> {
  const { scripts, start, input, answer, maxTurns = 10, stream, isTracked = true } = leg;
  const company = new Company(scripts);
  const agent = company.agent(start);
  await using session = openSession(leg);
  let state: AnyState | undefined;
  if (typeof input !== 'string') state = await RunState.fromString(agent, input.state);
  if (state && answer) answerAll(state, answer);
  const runner = isTracked ? trackedRunner() : plainRunner();
  const from = typeof input === 'string' ? input : (state as AnyState);
  let failure: string | null = null;
  try {
    ({ state } = await take(runner, agent, from, { session, stream, maxTurns }));
  } catch (error) {
    failure = (error as Error).message;
    state = (error as { state?: AnyState }).state ?? state;
  }
  return { pid: process.pid, state: state?.toString() ?? '', left: company.left, failure };
}
