/**
 * What a function gives that runs an agent: maybe a result of the SDK's runner.
 *
 * @module
 */

/** What is looked at of a result. */
interface MaybeRunResult {
  readonly interruptions?: unknown;
  readonly cancelled?: unknown;
  readonly completed?: unknown;
}

/**
 * Gives what a function gives, once nothing of it writes any more: a streamed run writes when the
 * stream is completed.
 */
export async function completed<R>(fn: () => R | Promise<R>): Promise<R> {
  const result = await fn();
  await fieldsOf(result).completed;
  return result;
}

/**
 * Tells whether a run came to its end. Gives undefined for what is no result of a run.
 */
export function isComplete(result: unknown): boolean | undefined {
  const { interruptions, cancelled } = fieldsOf(result);
  return Array.isArray(interruptions)
    ? interruptions.length === 0 && cancelled !== true
    : undefined;
}

function fieldsOf(result: unknown): MaybeRunResult {
  return typeof result === 'object' && result !== null ? result : {};
}
