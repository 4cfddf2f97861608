/**
 * A streamed result that ends when everything is recorded, and not before.
 *
 * @module
 */

/**
 * As much of a streamed result as is looked at here.
 */
interface Streamed {
  readonly completed?: Promise<void>;
  [Symbol.asyncIterator]?(): AsyncIterator<unknown>;
}

/**
 * Makes those who wait for the end of a streamed result, or go through its events, wait for another
 * promise too.
 */
export function holdUntil(settled: Promise<void>, result: Streamed): void {
  // Those who wait get the error; that nobody does is no error of its own.
  settled.catch(() => {});
  define(result, 'completed', settled);
  const iterate = result[Symbol.asyncIterator]?.bind(result);
  if (iterate === undefined) return;
  define(result, Symbol.asyncIterator, async function* events() {
    try {
      yield* { [Symbol.asyncIterator]: iterate };
    } catch (error) {
      await settled.catch(() => {});
      throw error;
    }
    // Not where the reader has stopped early: nothing says that the run will end then.
    await settled.catch(() => {});
  });
}

function define(target: object, name: PropertyKey, value: unknown): void {
  Object.defineProperty(target, name, { configurable: true, writable: true, value });
}
