/**
 * Runs of the SDK's runner, streamed or not.
 *
 * @module
 */
import {
  type Agent,
  type AgentInputItem,
  type AgentOutputType,
  type ModelResponse,
  type RunContext,
  type RunItem,
  Runner,
  RunResult,
  type RunState,
  type Session,
  type SessionInputCallback,
} from '@openai/agents-core';
import { tracked } from '../../src/index.ts';
import type { Run } from './recorded.ts';

/** An agent of any kind. */
export type AnyAgent = Agent;

/** A run that can go on. */
export type AnyState = RunState<unknown, AnyAgent>;

/** What a run is given. */
export type Input = string | AgentInputItem[] | AnyState;

/**
 * How a run is to go.
 */
export interface RunOptions {
  readonly session?: Session;
  readonly stream: boolean;
  readonly context?: RunContext;
  readonly maxTurns?: number;
  readonly conversationId?: string;
  readonly sessionInputCallback?: SessionInputCallback;
}

/** How a run ended, as its result says. */
export interface Ended {
  readonly state: AnyState;
  readonly newItems: RunItem[];
  readonly rawResponses: ModelResponse[];
  readonly interruptions: readonly unknown[];
  readonly finalOutput?: string | undefined;
  readonly lastAgent: AnyAgent | undefined;
}

/** Anything that runs agents: a runner or a module. */
export interface Runs {
  readonly run: Runner['run'];
}

/**
 * Makes a runner, which is tracked.
 */
export function trackedRunner(): Runner {
  return tracked(plainRunner());
}

/**
 * Makes a runner, which is not tracked.
 */
export function plainRunner(): Runner {
  return new Runner({ tracingDisabled: true });
}

/**
 * Runs an agent until it is done or waits.
 */
export async function take(
  runner: Runs,
  agent: AnyAgent,
  input: Input,
  options: RunOptions,
): Promise<Ended> {
  const { stream, ...rest } = options;
  if (!stream) return runner.run<AnyAgent, unknown>(agent, input, rest);
  const result = await runner.run(agent, input, { ...rest, stream });
  for await (const event of result) void event;
  await result.completed;
  return result;
}

/**
 * Runs an agent that fails, and gives the error with the state that the run left.
 */
export async function fail(
  ...args: Parameters<typeof take>
): Promise<Error & { readonly state?: AnyState }> {
  try {
    await take(...args);
  } catch (error) {
    return error as Error & { state?: AnyState };
  }
  throw new Error('The run was to fail');
}

/**
 * Gives what the state of a run says of it, as the SDK's results do.
 */
export function resultOf(state: AnyState): Run['result'] {
  return new RunResult(state as unknown as RunState<unknown, Agent<unknown, AgentOutputType>>);
}

/**
 * Answers all calls that wait for an approval.
 */
export function answerAll(state: AnyState, answer: 'approve' | 'reject'): void {
  for (const interruption of state.getInterruptions()) state[answer](interruption);
}
