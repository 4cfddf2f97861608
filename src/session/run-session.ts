/**
 * What a session does for the runs of agents beside keeping their items.
 *
 * @module
 */
import { findCurrentAgent, type NamedAgent } from './current-agent.ts';
import { checkFunction, checkName } from './input-validation.ts';
import type { SessionMetadata } from './message.ts';
import { doOnce, type JobOutcome } from './once.ts';
import { SdkSession } from './sdk-session.ts';
import { partsOf } from './session-parts.ts';

/**
 * The part of `JSONSession` that says which agent is to run, and runs jobs once.
 */
export abstract class RunSession extends SdkSession {
  /** Gives what is known of the session beside its messages. */
  abstract getMetadata(): Promise<SessionMetadata>;

  /**
   * Gives the agent that should answer next: the one of these whose name is the current agent's, as a
   * tracked run or `trackAgent` recorded it. Without one, and before the session is created, the
   * fallback or undefined.
   *
   * @param agents - Those that can answer, each under a name of its own.
   * @throws `InvalidInputError` (`invalid_input`) when two of the agents have one name.
   *
   * @example
   * ```ts
   * import { Agent, run } from '@openai/agents';
   * import { JSONSession } from 'agents-json-session';
   *
   * const billing = new Agent({ name: 'Billing' });
   * const triage = new Agent({ name: 'Triage', handoffs: [billing] });
   * const session = new JSONSession({ sessionId: 'chat-1' });
   * const agent = await session.currentAgent([triage, billing], triage);
   * await run(agent, 'And the second invoice?', { session });
   * ```
   */
  async currentAgent<A extends NamedAgent>(agents: Iterable<A>): Promise<A | undefined>;
  async currentAgent<A extends NamedAgent, F>(agents: Iterable<A>, fallback: F): Promise<A | F>;
  async currentAgent<A extends NamedAgent, F>(
    agents: Iterable<A>,
    fallback?: F,
  ): Promise<A | F | undefined> {
    return findCurrentAgent(this, agents, fallback);
  }

  /**
   * Does a job once, however often it is tried: for queues that deliver a message again. When the turn
   * of the job is stored already, the function is not called and the stored answer is given.
   *
   * The job is remembered in the same step that stores the answer of the run, for a day, among the
   * newest 4,096, until the history is cleared. Of two attempts at the same time both pay, the first
   * one is stored, and both give its answer. Not remembered is a function that throws, that writes
   * nothing to this session, or whose run was cancelled or waits for approvals: a retry does it again.
   *
   * @param jobId - Any text; jobs of other sessions can have the same.
   * @param fn - Runs an agent with this session, and gives the result. A streamed run is waited for; to
   * see its events, read them in here.
   * @throws `InvalidInputError` (`invalid_input`) when the job id is not a string or empty; whatever
   * `fn` throws.
   *
   * @example
   * ```ts
   * import { Agent, run } from '@openai/agents';
   * import { JSONSession } from 'agents-json-session';
   *
   * const agent = new Agent({ name: 'Assistant' });
   *
   * async function handle(job: { id: string; chat: string; text: string }): Promise<string | null> {
   *   await using session = new JSONSession({ sessionId: job.chat });
   *   const { answer } = await session.once(job.id, () => run(agent, job.text, { session }));
   *   return answer;
   * }
   * ```
   */
  async once<R>(jobId: string, fn: () => R | Promise<R>): Promise<JobOutcome<R>> {
    const id = checkName(jobId, 'jobId');
    return doOnce(partsOf(this), id, checkFunction(fn, 'fn'));
  }
}
