/**
 * What tells that something is encrypted.
 *
 * @module
 */
import type { JsonValue, MessageEntry } from '../document/document.ts';
import { InvalidInputError } from '../errors.ts';
import { isRecord } from '../document/is-record.ts';

/**
 * Tells whether the `item` of an entry, or a handoff context, is the tag of an encrypted one, readable or
 * not. No item of a caller looks like one: there the key is escaped.
 */
export function isSealed(value: unknown): boolean {
  return isRecord(value) && Object.hasOwn(value, '$sealed');
}

/**
 * Tells whether what an entry says is encrypted: its `content` is empty then, and its `item` is no item.
 */
export function isSealedEntry({ item }: Pick<MessageEntry, 'item'>): boolean {
  return isSealed(item);
}

/**
 * Checks that a handoff context is not taken for an encrypted one.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) naming the field.
 */
export function checkUnsealed(context: JsonValue, field: string): JsonValue {
  if (!isSealed(context)) return context;
  throw new InvalidInputError(field, 'must not have the key $sealed, which marks an encrypted one');
}
