/**
 * A value that holds for a function and for everything that it starts, across its waits.
 *
 * @module
 */
// The SDK's own way to `AsyncLocalStorage`: it is there in every runtime that the SDK is there for.
import { AsyncLocalStorage } from '@openai/agents-core/_shims';

/**
 * One such value. Functions that run at the same time each see their own, and within a function that
 * runs inside another the inner value holds. Callbacks and streams that were made outside see none.
 *
 * Browsers and React Native have nothing that follows a function across its waits: there the value of
 * the function that began last holds for whatever runs until that function is done.
 */
export class AsyncScope<T> {
  readonly #storage = new AsyncLocalStorage<T>();

  /** The value that holds here, or undefined outside of every function that was run with one. */
  get current(): T | undefined {
    return this.#storage.getStore();
  }

  /**
   * Runs a function with a value and gives what it gives.
   */
  run<R>(value: T, fn: () => R): R {
    return this.#storage.run(value, fn);
  }
}
