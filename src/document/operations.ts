/**
 * The operations that a document remembers, for stores that keep the head as a value. The scripts of
 * the Redis store do the same on the server (`operations.lua`).
 *
 * @module
 */
import { OperationConflictError } from '../errors.ts';
import type { AppliedOperation, Operation } from '../store.ts';
import type { JsonObject } from './document.ts';

const OPERATION_SECONDS = 86_400;
const OPERATIONS_KEPT = 4096;

/**
 * Gives the time of an operation that was applied before, or null for a new one.
 *
 * @throws {@link OperationConflictError} (`operation_conflict`) when the id stands for something else.
 */
export function appliedAt(operations: JsonObject, { id, digest }: Operation): number | null {
  const known = appliedOperation(operations, id);
  if (known === null) return null;
  if (known.digest !== digest) throw new OperationConflictError();
  return known.time;
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
    ([, value]) => now - readOperation(value).time <= OPERATION_SECONDS,
  );
  const newest = young
    .toSorted(([, left], [, right]) => readOperation(left).time - readOperation(right).time)
    .slice(-OPERATIONS_KEPT + 1);
  return { ...Object.fromEntries(newest), [id]: `${digest}:${now}` };
}

/**
 * Gives what is known of the operation with an id, whatever it did, or null where it was not applied.
 */
export function appliedOperation(
  operations: JsonObject | undefined,
  id: string | undefined,
): AppliedOperation | null {
  const known = id === undefined ? undefined : operations?.[id];
  return known === undefined ? null : readOperation(known);
}

/**
 * Reads what is kept of an operation. Of what another program wrote there, nothing is known.
 */
export function readOperation(value: unknown): AppliedOperation {
  const [digest = '', time] = typeof value === 'string' ? value.split(':') : [];
  return { digest, time: Number(time ?? 0) };
}
