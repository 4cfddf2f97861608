/**
 * Checks of what callers pass in. Each throws an error that names the field and repeats no value.
 *
 * @module
 */
import {
  type JsonObject,
  type JsonValue,
  MAX_NATIVE_DEPTH,
  MESSAGE_ROLES,
  type MessageRole,
} from '../document/document.ts';
import { InvalidInputError } from '../errors.ts';

const MAX_ID_BYTES = 512;
/** About 68 years; servers refuse times that do not fit 63 bits of milliseconds. */
const MAX_TTL = 2 ** 31 - 1;
const NUL = '\0';

/**
 * Checks that named arguments came as an object at all.
 */
export function checkArguments<T extends object>(value: T, field: string): T {
  if (typeof value !== 'object' || (value as unknown) === null) {
    throw new InvalidInputError(field, 'must be an object');
  }
  return value;
}

/**
 * Checks a session id, user id or key prefix: well-formed text without NUL, up to 512 bytes of UTF-8.
 */
export function checkId(value: unknown, field: string): string {
  if (typeof value !== 'string') throw new InvalidInputError(field, 'must be a string');
  if (value === '') throw new InvalidInputError(field, 'must not be empty');
  if (value.includes(NUL)) throw new InvalidInputError(field, 'must not contain NUL');
  // Two ids with different halves of a surrogate pair would be the same in UTF-8.
  if (!value.isWellFormed()) throw new InvalidInputError(field, 'must be well-formed Unicode');
  if (new TextEncoder().encode(value).length > MAX_ID_BYTES) {
    throw new InvalidInputError(field, `must not be longer than ${MAX_ID_BYTES} bytes`);
  }
  return value;
}

/**
 * Checks the name of an agent.
 */
export function checkName(value: unknown, field: string): string {
  if (typeof value !== 'string') throw new InvalidInputError(field, 'must be a string');
  if (value === '') throw new InvalidInputError(field, 'must not be empty');
  return value.toWellFormed();
}

/**
 * Checks a text that people read: halves of surrogate pairs are replaced by U+FFFD or refused.
 */
export function checkText(
  value: unknown,
  field: string,
  loneSurrogates: 'replace' | 'reject',
): string {
  if (typeof value !== 'string') throw new InvalidInputError(field, 'must be a string');
  if (loneSurrogates === 'reject' && !value.isWellFormed()) {
    throw new InvalidInputError(field, 'must be well-formed Unicode');
  }
  return value.toWellFormed();
}

/**
 * Checks a time to live in seconds.
 */
export function checkTtl(value: unknown): number {
  return checkInteger(value, 'ttl', 1, MAX_TTL);
}

/**
 * Checks a whole number within bounds.
 */
export function checkInteger(value: unknown, field: string, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw new InvalidInputError(field, `must be a whole number from ${least} to ${most}`);
  }
  return value;
}

/**
 * Checks a switch.
 */
export function checkBoolean(value: unknown, field: string): boolean {
  if (typeof value !== 'boolean') throw new InvalidInputError(field, 'must be true or false');
  return value;
}

/**
 * Checks a function.
 */
export function checkFunction<F extends (...args: never[]) => unknown>(value: F, field: string): F {
  if (typeof (value as unknown) !== 'function') {
    throw new InvalidInputError(field, 'must be a function');
  }
  return value;
}

/**
 * Gives what is told of progress, or something that does nothing where nobody listens.
 */
export function checkProgressListener(
  onProgress: ((count: number) => void) | undefined,
): (count: number) => void {
  return checkFunction(onProgress ?? (() => {}), 'onProgress');
}

/**
 * Checks the role of a message.
 */
export function checkRole(value: unknown, field: string): MessageRole {
  const role = MESSAGE_ROLES.find((known) => known === value);
  if (role === undefined) {
    throw new InvalidInputError(field, `must be one of ${MESSAGE_ROLES.join(', ')}`);
  }
  return role;
}

/**
 * Checks that an option has one of the values that it can have.
 */
export function checkChoice<T extends string>(
  value: unknown,
  field: string,
  choices: readonly T[],
): T {
  const choice = choices.find((known) => known === value);
  if (choice === undefined) {
    throw new InvalidInputError(field, `must be one of ${choices.join(', ')}`);
  }
  return choice;
}

/**
 * Gives a value as JSON holds it: a copy, with `toJSON` applied and halves of surrogate pairs replaced.
 */
export function checkJson(value: unknown, field: string): JsonValue {
  let text: string | undefined;
  try {
    text = JSON.stringify(value, (_, member: unknown) => checkMember(member));
  } catch {
    // What was thrown may hold text of the value.
    throw new InvalidInputError(field, 'cannot be written as JSON');
  }
  if (text === undefined) throw new InvalidInputError(field, 'must be a JSON value');
  if (/(?<!\\)(?:\\\\)*\\ud[89a-f]/i.test(text)) {
    throw new InvalidInputError(field, 'has a key that is not well-formed Unicode');
  }
  const json = JSON.parse(text) as JsonValue;
  if (isDeeper(json, MAX_NATIVE_DEPTH)) {
    throw new InvalidInputError(field, `must not be nested deeper than ${MAX_NATIVE_DEPTH} levels`);
  }
  return json;
}

/** JSON would make null of a number that is not finite, which in a merge patch removes the member. */
function checkMember(member: unknown): unknown {
  if (typeof member === 'number' && !Number.isFinite(member)) throw new RangeError('not finite');
  return typeof member === 'string' ? member.toWellFormed() : member;
}

/**
 * Gives an object as JSON holds it.
 */
export function checkJsonObject(value: unknown, field: string): JsonObject {
  const json = checkJson(value, field);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new InvalidInputError(field, 'must be an object');
  }
  return json;
}

function isDeeper(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}

/**
 * Checks a time, and gives it in Unix milliseconds.
 */
export function checkDate(value: unknown, field: string): number {
  const time = value instanceof Date ? value.getTime() : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new InvalidInputError(field, 'must be a valid Date');
}
