/**
 * The operations that a document remembers, for stores that keep the head as a value. The scripts of
 * the Redis store do the same on the server (`operations.lua`).
 *
 * @module
 */
import { OperationConflictError } from '../errors.ts';
import type { Operation } from '../store.ts';
import type { JsonObject } from './document.ts';

const OPERATION_SECONDS = 86_400;
const OPERATIONS_KEPT = 4096;

/**
 * Gives the time of an operation that was applied before, or null for a new one.
 *
 * @throws {@link OperationConflictError} (`operation_conflict`) when the id stands for something else.
 */
export function appliedAt(operations: JsonObject, { id, digest }: Operation): number | null {
  const known = operations[id];
  if (known === undefined) return null;
  const [knownDigest, time] = typeof known === 'string' ? known.split(':') : [];
  if (knownDigest !== digest) throw new OperationConflictError();
  return Number(time);
}

/**
 * Gives the operations with a new one; those older than a day go, and of a multitude the oldest.
 */
export function withOperation(
  operations: JsonObject,
  { id, digest }: Operation,
  now: number,
): JsonObject {
  const young = Object.entries(operations).filter(
    ([, value]) => now - timeOfOperation(value) <= OPERATION_SECONDS,
  );
  const newest = young
    .toSorted(([, left], [, right]) => timeOfOperation(left) - timeOfOperation(right))
    .slice(-OPERATIONS_KEPT + 1);
  return { ...Object.fromEntries(newest), [id]: `${digest}:${now}` };
}

/**
 * Gives the time of the operation with an id, whatever it did, or null where it was not applied.
 */
export function operationTime(
  operations: JsonObject | undefined,
  id: string | undefined,
): number | null {
  const known = id === undefined ? undefined : operations?.[id];
  return known === undefined ? null : timeOfOperation(known);
}

/**
 * Gives the time in what is kept of an operation, in Unix seconds.
 */
export function timeOfOperation(value: unknown): number {
  return typeof value === 'string' ? Number(value.split(':')[1]) : 0;
}
