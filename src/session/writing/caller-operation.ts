/**
 * Writes that a caller may repeat, under an id of the caller's.
 *
 * @module
 */
import type { Deadline } from '../../deadline.ts';
import type { JsonValue } from '../../document/document.ts';
import { canonicalText, sha256 } from '../../items/canonical-text.ts';
import { InvalidInputError } from '../../errors.ts';
import type { Operation } from '../../store.ts';
import type { CallOptions } from '../call-options.ts';
import { checkArguments, checkName } from '../input-validation.ts';

/** Makes the id longer than that of a transaction, and another one than that of a job. */
const CALLER_MARK = '02';

/**
 * Options of a write that can be repeated.
 */
export interface RepeatableOptions {
  /**
   * Names the write: sent again under the same id, by whatever process, it is applied once. Any text;
   * remembered for a day, among the newest 4,096, until the history is cleared. That of an
   * `OutcomeUnknownError` or `NotDurableError` repeats that write, within nine minutes: it must be the
   * same call, which is not checked there.
   *
   * @defaultValue none: sent again, it is another write
   */
  operationId?: string | undefined;
}

/**
 * Options that every write takes.
 */
export interface WriteOptions extends CallOptions, RepeatableOptions {}

/**
 * What a write of the history takes to be repeatable.
 */
export interface Repeatable {
  readonly operation: Operation;
  readonly repeats: string;
}

/**
 * One call that writes: when it must have ended, and what makes it repeatable.
 */
export interface WriteCall {
  readonly deadline: Deadline;
  /** Undefined where the caller gave no id. */
  readonly once: Repeatable | undefined;
}

/**
 * Begins a call that writes.
 *
 * @param handle - Knows how long a call may take.
 * @param body - What the write does, as the caller said it.
 * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong.
 */
export async function beginWrite(
  handle: { newDeadline(options: CallOptions): Deadline },
  options: WriteOptions,
  body: () => JsonValue,
): Promise<WriteCall> {
  const deadline = handle.newDeadline(options);
  return { deadline, once: await repeatable(options, body) };
}

/**
 * Gives options with the id that stands in a message, where one does.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) when the options have another one.
 */
export function withIdOf(message: RepeatableOptions, options: WriteOptions): WriteOptions {
  const id = repeatedId(message);
  if (id === undefined) return options;
  const other = repeatedId(options) ?? id;
  if (other !== id) throw new InvalidInputError('operationId', 'must not be given twice');
  return { ...options, operationId: id };
}

/**
 * Gives the id of an `OutcomeUnknownError` that a caller repeats, for writes which no document
 * remembers.
 *
 * @throws `InvalidInputError` (`invalid_input`) when it is not a string or empty.
 */
export function repeatedId(options: RepeatableOptions): string | undefined {
  const { operationId } = checkArguments(options, 'options');
  return operationId === undefined ? undefined : checkName(operationId, 'operationId');
}

async function repeatable(
  options: RepeatableOptions,
  body: () => JsonValue,
): Promise<Repeatable | undefined> {
  const repeats = repeatedId(options);
  if (repeats === undefined) return undefined;
  // Before the first wait, after which the caller may change what it handed over.
  const text = canonicalText(body());
  const [id, digest] = await Promise.all([sha256(repeats), sha256(text)]);
  return { operation: { id: `${id}${CALLER_MARK}`, digest }, repeats };
}
