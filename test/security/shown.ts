/**
 * What can be seen of a value by those who print it.
 *
 * @module
 */
import { inspect } from 'node:util';

function chainOf(error: unknown): Error[] {
  if (!(error instanceof Error)) return [];
  const inner = (error as { errors?: unknown }).errors;
  const others = Array.isArray(inner) ? inner.flatMap(chainOf) : [];
  return [error, ...others, ...chainOf(error.cause)];
}

/**
 * Gives what every way to see a value shows of it.
 */
export function shownOf(value: unknown): string {
  const deep = { depth: Infinity, showHidden: true, getters: true } as const;
  const texts = chainOf(value).map((error) => `${error.message} ${error.stack} ${String(error)}`);
  return [inspect(value, deep), JSON.stringify(value), ...texts].join('\n');
}
