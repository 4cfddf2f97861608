/**
 * How much one call may write. A call is one step, and a step holds up whoever shares the server.
 *
 * @module
 */
import { InvalidInputError } from '../../errors.ts';
import { jsonBytes } from '../../items/json-size.ts';

const MOST_ENTRIES = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Checks that what is written at once is not too many.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) of the field `items` when it is more than 10,000.
 */
export function checkWriteCount({ length }: readonly unknown[]): void {
  if (length <= MOST_ENTRIES) return;
  throw new InvalidInputError('items', `must be at most ${MOST_ENTRIES} in one call`);
}

/**
 * Checks that several items together are not too large to be written at once. How large one may be is
 * the option `maxItemBytes`.
 *
 * @param byteBound - Bytes that they do not exceed; they are counted only where that is too many.
 * @throws {@link InvalidInputError} (`invalid_input`) of the field `items` when they take more than
 * 64 MiB of JSON.
 */
export function checkWriteBytes(items: readonly unknown[], byteBound: number): void {
  if (items.length < 2 || byteBound <= MOST_BYTES || jsonBytes(items) <= MOST_BYTES) return;
  throw new InvalidInputError('items', `must take at most ${MOST_BYTES} bytes in one call`);
}
