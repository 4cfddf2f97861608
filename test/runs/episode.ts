/**
 * One run in one process, with all that it needs to know and all that it has to tell.
 *
 * @module
 */
import { type AgentInputItem, RunState } from '@openai/agents-core';
import { type Failure, tell } from './failure.ts';
import { openSession, type Setting } from './setting.ts';
import { answer, type Answers, type State, takeTurn, waitingCalls } from './take-turn.ts';
import { newTravel, type Step } from './travel-agent.ts';

/**
 * What to run.
 */
export interface Episode extends Setting {
  readonly script: readonly Step[];
  /** What the user says, or the text of a state that goes on. */
  readonly input: string | { readonly state: string };
  /** How calls are answered before the run goes on. */
  readonly before?: Answers;
  /** How calls are answered after the run, before its state becomes text. */
  readonly after?: Answers;
}

/**
 * What became of it.
 */
export interface Report {
  /** The process that it ran in. */
  readonly pid: number;
  /** What the agent said at the end, or null. */
  readonly output: string | null;
  readonly failure: Failure | null;
  /** Ids of the calls that wait for an approval. */
  readonly waiting: readonly string[];
  /** The state as text, or empty where a run failed that has just begun. */
  readonly state: string;
  /** What the tools did. */
  readonly deeds: readonly string[];
  /** What the model was sent, by request. */
  readonly inputs: readonly AgentInputItem[][];
}

/**
 * Runs an episode in this process, with a session and an agent of its own.
 */
export async function perform(episode: Episode): Promise<Report> {
  const { script, input, before = {}, after = {}, stream } = episode;
  const { agent, model, deeds } = newTravel(script);
  await using session = openSession(episode);
  const start = typeof input === 'string' ? input : await RunState.fromString(agent, input.state);
  let state: State | null = typeof start === 'string' ? null : start;
  if (state) answer(state, before);
  let output: string | null = null;
  let failure: Failure | null = null;
  try {
    ({ state, output } = await takeTurn(agent, start, { session, stream }));
    answer(state, after);
  } catch (error) {
    failure = tell(error);
  }
  const inputs = model.calls.map(({ request }) => asItems(request.input));
  const waiting = state ? waitingCalls(state) : [];
  return {
    pid: process.pid,
    output,
    failure,
    waiting,
    state: state?.toString() ?? '',
    deeds,
    inputs,
  };
}

/**
 * As JSON, and without the ids that calls have in a state: the SDK takes them off what it stores.
 */
function asItems(input: string | readonly AgentInputItem[]): AgentInputItem[] {
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }];
  const withoutId = (key: string, value: unknown): unknown => (key === 'id' ? undefined : value);
  return JSON.parse(JSON.stringify(input, withoutId)) as AgentInputItem[];
}
