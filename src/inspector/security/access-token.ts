/**
 * The token that whoever looks must know.
 *
 * @module
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

import { InvalidInputError } from '../../errors.ts';

const LEAST_LENGTH = 32;
const RANDOM_BYTES = 32;

/**
 * Makes a token of 256 random bits.
 */
export function newToken(): string {
  return randomBytes(RANDOM_BYTES).toString('base64url');
}

/**
 * Checks a token that was chosen.
 *
 * @throws `InvalidInputError` (`invalid_input`) when it is too short, or a header cannot hold it.
 */
export function checkToken(value: unknown): string {
  if (typeof value !== 'string') throw new InvalidInputError('token', 'must be a string');
  if (value.length < LEAST_LENGTH) {
    throw new InvalidInputError('token', `must have at least ${LEAST_LENGTH} characters`);
  }
  if (/^[\w.~+/-]+=*$/u.test(value)) return value;
  throw new InvalidInputError('token', 'must be made of letters, digits and -._~+/');
}

/**
 * Compares two secrets in a time that tells nothing of where they differ, or of how long they are.
 */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
