/**
 * What stands behind the `?` of a request.
 *
 * @module
 */
import type { Context } from 'hono';

import { InvalidInputError } from '../../errors.ts';
import { checkChoice } from '../../session/input-validation.ts';

/**
 * Reads parameters of a request; one that is empty is as one that is not there.
 */
export class QueryParameters {
  readonly #values: Record<string, string>;

  constructor(context: Context) {
    this.#values = context.req.query();
  }

  text(name: string): string | undefined {
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
    return value === '' ? undefined : value;
  }

  /** @throws `InvalidInputError` (`invalid_input`). */
  wholeNumber(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (/^\d{1,15}$/u.test(value)) return Number(value);
    throw new InvalidInputError(name, 'must be a whole number');
  }

  /** @throws `InvalidInputError` (`invalid_input`). */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : checkChoice(value, name, choices);
  }

  /** @throws `InvalidInputError` (`invalid_input`). */
  boolean(name: string): boolean | undefined {
    const value = this.choice(name, ['true', 'false']);
    return value === undefined ? undefined : value === 'true';
  }

  /** @throws `InvalidInputError` (`invalid_input`). */
  time(name: string): Date | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const time = new Date(value);
    if (!Number.isNaN(time.getTime())) return time;
    throw new InvalidInputError(name, 'must be a time as 2026-01-31T12:00:00Z');
  }
}
