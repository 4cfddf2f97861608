/**
 * What holds for a session while a function runs, whichever handle of the session is used in it.
 *
 * @module
 */
import { AsyncScope } from '../../async-scope.ts';

interface Held<T> {
  readonly place: string;
  readonly value: T;
  readonly outer: Held<T> | undefined;
}

/**
 * A value for each session. Functions within functions can be about one session or several.
 */
export class PlaceScope<T> {
  readonly #scope = new AsyncScope<Held<T>>();

  /**
   * Runs a function with a value for a session.
   *
   * @param place - The session, as `SessionHandle.place` names it.
   */
  run<R>(place: string, value: T, fn: () => R): R {
    return this.#scope.run({ place, value, outer: this.#scope.current }, fn);
  }

  /**
   * Gives the innermost value of a session that is wanted.
   */
  find(place: string, isWanted: (value: T) => boolean = () => true): T | undefined {
    let held = this.#scope.current;
    while (held !== undefined && (held.place !== place || !isWanted(held.value))) held = held.outer;
    return held?.value;
  }
}
