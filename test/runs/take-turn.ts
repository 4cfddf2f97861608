/**
 * One run of the SDK's runner, begun or resumed.
 *
 * @module
 */
import { type Agent, Runner, type RunState } from '@openai/agents-core';
import type { JSONSession } from '../../src/index.ts';

/** A run that can go on. */
export type State = RunState<unknown, Agent>;

/**
 * How calls that wait for an approval are answered, by call id; those left out keep waiting.
 */
export type Answers = Readonly<Record<string, 'approve' | 'reject'>>;

/**
 * How a run ended.
 */
export interface Turn {
  /** What the agent said at the end, or null while calls wait. */
  readonly output: string | null;
  readonly state: State;
}

/**
 * Runs the agent until it is done or waits for an approval.
 *
 * @param input - What the user says, or the state of a run that goes on.
 */
export async function takeTurn(
  agent: Agent,
  input: string | State,
  { session, stream }: { session: JSONSession; stream: boolean },
): Promise<Turn> {
  const runner = new Runner({ tracingDisabled: true });
  if (!stream) return endOf(await runner.run(agent, input, { session }));
  const result = await runner.run(agent, input, { session, stream });
  for await (const event of result) void event;
  await result.completed;
  return endOf(result);
}

function endOf(result: {
  readonly state: State;
  readonly interruptions: readonly unknown[];
  readonly finalOutput?: string | undefined;
}): Turn {
  const { state, interruptions } = result;
  // The SDK complains on the console when it is asked for an output that is not there.
  return { state, output: interruptions.length > 0 ? null : (result.finalOutput ?? null) };
}

/**
 * Answers calls that wait for an approval.
 */
export function answer(state: State, answers: Answers): void {
  for (const interruption of state.getInterruptions()) {
    const given = answers[callIdOf(interruption)];
    if (given === 'approve') state.approve(interruption);
    if (given === 'reject') state.reject(interruption);
  }
}

/**
 * Gives the ids of the calls that wait for an approval.
 */
export function waitingCalls(state: State): string[] {
  return state.getInterruptions().map(callIdOf);
}

function callIdOf({ rawItem }: ReturnType<State['getInterruptions']>[number]): string {
  return 'callId' in rawItem ? rawItem.callId : '';
}
