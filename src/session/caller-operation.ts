/**
 * Writes that a caller may repeat, under an id of the caller's.
 *
 * @module
 */
import type { JsonValue } from '../document/document.ts';
import { canonicalText, sha256 } from '../items/canonical-text.ts';
import type { Operation } from '../store.ts';
import { checkArguments, checkName } from './input-validation.ts';

/** Makes the id longer than that of a transaction, and another one than that of a job. */
const CALLER_MARK = '02';

/**
 * Options of a write that can be repeated.
 */
export interface RepeatableOptions {
  /**
   * Names the write: sent again under the same id, by whatever process, it is applied once. Any text;
   * remembered for a day, among the newest 4,096, until the history is cleared. That of an
   * `OutcomeUnknownError` repeats that write, within nine minutes.
   *
   * @defaultValue none: sent again, it is another write
   */
  operationId?: string | undefined;
}

/**
 * What an append takes to be repeatable.
 */
export interface Repeatable {
  readonly operation: Operation;
  readonly repeats: string;
}

/**
 * Gives what makes a write repeatable, or undefined where the caller gave no id.
 *
 * @param body - What the write does, as the caller said it.
 * @throws `InvalidInputError` (`invalid_input`) when the id is not a string or empty.
 */
export async function repeatable(
  options: RepeatableOptions,
  body: () => JsonValue,
): Promise<Repeatable | undefined> {
  const { operationId } = checkArguments(options, 'options');
  if (operationId === undefined) return undefined;
  const repeats = checkName(operationId, 'operationId');
  // Before the first wait, after which the caller may change what it handed over.
  const text = canonicalText(body());
  const [id, digest] = await Promise.all([sha256(repeats), sha256(text)]);
  return { operation: { id: `${id}${CALLER_MARK}`, digest }, repeats };
}
