/**
 * Runs that say by themselves which agent said what, who handed over to whom, and what it cost.
 *
 * @module
 */
import type { Runner } from '@openai/agents-core';

import { checkBoolean } from '../session/input-validation.ts';
import { hasParts } from '../session/session-parts.ts';
import { runScopes } from '../tracking/current-run.ts';
import { FailedRun, type RunCall, type RunOptions } from './failed-run.ts';
import { holdUntil } from './held-stream.ts';
import type { RunScope } from '../tracking/run-scope.ts';
import { scopeFor, settleRun, stateOf } from './session-runs.ts';

type Run = (agent: unknown, input: unknown, options?: RunOptions) => Promise<RunOutcome>;

/** What matters here of a result. */
interface RunOutcome {
  readonly state: object;
  /** Of a run that is streamed. */
  readonly completed?: Promise<void>;
}

/**
 * Options of {@link tracked}.
 */
export interface TrackingOptions {
  /**
   * Whether the work of a run that fails is kept: its input, and the calls that were completed with
   * their results, marked as `failed`. The SDK alone stores nothing of a run whose model fails or that
   * exceeds its turns, and of one that is streamed just the input. A run that is resumed from the
   * error's state, or tried again with the same input by a runner that keeps, goes on from there and
   * repeats nothing.
   *
   * A run counts as tried again when the history ends with its input and nothing behind that but what
   * was kept; so does the first run of an input that the application itself has stored last. The SDK
   * is then given no input. A `sessionInputCallback` gets the history without the failed turn, and
   * that turn, with its calls, as the new items; nothing that it makes of them is stored. Input
   * guardrails see the calls behind the input.
   *
   * Not kept are: what a guardrail stops; anything behind the last completed call; calls that were
   * made side by side with one that throws, which the SDK does not show; and runs with a
   * `conversationId` or `previousResponseId`. The input is kept as it was given, without what a
   * `sessionInputCallback` or `callModelInputFilter` made of it. That of a stream the SDK stores as
   * these have made it; where they change it, a run is not known when it is tried again.
   *
   * The error of the run is thrown once its work was kept or could not be, so a store that hangs holds
   * it back for up to `timeoutMs`.
   *
   * @defaultValue `false`
   */
  keepFailedRuns?: boolean | undefined;
}

const trackedRunners = new WeakMap<Runner, TrackingOptions>();

/**
 * Makes a runner record, in the same step as what it stores: with each entry the agent that produced
 * it, each handoff, the agents used and the one that answered last, and the tokens spent, in all and by
 * agent. Only runs with a `JSONSession` as their `session` are recorded; all others stay as they are.
 *
 * It gives the same runner, whose method `run` it replaces; to track a runner again changes the
 * options. Runs may be streamed, resumed from a state, and go on at the same time.
 *
 * @example
 * ```ts
 * import { Agent, Runner } from '@openai/agents';
 * import { JSONSession, tracked } from 'agents-json-session';
 *
 * const runner = tracked(new Runner());
 * const billing = new Agent({ name: 'Billing' });
 * const triage = new Agent({ name: 'Triage', handoffs: [billing] });
 * await using session = await JSONSession.open({ sessionId: 'chat-1' });
 *
 * await runner.run(triage, 'My invoice is wrong.', { session });
 * const { currentAgent, usage } = await session.getMetadata();
 * console.log(currentAgent, usage.totalTokens, usage.agents);
 * ```
 */
export function tracked<R extends Runner>(runner: R, options: TrackingOptions = {}): R {
  const keepFailedRuns = checkBoolean(options.keepFailedRuns ?? false, 'keepFailedRuns');
  const isTracked = trackedRunners.has(runner);
  trackedRunners.set(runner, { keepFailedRuns });
  if (isTracked) return runner;
  listen(runner);
  const original = runner.run.bind(runner) as unknown as Run;
  const run: Run = async (agent, input, runOptions) => {
    if (runOptions?.session === undefined || !hasParts(runOptions.session)) {
      return runAside(() => original(agent, input, runOptions));
    }
    const scope = await scopeFor(runOptions.session, input);
    const call = { agent, input, options: runOptions };
    const keeper = trackedRunners.get(runner)?.keepFailedRuns
      ? new FailedRun(scope, call, runner.config)
      : undefined;
    return runTracked(original, { scope, call, keeper });
  };
  Object.defineProperty(runner, 'run', { configurable: true, writable: true, value: run });
  return runner;
}

/** The runner tells its listeners in the course of a run, so the scope that is current is the run's. */
function listen(runner: Runner): void {
  runner.on('agent_start', (context, agent, turnInput = []) => {
    scopeUnderWay()?.startAgent(agent.name, turnInput, context);
  });
  runner.on('agent_handoff', (_context, from, to) => {
    scopeUnderWay()?.handOver({ from: from.name, to: to.name });
  });
}

function scopeUnderWay(): RunScope | undefined {
  const { current } = runScopes;
  return current?.isNested === false ? current.scope : undefined;
}

/** A run that is not tracked, though it can be within one that is. */
async function runAside(run: () => Promise<RunOutcome>): Promise<RunOutcome> {
  const { current } = runScopes;
  return current === undefined ? run() : runScopes.run({ ...current, isNested: true }, run);
}

interface TrackedRun {
  readonly scope: RunScope;
  readonly call: RunCall;
  readonly keeper: FailedRun | undefined;
}

async function runTracked(original: Run, { scope, call, keeper }: TrackedRun): Promise<RunOutcome> {
  return runScopes.run({ scope, isNested: false }, async () => {
    const { agent, input, options } = keeper === undefined ? call : await keeper.begin();
    let outcome: RunOutcome;
    try {
      outcome = await original(agent, input, options);
    } catch (error) {
      const state = (error as Partial<RunOutcome> | undefined)?.state ?? stateOf(input);
      await settleRun(scope, state, async () => keeper?.keep(error, state));
      throw error;
    }
    const { state, completed } = outcome;
    if (completed === undefined) await settleRun(scope, state);
    else holdUntil(settleAfter(completed, { scope, state, keeper }), outcome);
    return outcome;
  });
}

async function settleAfter(
  completed: Promise<void>,
  { scope, state, keeper }: Pick<TrackedRun, 'scope' | 'keeper'> & RunOutcome,
): Promise<void> {
  try {
    await completed;
  } catch (error) {
    await settleRun(scope, state, async () => keeper?.keep(error, state));
    throw error;
  }
  await settleRun(scope, state);
}
