/**
 * What a session does for the runs of agents beside keeping their items.
 *
 * @module
 */
import type { CallOptions } from './call-options.ts';
import { findCurrentAgent, type NamedAgent } from './current-agent.ts';
import type { ExclusiveOptions, HeldLease } from './exclusive/exclusive.ts';
import { checkFunction, checkName } from './input-validation.ts';
import type { SessionMetadata } from './message.ts';
import type { JobOutcome } from './jobs/once.ts';
import { SdkSession } from './sdk-session.ts';
import { partsOf } from './session-parts.ts';

/**
 * The part of `JSONSession` that says which agent is to run, runs jobs once, and one run at a time.
 */
export abstract class RunSession extends SdkSession {
  /** Gives what is known of the session beside its messages. */
  abstract getMetadata(options?: CallOptions): Promise<SessionMetadata>;

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
  async currentAgent<A extends NamedAgent, F>(
    agents: Iterable<A>,
    fallback: F,
    options?: CallOptions,
  ): Promise<A | F>;
  async currentAgent<A extends NamedAgent, F>(
    agents: Iterable<A>,
    fallback?: F,
    options: CallOptions = {},
  ): Promise<A | F | undefined> {
    return findCurrentAgent(this, agents, { fallback, options });
  }

  /**
   * Does a job once, however often it is tried: for queues that deliver a message again. When the turn
   * of the job is stored already, the function is not called and the stored answer is given. `status`
   * says what came of it: `done`, `repeated`, `unfinished` or `removed`; the last two have no answer.
   * What was kept of an attempt that failed (`keepFailedRuns`) is among the messages of the turn.
   *
   * The job is done by the answer of the first run that the function begins, and is remembered in the
   * same step that stores it, for a day, among the newest 4,096, until the history is cleared. So do
   * one run in it: a second one that fails is not done again. Of two attempts at the same time both pay,
   * the first answer is stored, and both get it.
   *
   * Where it is not certain that a write is that answer, the job is remembered in a write of its own when
   * the function is done; after a crash between the two the turn is done and stored again. That is so
   * for messages that the function adds by hand, a run that stands in for one that failed, a tool that
   * has the last word (`stop_on_first_tool`), a model that compacts, agents as tools that run with this
   * very session, and a run within a span of your own that the function opens.
   *
   * Not remembered is a function that throws before the answer, that writes nothing to this session, or
   * whose run was cancelled or waits for approvals: a retry does it again. A job that is delivered again
   * while its run waits so asks the question and for the approval once more: acknowledge it first, and
   * go on from the state of the run in a job of its own.
   *
   * What is added by hand (`addMessage`, `addItems`) is stored in every attempt, whatever becomes of it.
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
   * async function handle(job: { id: string; chat: string; text: string }): Promise<void> {
   *   await using session = new JSONSession({ sessionId: job.chat });
   *   const { status, answer } = await session.once(job.id, () => run(agent, job.text, { session }));
   *   console.log(answer === null ? `There is nothing to send: ${status}` : `Send: ${answer}`);
   * }
   * ```
   */
  async once<R>(jobId: string, fn: () => R | Promise<R>): Promise<JobOutcome<R>> {
    const id = checkName(jobId, 'jobId');
    const work = checkFunction(fn, 'fn');
    // Programs without a queue do without it.
    const { doOnce } = await import('./jobs/once.ts');
    return doOnce(partsOf(this), id, work);
  }

  /**
   * Runs a function while nobody else can write to the session, in any process: runs of one session
   * then come one after the other, and each sees those before it. In which order those who wait get
   * their turn is not promised.
   *
   * Only those who call this wait. All other writes, but for `touch`, fail with `SessionLockedError`
   * meanwhile, and reads go on. The session is created where there is none. Writes of the function, by
   * any handle that names the session and its store alike, carry the lock; so does `exclusive` within
   * it, which runs at once.
   *
   * The lock lives in the session for a `lease`, which is renewed while the function runs. A process
   * that stands still for longer loses it: others may then go on, and whatever it still writes fails
   * with `LeaseLostError`. What was written before that stays, and a function that ends well has its
   * result given. Sessions with a ttl should live longer than the lease: the lock expires with them.
   * Deleting the session ends the lock too.
   *
   * For a queue worker, put `once` inside: of a job that is delivered twice at the same time, the
   * second then waits and finds the answer.
   *
   * @param fn - Runs an agent with this session, say. A streamed run is waited for.
   * @throws `SessionLockedError` (`session_locked`) when others had the session for the whole `wait`,
   * and `fn` was not called; `CallAbortedError` (`aborted`) when a `signal`, the session's or that of the
   * options, ended the waiting; `InvalidInputError` (`invalid_input`) naming the option that is wrong;
   * whatever `fn` throws.
   *
   * @example
   * ```ts
   * import { Agent, run } from '@openai/agents';
   * import { JSONSession } from 'agents-json-session';
   *
   * const agent = new Agent({ name: 'Assistant' });
   *
   * async function answer(chat: string, text: string): Promise<string | undefined> {
   *   await using session = new JSONSession({ sessionId: chat });
   *   const result = await session.exclusive(
   *     ({ signal }) => run(agent, text, { session, signal }),
   *     { wait: 10_000 },
   *   );
   *   return result.finalOutput;
   * }
   * ```
   */
  async exclusive<R>(
    fn: (lease: HeldLease) => R | Promise<R>,
    options: ExclusiveOptions = {},
  ): Promise<R> {
    // Programs with one run at a time do without it.
    const { checkExclusiveOptions, runExclusively } = await import('./exclusive/exclusive.ts');
    const times = checkExclusiveOptions(options);
    return runExclusively(partsOf(this).handle, checkFunction(fn, 'fn'), times);
  }
}
