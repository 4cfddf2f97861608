/**
 * Keys that a command is given: in a file or the environment, as others see the arguments of processes.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';

import { createKeyring, type Keyring } from '../encryption/index.ts';
import { InvalidInputError } from '../errors.ts';
import { isRecord } from '../document/is-record.ts';

/** The variable that has what a file has. */
const VARIABLE = 'JSON_SESSION_KEYS';
/** 32 bytes, in base64 or base64url. */
const KEY = /^[\w+/-]{43}=?$/u;

/**
 * Adds the option to a command.
 */
export function withKeys(command: Command): Command {
  return command.option(
    '-k, --keys <file>',
    `JSON of the keys: {"current":"k2","keys":{"k1":"<base64>",…}} (default: ${VARIABLE})`,
  );
}

/**
 * Tells whether keys are given.
 */
export function hasKeys(file: string | undefined): boolean {
  return file !== undefined || (process.env[VARIABLE] ?? '') !== '';
}

/**
 * Gives the keyring that the file, or else the environment, describes.
 *
 * @throws `InvalidInputError` (`invalid_input`) saying what is wrong, and nothing of what is there.
 */
export async function givenKeyring(file: string | undefined): Promise<Keyring> {
  const text = file === undefined ? process.env[VARIABLE] : readKeys(file);
  if (text === undefined || text === '') {
    throw new InvalidInputError('keys', `must be named with --keys, or be in ${VARIABLE}`);
  }
  const { current, keys } = parse(text);
  if (typeof current !== 'string' || !isRecord(keys)) {
    throw new InvalidInputError('keys', 'must be JSON with the texts "current" and "keys"');
  }
  const decoded = Object.entries(keys).map(([id, key]) => [id, bytesOf(id, key)] as const);
  return createKeyring({ current, keys: Object.fromEntries(decoded) });
}

function readKeys(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new InvalidInputError('keys', 'is a file that cannot be read');
  }
}

/** Errors of the parser hold some of the text. */
function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function bytesOf(id: string, key: unknown): Uint8Array {
  if (typeof key === 'string' && KEY.test(key)) return Buffer.from(key, 'base64');
  throw new InvalidInputError(`keys.${id}`, 'must be 32 bytes in base64');
}
