/**
 * The SDK's `run`, tracked.
 *
 * @module
 */
import { Runner, type run as sdkRun } from '@openai/agents-core';

import { tracked } from './tracked.ts';

/** The overloads of the one are those of the other; no call here can choose between them. */
interface AnyRunner {
  run(...args: unknown[]): Promise<unknown>;
}

let defaultRunner: Runner | undefined;

/**
 * Runs an agent as the `run` of the SDK does, with the same parameters and results, and records what
 * {@link tracked} says. All runs share one runner, as those of the SDK do.
 *
 * @example
 * ```ts
 * import { Agent } from '@openai/agents';
 * import { JSONSession, run } from 'agents-json-session';
 *
 * const agent = new Agent({ name: 'Assistant' });
 * await using session = await JSONSession.open({ sessionId: 'chat-1' });
 *
 * await run(agent, 'Hello', { session });
 * console.log(await session.getMessages());
 * ```
 */
export const run = ((...args: unknown[]) => {
  defaultRunner ??= tracked(new Runner());
  return (defaultRunner as unknown as AnyRunner).run(...args);
}) as typeof sdkRun;
